/**
 * A real bazel-remote for the tests of the remote cache, built with Go from the module proxy into .cache/go/bin. Where
 * that is not possible those tests are skipped, and counted as such. Nothing else needs it.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cache, fail, say } from './setup.mjs'

const MODULE = 'github.com/buchgr/bazel-remote/v2'
const VERSION = 'v2.6.1'

const folder = join(cache, 'go')
const program = join(folder, 'bin', 'bazel-remote')
const env = { ...process.env, GOPATH: join(folder, 'path'), GOFLAGS: '-modcacherw -buildvcs=false' }

if (existsSync(program)) say(`bazel-remote is there already: ${program}`)
else {
  mkdirSync(folder, { recursive: true })
  const { Dir } = JSON.parse(go(['mod', 'download', '-json', `${MODULE}@${VERSION}`], folder))
  // `go install` would ask for all versions as well, which not every proxy tells.
  const source = join(folder, 'source')
  rmSync(source, { recursive: true, force: true })
  cpSync(Dir, source, { recursive: true })
  for (const each of [source, ...directoriesIn(source)]) chmodSync(each, 0o755)
  go(['build', '-o', program, '.'], source)
  rmSync(source, { recursive: true, force: true })
  say(`bazel-remote ${VERSION}: ${program}`)
}

function go(args, cwd) {
  const { status, stdout, stderr, error } = spawnSync('go', args, { cwd, env, encoding: 'utf8' })
  if (status !== 0) fail(`go ${args[0]}: ${error?.message ?? stderr.trim().slice(-500)}`)
  return stdout
}

function directoriesIn(root) {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => join(entry.parentPath, entry.name))
}
