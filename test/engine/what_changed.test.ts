/** What makes an analysis simulate again, on a real disk: what was asked of the files, and what was found. */
import { rmSync, symlinkSync, utimesSync } from 'node:fs'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type AnalysisRequest, analyze, Remembered } from '../../server/src/engine/analyze.ts'
import { WhatChanged } from '../../server/src/engine/what_changed.ts'
import { DiskFileSystem } from '../../server/src/files/disk.ts'
import { byAllSpellings, OverlayFileSystem } from '../../server/src/files/overlay.ts'
import { join } from '../../server/src/files/paths.ts'
import { makeProject, removeProject, writeInto } from '../lsp/editor.ts'
import { standardPython } from '../support/pythons.ts'

const project = {
  'pytest.ini': '[pytest]\npythonpath = .\n',
  'app/__init__.py': '',
  'app/models.py': 'class User:\n    pass\n',
  'test_a.py': 'from app.models import User\n\n\ndef test_a():\n    assert User\n',
  'test_b.py': 'from app.models import Group\n\n\ndef test_b():\n    assert Group\n',
}
const dead = 'test_b.py missing-symbol'

let root = ''
let analysed: (
  texts?: Readonly<Record<string, string>>,
  changed?: readonly string[] | null,
) => Promise<Outcome>

interface Outcome {
  readonly findings: readonly string[]
  /** Did the simulation look at files? */
  readonly simulated: boolean
}

beforeEach(() => {
  root = makeProject(project)
  const request: AnalysisRequest = {
    ...{ cwd: root, paths: [], pytestArgs: [], invocation: null, trusted: false, env: {}, envIsExact: true },
    ...{ select: [], ignore: [], python: standardPython().interpreter },
  }
  const disk = new DiskFileSystem()
  const remembered = new Remembered(disk)
  const whatChanged = new WhatChanged(disk, remembered)
  analysed = async (open = {}, changed = []) => {
    const texts = new Map(Object.entries(open).map(([path, text]) => [join(root, path), text]))
    whatChanged.forget({
      texts,
      changed: (changed ?? []).map(path => join(root, path)),
      anything: changed === null,
    })
    remembered.kept.open = byAllSpellings(disk, texts)
    let asked = 0
    const count = (files: number) => {
      asked = files
    }
    const { findings } = await analyze(new OverlayFileSystem(disk, texts), request, remembered, count)
    return {
      findings: findings.map(({ span, rule }) => `${span.path.slice(root.length + 1)} ${rule}`),
      simulated: asked > 0,
    }
  }
})

afterEach(() => {
  vi.restoreAllMocks()
  removeProject(root)
})

/** From now on files that were just written count as old: their times alone tell them apart. */
function growOld(): void {
  const { now } = Date
  vi.spyOn(Date, 'now').mockImplementation(() => now() + 60_000)
}

const models = 'app/models.py'
const opened = { [models]: project[models] }
const simulatedAnew = { findings: [dead], simulated: true }
const asBefore = { findings: [dead], simulated: false }

test('a file that is opened and closed as it is on the disk is no change', async () => {
  expect(await analysed()).toEqual(simulatedAnew)
  expect(await analysed(opened)).toEqual(asBefore)
  expect(await analysed({ ...opened, 'test_a.py': project['test_a.py'] })).toEqual(asBefore)
  expect(await analysed(opened, ['test_a.py'])).toEqual(asBefore)
  expect(await analysed({}, [models])).toEqual(asBefore)
})

test('one that is opened with another text is, and so is one that is closed unsaved', async () => {
  expect(await analysed()).toEqual(simulatedAnew)
  const typed = { [models]: `${project[models]}Group = User\n` }
  expect(await analysed(typed)).toEqual({ findings: [], simulated: true })
  expect(await analysed({}, [models])).toEqual(simulatedAnew)
})

test('an edit of a file that was opened as it is, is seen', async () => {
  await analysed()
  await analysed(opened)
  const typed = { [models]: `${project[models]}Group = User\n` }
  expect(await analysed(typed)).toEqual({ findings: [], simulated: true })
  expect(await analysed(opened)).toEqual(simulatedAnew)
  expect(await analysed(opened)).toEqual(asBefore)
})

test('a file that changed on the disk before it is opened is seen, although nobody told', async () => {
  await analysed()
  const text = `${project[models]}Group = User\n`
  writeInto(root, models, text)
  expect(await analysed({ [models]: text })).toEqual({ findings: [], simulated: true })
})

test('that anything may have changed is looked after, and costs nothing where nothing has', async () => {
  expect(await analysed({}, null)).toEqual(simulatedAnew)
  expect(await analysed({}, null)).toEqual(asBefore)
  expect(await analysed(opened, null)).toEqual(asBefore)
  // What is open hides the disk.
  const typed = { [models]: `${project[models]}Group = User\n` }
  await analysed(typed)
  writeInto(root, models, typed[models]!)
  expect(await analysed(typed, null)).toEqual({ findings: [], simulated: false })

  writeInto(root, 'test_a.py', 'import gone\n')
  expect(await analysed(typed, null)).toEqual({
    findings: ['test_a.py unresolved-import'],
    simulated: true,
  })
  rmSync(join(root, 'test_a.py'))
  expect(await analysed(typed, null)).toEqual({ findings: [], simulated: true })
  writeInto(root, 'pytest.ini', '[pytest]\naddopts = --no-such\n')
  expect((await analysed(typed, null)).findings).toEqual(['pytest.ini invalid-configuration'])
})

test('a file that is saved and closed is no change, one that changed under the editor is', async () => {
  await analysed({}, null)
  const typed = { [models]: `${project[models]}Group = User\n` }
  expect(await analysed(typed)).toEqual({ findings: [], simulated: true })
  writeInto(root, models, typed[models]!)
  expect(await analysed({}, [models])).toEqual({ findings: [], simulated: false })
  expect(await analysed({}, null)).toEqual({ findings: [], simulated: false })

  expect(await analysed(typed)).toEqual({ findings: [], simulated: false })
  writeInto(root, models, project[models])
  expect(await analysed({}, null)).toEqual(simulatedAnew)
})

test('a file that is new in the editor is there once it is saved and closed', async () => {
  await analysed({}, null)
  const text = 'from gone import x\n'
  const found = ['test_b.py missing-symbol', 'test_c.py unresolved-import']
  expect((await analysed({ 'test_c.py': text }, null)).findings).toEqual(found)
  expect((await analysed({}, null)).findings).toEqual([dead])
  expect((await analysed({ 'test_c.py': text })).findings).toEqual(found)
  writeInto(root, 'test_c.py', text)
  expect((await analysed({}, ['test_c.py'])).findings).toEqual(found)
})

test('after a change that was told of, anything that may have changed besides is looked for anew', async () => {
  await analysed()
  writeInto(root, models, `${project[models]}Group = User\n`)
  expect(await analysed({}, [models])).toEqual({ findings: [], simulated: true })
  writeInto(root, 'test_a.py', 'import gone\n')
  expect((await analysed({}, null)).findings).toEqual(['test_a.py unresolved-import'])
})

test('what was not read again after a look at the disk is still looked after', async () => {
  growOld()
  await analysed()
  writeInto(root, 'test_c.py', '')
  expect(await analysed({}, null)).toEqual(simulatedAnew)
  writeInto(root, models, `${project[models]}Group = User\n`)
  expect(await analysed({}, null)).toEqual({ findings: [], simulated: true })
  expect(await analysed({}, null)).toEqual({ findings: [], simulated: false })
  // What was read long ago still stands for the disk's text.
  writeInto(root, 'test_d.py', '')
  expect(await analysed({}, null)).toEqual({ findings: [], simulated: true })
  writeInto(root, models, project[models])
  expect(await analysed(opened)).toEqual(simulatedAnew)
})

test('a change that leaves size and time is seen', async () => {
  growOld()
  const text = project['test_b.py']
  const write = (content: string) => {
    writeInto(root, 'test_b.py', content)
    utimesSync(join(root, 'test_b.py'), 1e9, 1e9)
  }
  write(text)
  await analysed()
  write(text.replace('Group\n\n', 'Users\n\n'))
  expect((await analysed({}, ['test_b.py'])).findings).toEqual([dead])
  write(text.replace('Group\n\n', 'User \n\n'))
  expect((await analysed({}, ['test_b.py'])).findings).toEqual([])
  write(text)
  expect((await analysed({}, null)).findings).toEqual([dead])
})

test('a file that nobody had a use for is no change, one that is new or in a new folder is', async () => {
  writeInto(root, '.hidden/a.py', '')
  await analysed()
  writeInto(root, '.hidden/a.py', 'import gone\n')
  expect(await analysed({}, ['.hidden/a.py'])).toEqual(asBefore)
  writeInto(root, 'deep/er/test_c.py', 'import gone\n')
  expect(await analysed({}, ['deep/er/test_c.py'])).toEqual({
    findings: ['deep/er/test_c.py unresolved-import', dead],
    simulated: true,
  })
})

test('a file that is open under its real path is seen through a link', async () => {
  writeInto(root, '.shared/helper.py', 'a = 1\n')
  symlinkSync(join(root, '.shared'), join(root, 'common'))
  writeInto(root, 'test_c.py', 'from common.helper import a\n\n\ndef test_c():\n    assert a\n')
  const broken = { findings: [dead, 'test_c.py missing-symbol'], simulated: true }
  const helper = (text: string) => ({ '.shared/helper.py': text })
  await analysed()
  expect(await analysed(helper('a = 1\n'))).toEqual(asBefore)
  expect(await analysed(helper('b = 1\n'))).toEqual(broken)
  expect(await analysed(helper('a = 1\n'))).toEqual(simulatedAnew)
  expect((await analysed(helper('a = 1\nimport gone\n'))).findings).toContain(
    'common/helper.py unresolved-import',
  )
  expect((await analysed(helper('a = 1\n'))).findings).toEqual([dead])
  expect(await analysed()).toEqual(asBefore)
  writeInto(root, '.shared/helper.py', 'b = 1\n')
  expect(await analysed({}, ['.shared/helper.py'])).toEqual(broken)
})
