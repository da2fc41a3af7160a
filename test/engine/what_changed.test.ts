/** What makes an analysis simulate again, on a real disk: what was asked of the files, and what was found. */
import { rmSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type AnalysisRequest, analyze, Remembered } from '../../server/src/engine/analyze.ts'
import { WhatChanged } from '../../server/src/engine/what_changed.ts'
import { DiskFileSystem } from '../../server/src/files/disk.ts'
import { OverlayFileSystem } from '../../server/src/files/overlay.ts'
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
    whatChanged.forget({ texts, changed: changed?.map(path => join(root, path)) ?? null })
    remembered.kept.open = texts
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

afterEach(() => removeProject(root))

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
