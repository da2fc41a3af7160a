/** git as it is installed, on repositories that name programs of their own. */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Repository, zeroTerminated } from '../../server/src/environment/git.ts'
import { dirname, join } from '../../server/src/files/paths.ts'
import { commitAll, GIT_ENV, git } from '../support/git.ts'
import { type Laid, layOut } from '../support/on_disk.ts'

let laid: Laid
beforeEach(() => {
  laid = layOut('project', [
    ['a.py', 'one = 1\n'],
    ['sub/b.py', 'two = 2\n'],
    ['data.bin', 'raw\n'],
  ])
})
afterEach(() => laid.remove())

async function repository(folder = laid.root): Promise<Repository> {
  const found = await Repository.of(folder, GIT_ENV)
  if (typeof found === 'string') throw new Error(found)
  return found
}

test('a folder that lies in no repository has a reason', async () => {
  expect(await Repository.of(laid.root, GIT_ENV)).toMatch(/not a git repository/)
})

test('a machine without git has a reason', async () => {
  expect(await Repository.of(laid.root, { PATH: join(laid.root, 'nowhere') })).toBe('git is not installed')
})

test('the top of the work tree, from a folder below', async () => {
  commitAll(laid.root)
  const found = await repository(join(laid.root, 'sub'))
  expect(found.root).toBe(laid.root)
  expect(zeroTerminated((await found.ask(['ls-files', '-z'])).out)).toEqual(['a.py', 'data.bin', 'sub/b.py'])
})

test("a complaint is told in git's own words", async () => {
  commitAll(laid.root)
  const { trouble } = await (await repository()).ask(['rev-parse', '--verify', 'nowhere^{commit}'])
  expect(trouble).toBe('Needed a single revision')
})

test('variables of a hook do not lead to another repository', async () => {
  commitAll(laid.root)
  const other = join(dirname(laid.root), 'other')
  mkdirSync(other)
  git(other, 'init', '-q')
  const env = { ...GIT_ENV, GIT_DIR: join(other, '.git'), GIT_INDEX_FILE: join(other, '.git/index') }
  const found = await Repository.of(laid.root, env)
  expect(found).toHaveProperty('root', laid.root)
})

test.skipIf(process.platform === 'win32')('no program that the repository names is started', async () => {
  writeFileSync(join(laid.root, '.gitattributes'), '*.bin filter=theirs diff=theirs\n*.py filter=a=b\n')
  commitAll(laid.root)
  const mark = join(dirname(laid.root), 'started')
  const program = join(dirname(laid.root), 'program')
  writeFileSync(program, `#!/bin/sh\necho "$0 $*" >> '${mark}'\ncat\n`)
  chmodSync(program, 0o755)
  const settings = [
    ...[
      'core.fsmonitor',
      'core.pager',
      'core.editor',
      'gpg.program',
      'diff.external',
      'diff.theirs.textconv',
    ],
    ...['filter.theirs.clean', 'filter.theirs.smudge', 'filter.a=b.clean', 'filter.a=b.process'],
  ]
  for (const key of settings) git(laid.root, 'config', key, program)
  git(laid.root, 'config', 'filter.theirs.required', 'true')
  git(laid.root, 'config', 'pager.log', 'true')
  for (const name of ['post-index-change', 'post-checkout', 'pre-commit', 'reference-transaction']) {
    writeFileSync(join(laid.root, '.git/hooks', name), `#!/bin/sh\necho ${name} >> '${mark}'\n`)
    chmodSync(join(laid.root, '.git/hooks', name), 0o755)
  }
  writeFileSync(join(laid.root, 'data.bin'), 'war\n')
  writeFileSync(join(laid.root, 'a.py'), 'one = 2\n')
  const found = await repository()
  const status = await found.ask(['status', '--porcelain', '-z'])
  expect(zeroTerminated(status.out)).toEqual([' M a.py', ' M data.bin'])
  await found.ask(['diff', '--no-ext-diff', '--no-textconv', 'HEAD'])
  await found.ask(['log', '--name-status', '-M'])
  await found.ask(['tag', '-a', '-m', 'words', 'named'])
  expect(existsSync(mark)).toBe(false)
  // The same question, asked without care, does start them: the trap works.
  spawnSync('git', ['status', '--porcelain'], { cwd: laid.root, env: GIT_ENV })
  expect(existsSync(mark)).toBe(true)
  rmSync(mark)
})

test.skipIf(process.platform === 'win32')('git that takes too long is ended', async () => {
  const slow = join(dirname(laid.root), 'git')
  writeFileSync(slow, '#!/bin/sh\ncase "$*" in *rev-parse*) pwd ;; *config*) ;; *) exec sleep 600 ;; esac\n')
  chmodSync(slow, 0o755)
  const found = await Repository.of(laid.root, { PATH: `${dirname(slow)}:${process.env.PATH}` })
  if (typeof found === 'string') throw new Error(found)
  const { trouble } = await found.ask(['status'], { timeoutMs: 200 })
  expect(trouble).toBe('git status took longer than 0.2 s')
})
