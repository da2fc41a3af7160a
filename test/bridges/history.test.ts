/** What git remembers of files that are gone, on real repositories; and what that does to the ranking. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { candidatesFor, pastReason } from '../../server/src/bridges/candidates.ts'
import { deletionOf, followed, type History, readHistory } from '../../server/src/bridges/history.ts'
import { contextOf } from '../../server/src/engine/fixes.ts'
import { Repository } from '../../server/src/environment/git.ts'
import { join } from '../../server/src/files/paths.ts'
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
