/**
 * What every script of this folder needs first: a Node that is new enough and the packages of the lock file.
 * Runs on a clean clone, so it uses nothing but Node itself.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const OLDEST_NODE = 20

/** The folder of the repository. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/** Everything the scripts make and may lose again: environments, stamps, reports. */
export const cache = join(root, '.cache')

/** Installs the packages of package-lock.json unless exactly those are there. Ends the process where it can't. */
export function setup() {
  const major = Number(process.versions.node.split('.')[0])
  if (major < OLDEST_NODE)
    fail(`Node ${process.versions.node} is too old: ${OLDEST_NODE} or newer is needed.`)
  if (installed()) return
  say('installing the packages of package-lock.json (npm ci)')
  const status = npm('ci', '--no-progress')
  if (status !== 0) {
    fail(`npm ci failed (exit code ${status}). It needs a package registry: is this machine offline?`)
  }
}

/** One line for people, on standard error: standard output belongs to what the script was started for. */
export function say(line) {
  process.stderr.write(`precollect: ${line}\n`)
}

/** Ends the process with the exit code of a configuration error. */
export function fail(line) {
  say(line)
  process.exit(2)
}

/** Starts a program with this terminal as its own and waits. Returns its exit code; 1 where it was killed. */
export function run(program, args, options = {}) {
  const ended = spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options })
  if (ended.error) throw ended.error
  return ended.status ?? 1
}

/** Starts the program of an installed package: its path in node_modules, without npx and without a shell. */
export function runPackage(script, args, options = {}) {
  return run(process.execPath, [join(root, 'node_modules', script), ...args], options)
}

/** npm keeps a record of what it installed, written last: what it says is there was installed completely. */
function installed() {
  const wanted = packagesOf(join(root, 'package-lock.json'))
  const present = packagesOf(join(root, 'node_modules', '.package-lock.json'))
  if (!wanted) fail('package-lock.json is missing or broken.')
  if (!present) return false
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true
    const there = present[path]
    return there ? there.version === entry.version : entry.optional === true
  })
}

function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages
  } catch {
    return null // Not there, or cut short by an install that was broken off: the caller installs anew.
  }
}

/** npm's standard output goes to standard error: a report that is piped on must not hold its chatter. */
function npm(...args) {
  const stdio = ['inherit', 2, 2]
  const own = process.env.npm_execpath // set where npm itself started this script
  if (own?.endsWith('.js')) return run(process.execPath, [own, ...args], { stdio })
  return run('npm', args, { stdio, shell: process.platform === 'win32' })
}
