/** What git remembers of files that are gone, on real repositories; and what that does to the ranking. */
import { writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { candidatesFor, pastReason } from '../../server/src/bridges/candidates.ts'
import { deletionOf, followed, type History, readHistory } from '../../server/src/bridges/history.ts'
import { surroundingsOf } from '../../server/src/bridges/moved_name.ts'
import {
  type PastDefinition,
  pastDefinition,
  readPastDefinitions,
} from '../../server/src/bridges/past_definitions.ts'
import { contextOf } from '../../server/src/engine/fixes.ts'
import { Repository } from '../../server/src/environment/git.ts'
import { join, relative } from '../../server/src/files/paths.ts'
import { commitAll, GIT_ENV, git } from '../support/git.ts'
import { type Laid, layOut } from '../support/on_disk.ts'
import { project } from './project.ts'

let laid: Laid
beforeEach(() => {
  laid = layOut('history', [
    ['app/old.py', 'def one(): ...\ndef two(): ...\n'],
    ['app/gone.py', 'class Gone: ...\n'],
    ['app/a file.py', 'x = "spaces in names"\n'],
  ])
  commitAll(laid.root, 'Begin')
})
afterEach(() => laid.remove())

async function history(): Promise<History> {
  const repository = await Repository.of(laid.root, GIT_ENV)
  if (typeof repository === 'string') throw new Error(repository)
  return readHistory(repository)
}

test('renames are followed over several commits and the work tree; deletions have their commit', async () => {
  git(laid.root, 'mv', 'app/old.py', 'app/newer.py')
  git(laid.root, 'rm', '-q', 'app/gone.py')
  const commit = commitAll(laid.root, 'Tidy up\n\nAt length.')
  git(laid.root, 'mv', 'app/newer.py', 'app/newest.py')
  git(laid.root, 'mv', 'app/a file.py', 'app/another file.py')
  const known = await history()
  const at = (path: string) => join(laid.root, path)
  expect(followed(known, at('app/old.py'))).toMatchObject({ to: at('app/newest.py'), commit: null })
  expect(followed(known, at('app/a file.py'))?.to).toBe(at('app/another file.py'))
  expect(followed(known, at('app/newest.py'))).toBeNull()
  const deleted = deletionOf(known, at('app/gone.py'))!
  expect(commit.startsWith(deleted.commit!)).toBe(true)
  expect(pastReason(deleted, laid.root)).toBe(`git: app/gone.py was deleted in ${deleted.commit} (Tidy up)`)
})

test('a repository without commits, or without any Python file, remembers nothing', async () => {
  const empty = layOut('empty', [['README', '']])
  git(empty.root, 'init', '-q')
  const repository = await Repository.of(empty.root, GIT_ENV)
  expect(typeof repository === 'string' ? null : await readHistory(repository)).toEqual([])
  empty.remove()
})

test('what git renamed comes before what is called alike', async () => {
  const { analysis, root } = await project(`-- pytest.ini --
[pytest]
pythonpath = .
-- app/__init__.py --
-- app/tools.py --
def other(): ...
-- app/lib/__init__.py --
-- app/lib/tool.py --
-- test_a.py --
import app.tool
def test_a(): pass
`)
  const context = contextOf(analysis)
  const around = (history: History) => ({
    index: context.index,
    history,
    past: [],
    installed: [],
    isOfDistribution: () => false,
    root,
    isTest: () => false,
  })
  const ranked = (history: History) =>
    candidatesFor({ kind: 'module', module: 'app.tool' }, around(history)).map(
      each => [...each.modules.values()][0],
    )
  expect(ranked([])[0]).toBe('app.lib.tool')
  const past = {
    from: `${root}/app/tool.py`,
    to: `${root}/app/tools.py`,
    commit: '1a2b3c4',
    subject: 'Rename',
  }
  expect(ranked([past])[0]).toBe('app.tools')
})

test('of a name that is gone git knows what it became, where it went, and what was there before', async () => {
  const before = [
    'def to_unicode(value): ...',
    'def from_unicode(value): ...',
    'def load(path): ...',
    'class Shape: ...',
  ].join('\n\n\n')
  await writeFile(join(laid.root, 'app/tools.py'), `${before}\n`)
  await writeFile(join(laid.root, 'app/net.py'), 'def load(url): ...\n')
  commitAll(laid.root, 'Tools')
  await writeFile(
    join(laid.root, 'app/tools.py'),
    `${before.replace('to_unicode', 'as_text').replace(/class Shape.*/, '')}\n`,
  )
  await writeFile(join(laid.root, 'app/shapes.py'), 'class Shape: ...\n')
  const commit = commitAll(laid.root, 'Rename')
  await writeFile(join(laid.root, 'app/tools.py'), 'def as_text(value): ...\n')
  const repository = await Repository.of(laid.root, GIT_ENV)
  if (typeof repository === 'string') throw new Error(repository)
  const path = join(laid.root, 'app/tools.py')
  const lost = ['to_unicode', 'load', 'Shape', 'never'].map(name => ({ path, name }))
  const past = await readPastDefinitions(repository, lost)
  const renamed = pastDefinition(past, path, 'to_unicode')!
  expect(commit.startsWith(renamed.commit!)).toBe(true)
  expect(renamed).toMatchObject({ renamed: 'as_text', moved: [], subject: 'Rename' })
  expect(pastDefinition(past, path, 'load')).toMatchObject({ renamed: null, moved: [], commit: null })
  expect(pastDefinition(past, path, 'Shape')).toMatchObject({
    renamed: null,
    moved: [join(laid.root, 'app/shapes.py')],
  })
  expect(pastDefinition(past, path, 'never')).toBeNull()
})

test('a definition that stood there before is no safe stand-in; what git saw arrive is', async () => {
  const { analysis, root } = await project(`-- pytest.ini --
[pytest]
pythonpath = .
-- app/__init__.py --
-- app/files.py --
def save(path): ...
-- app/net.py --
def load(url): ...
-- test_a.py --
from app.files import load
def test_a(): pass
`)
  const sure = (past: readonly PastDefinition[]) =>
    candidatesFor(
      { kind: 'name', module: 'app.files', name: 'load' },
      { ...surroundingsOf({ ...contextOf(analysis), past }) },
    ).map(({ files, sure }) => [relative(root, files[0]!), sure])
  const gone = { path: `${root}/app/files.py`, name: 'load', renamed: null, beside: new Set<string>() }
  const when = { commit: '1a2b3c4', subject: 'Tidy' }
  expect(sure([{ ...gone, ...when, moved: [] }])).toEqual([['app/net.py', false]])
  expect(sure([{ ...gone, ...when, moved: [`${root}/app/net.py`] }])).toEqual([['app/net.py', true]])
})
