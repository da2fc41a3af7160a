/** The planner of seeded faults and the copy they are put into, on a small project on disk. */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Mutant } from '../../bench/mutations/report.ts'
import { applyEdits, copyEntry, hideEntries } from '../../bench/mutations/workspace.ts'
import type { Corpus, Entry } from '../../bench/shared/corpus.ts'

const PLANNER = join(import.meta.dirname, '..', '..', 'bench', 'mutations', 'mutate.py')
const PROJECT: Record<string, string> = {
  'pkg/__init__.py': 'from .core import helper\n',
  'pkg/core.py':
    '"""Doc."""\nfrom __future__ import annotations\n\nimport os\nfrom pkg import names\n\n\ndef helper():\n    return helper, os\n\n\nUNUSED = 1\n',
  'pkg/names.py': 'NAMES = []\n',
  'conftest.py': 'import sys\n\nsys.path.insert(0, "lib")\n',
  'tests/test_a.py':
    'import pytest\nfrom pkg import helper\n\n\n@pytest.mark.slow\ndef test_one():\n    helper()\n',
  'more/test_b.py': 'import json\nimport asked\n\n\ndef test_two():\n    pass\n',
}
/** Distributions by name: what they require, and their files; `shared` belongs to two. */
const INSTALLED: Record<string, [requires: string[], files: Record<string, string>]> = {
  pytest: [['pluggy>=1.5'], { 'pytest/__init__.py': 'import pluggy\n' }],
  pluggy: [[], { 'pluggy/__init__.py': '' }],
  asked: [['behind', 'extra ; extra == "all"'], { 'asked/__init__.py': '', 'shared/a.py': '' }],
  behind: [[], { 'behind.py': '', 'shared/b.py': '' }],
  extra: [[], { 'extra.py': '' }],
  named: [[], { 'named.py': '' }],
  names: [[], { 'other.py': 'load("named.part")\n' }],
}

let folder: string
let project: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'precollect-seeding-'))
  project = join(folder, 'project')
  for (const [path, text] of Object.entries(PROJECT)) write(join(project, path), text)
  for (const [name, [requires, files]] of Object.entries(INSTALLED)) {
    const info = `${name}-1.0.dist-info`
    const head = ['Metadata-Version: 2.1', ...requires.map(each => `Requires-Dist: ${each}`)]
    write(join(folder, 'site', info, 'METADATA'), `${head.join('\n')}\n\nText.\n`)
    write(join(folder, 'site', info, 'RECORD'), [...Object.keys(files), `${info}/RECORD`].join(',,\n'))
    for (const [path, text] of Object.entries(files)) write(join(folder, 'site', path), text)
  }
  write(join(folder, 'tests.json'), JSON.stringify(['more/test_b.py', 'tests/test_a.py']))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

function plan(...args: string[]): Mutant[] {
  const place = ['--tests', join(folder, 'tests.json'), '--site', join(folder, 'site')]
  const given = ['-B', '-S', PLANNER, project, ...place, ...args]
  return JSON.parse(execFileSync('python3', given, { encoding: 'utf8' }))
}

function family(name: string): Record<string, string | null>[] {
  return plan('--family', name, '--count', '50').map(mutant => mutant.edits)
}

describe('the planner', () => {
  test('gives the same faults for the same seed, others for another', () => {
    expect(plan('--seed', 'a', '--count', '20')).toEqual(plan('--seed', 'a', '--count', '20'))
    expect(plan('--seed', 'a', '--count', '20')).not.toEqual(plan('--seed', 'b', '--count', '20'))
  })
  test('finds one fault again by its id', () => {
    const all = plan('--seed', 'a', '--count', '30')
    const wanted = all.at(-1)
    expect(wanted).toBeDefined()
    expect(plan('--seed', 'a', '--pick', wanted?.id ?? '')).toEqual([wanted])
  })
  test('writes only text that differs, inside the project', () => {
    for (const { id, edits } of plan('--count', '500')) {
      for (const [path, text] of Object.entries(edits)) {
        expect([id, path.startsWith('/') || path.includes('..')]).toEqual([id, false])
        expect([id, text]).not.toEqual([id, PROJECT[path]])
      }
    }
  })

  test('rename-symbol renames where it is defined and used, there alone', () => {
    expect(family('rename-symbol')).toEqual([
      { 'pkg/core.py': PROJECT['pkg/core.py']?.replaceAll('helper', 'helper_renamed') },
    ])
  })
  test('rename-unused takes what no other file names', () => {
    expect(family('rename-unused')).toContainEqual({
      'pkg/core.py': PROJECT['pkg/core.py']?.replace('UNUSED', 'UNUSED_renamed'),
    })
  })
  test('drop-reexport empties the statement', () => {
    expect(family('drop-reexport')).toEqual([{ 'pkg/__init__.py': 'pass\n' }])
  })
  test('delete-module takes modules that others import', () => {
    const deleted = family('delete-module').flatMap(edits => Object.keys(edits))
    expect(deleted.sort()).toEqual(['pkg/core.py', 'pkg/names.py'])
  })
  test('close-cycle imports back what is defined after the import, behind the module docstring', () => {
    expect(family('close-cycle')).toContainEqual({
      'pkg/names.py': 'from pkg.core import helper\nNAMES = []\n',
    })
  })
  test('misspell-marker changes the marker alone', () => {
    const [edits] = family('misspell-marker')
    const before = PROJECT['tests/test_a.py'] ?? ''
    expect(
      edits?.['tests/test_a.py']?.split('\n').filter((line, at) => line !== before.split('\n')[at]),
    ).toEqual([expect.stringMatching(/^@pytest\.mark\.(?!slow$)[slow]{3,5}$/)])
  })
  test('drop-path-edit takes the edit of sys.path out', () => {
    expect(family('drop-path-edit')).toEqual([{ 'conftest.py': 'import sys\n\npass\n' }])
  })
  test('move-path-edit takes the edit elsewhere, or to the end', () => {
    const [edits] = family('move-path-edit')
    expect(edits?.['conftest.py']?.split('\n').indexOf('pass')).toBe(2)
    expect(Object.values(edits ?? {}).join('\n')).toContain("sys.path.insert(0, 'lib')")
  })
  test('uninstall takes what the project reaches, and leaves what is shared and what pytest needs', () => {
    const gone = plan('--family', 'uninstall', '--count', '50').map(mutant => mutant.gone)
    expect(gone.sort()).toEqual([
      ['asked', 'asked-1.0.dist-info'],
      ['behind-1.0.dist-info', 'behind.py'],
    ])
  })
  test('uninstall-unused takes what no text names', () => {
    const gone = plan('--family', 'uninstall-unused', '--count', '50').map(mutant => mutant.gone)
    expect(gone.sort()).toEqual([
      ['extra-1.0.dist-info', 'extra.py'],
      ['names-1.0.dist-info', 'other.py'],
    ])
  })
  test('copy-basename gives another folder of tests a file of the same name', () => {
    const made = family('copy-basename').flatMap(edits => Object.keys(edits))
    expect(made.sort()).toEqual(['more/test_a.py', 'tests/test_b.py'])
  })
  test('a statement written in comes after the docstring and future imports', () => {
    for (const mutant of plan('--family', 'undefined-name', '--family', 'close-cycle', '--count', '60')) {
      const text = mutant.edits['pkg/core.py']
      if (text)
        expect(text.indexOf('from __future__')).toBe(PROJECT['pkg/core.py']?.indexOf('from __future__'))
    }
  })
  test.each(['guarded-import', 'deferred-import', 'caught-raise', 'rename-unused'])(
    '%s leaves every file importable',
    name => {
      for (const edits of family(name)) {
        for (const text of Object.values(edits)) {
          const ran = spawnSync('python3', ['-B', '-c', text ?? '', 'x'], { cwd: project, encoding: 'utf8' })
          const foreign = /No module named '(pytest|asked)'|attempted relative import/.test(ran.stderr)
          expect([text, ran.status === 0 || foreign]).toEqual([text, true])
        }
      }
    },
  )
})

describe('the copy', () => {
  const entry = { name: 'demo', version: '1.0' } as Entry

  test('has its editable install redirected, and leaves the corpus as it was', () => {
    const corpus = { data: join(folder, 'corpus') } as Corpus
    const source = join(corpus.data, 'src', 'demo-1.0')
    const site = join('lib', 'python3.11', 'site-packages')
    const venv = join(corpus.data, 'venvs', 'demo-1.0.healthy')
    write(join(source, 'demo.py'), 'X = 1\n')
    write(join(source, '__pycache__', 'demo.pyc'), 'old')
    write(join(venv, site, '__editable__.demo.pth'), `${source}\n`)
    write(join(venv, site, 'demo-1.0.dist-info', 'direct_url.json'), `{"url": "file://${source}"}`)
    write(join(venv, site, 'other.py'), 'Y = 1\n')
    symlinkSync('lib', join(venv, 'lib64'))

    const data = join(folder, 'copy')
    copyEntry(corpus, entry, 'healthy', data)
    const [copied, copiedVenv] = [join(data, 'src', 'demo-1.0'), join(data, 'venvs', 'demo-1.0.healthy')]
    expect(readdirSync(copied)).toEqual(['demo.py'])
    expect(readFileSync(join(copiedVenv, site, '__editable__.demo.pth'), 'utf8')).toBe(`${copied}\n`)
    expect(readFileSync(join(copiedVenv, site, 'demo-1.0.dist-info', 'direct_url.json'), 'utf8')).toContain(
      copied,
    )
    expect(readFileSync(join(copiedVenv, 'lib64', 'python3.11', 'site-packages', 'other.py'), 'utf8')).toBe(
      'Y = 1\n',
    )
    expect(readFileSync(join(venv, site, '__editable__.demo.pth'), 'utf8')).toBe(`${source}\n`)
  })

  test('is after undoing what it was before, times included', () => {
    const root = join(folder, 'edited')
    write(join(root, 'a.py'), 'A = 1\n')
    write(join(root, 'b.py'), 'B = 1\n')
    const times = () => ['a.py', 'b.py'].map(name => Math.floor(statSync(join(root, name)).mtimeMs / 1000))
    for (const name of ['a.py', 'b.py']) utimesSync(join(root, name), 1_000_000_000.75, 1_000_000_000.75)
    const before = times()
    const undo = applyEdits(root, { 'a.py': 'A = 2\n', 'b.py': null, 'new/deep/c.py': 'C = 1\n' })
    expect([readdirSync(root).sort(), readFileSync(join(root, 'a.py'), 'utf8')]).toEqual([
      ['a.py', 'new'],
      'A = 2\n',
    ])
    undo()
    expect(readdirSync(root).sort()).toEqual(['a.py', 'b.py'])
    expect(readFileSync(join(root, 'a.py'), 'utf8')).toBe('A = 1\n')
    expect(times()).toEqual(before)
  })

  test('has what was hidden again afterwards', () => {
    const site = join(folder, 'venv', 'site-packages')
    write(join(site, 'gone', '__init__.py'), 'A = 1\n')
    write(join(site, 'stays.py'), 'B = 1\n')
    const bringBack = hideEntries(site, ['gone'])
    expect(readdirSync(site)).toEqual(['stays.py'])
    bringBack()
    expect(readdirSync(site).sort()).toEqual(['gone', 'stays.py'])
    expect([readdirSync(dirname(site)), readdirSync(join(site, 'gone'))]).toEqual([
      ['site-packages'],
      ['__init__.py'],
    ])
  })

  test('is not left by an edit', () => {
    expect(() => applyEdits(join(folder, 'edited'), { '../out.py': 'X = 1\n' })).toThrow(
      'outside of the copy',
    )
  })
})
