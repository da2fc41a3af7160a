/**
 * The Python environments that the tests run real pytest in, below .cache/, made once for each set of pins.
 * `.cache/pythons.json` names them for the tests: { "default": interpreter, "7.4.4": interpreter, ... }. What must
 * not stand beside the other cases, a plugin above all, has an environment of its own, found by what a case needs. Where
 * a later Python than the one on the PATH is at hand, the default pins are there for that one too: `newest`.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { cache, say } from './setup.mjs'

const PINS = {
  default: ['pytest==9.0.2', 'prometheus-client==0.26.0', 'six==1.17.0'],
  '6.2.5': ['pytest==6.2.5'],
  '7.0.1': ['pytest==7.0.1'],
  '7.4.4': ['pytest==7.4.4'],
  '8.4.2': ['pytest==8.4.2'],
  django: ['pytest==9.0.2', 'Django==5.2.8'],
  'pytest-django': ['pytest==9.0.2', 'Django==5.2.8', 'pytest-django==4.11.1'],
  plugins: [
    'pytest==9.0.2',
    'allure-pytest==2.16.2',
    'pytest-cov==7.1.0',
    'pytest-html==4.2.0',
    'pytest-json-report==1.5.0',
    'pytest-random-order==1.2.0',
    'pytest-randomly==5.1.0',
    'pytest-reportlog==1.0.0',
    'pytest-testmon==2.2.0',
    'pytest-xdist==3.8.0',
  ],
  'pre-commit': ['pytest==9.0.2', 'pre-commit==4.7.0'],
  '9.2.0': ['pytest==9.2.0', 'SQLAlchemy==2.0.44'],
}
const OLDEST_PYTHON = [3, 8]

/**
 * Makes what is missing and writes .cache/pythons.json. Where the package index is out of reach the machine's
 * own pytest stands in for the default one, said aloud; where that is missing too, the file names no default
 * and the tests that need it fail to start.
 */
export function makePythons() {
  const python = findPython()
  const made = {}
  if (python) {
    for (const [name, pins] of Object.entries(PINS)) {
      const interpreter = environment(python, pins)
      if (interpreter) made[name] = interpreter
    }
    const newest = findNewest(python)
    const ofNewest = newest && environment(newest, PINS.default)
    if (ofNewest) made.newest = ofNewest
    if (!made.default && runs(python.path, ['-c', 'import pytest'])) {
      say(`NOTICE: the pinned pytest can't be installed; the tests use the one of ${python.path} instead`)
      made.default = python.path
    }
  } else {
    say(
      `NOTICE: no Python ${OLDEST_PYTHON.join('.')} or newer (python3, python, py -3): real pytest can't be asked`,
    )
  }
  mkdirSync(cache, { recursive: true })
  writeFileSync(join(cache, 'pythons.json'), `${JSON.stringify(made, null, 2)}\n`)
  return made
}

/** An interpreter of a later version than the given one, the latest of them; null where there is none. */
function findNewest({ version }) {
  const own = Number(version.split('.')[1])
  const minors = Array.from({ length: 8 }, (_, at) => own + 8 - at)
  const pyenv = spawnSync('pyenv', ['root'], { encoding: 'utf8' })
  const kept = pyenv.status === 0 ? join(pyenv.stdout.trim(), 'versions') : null
  const folders = kept && existsSync(kept) ? readdirSync(kept) : []
  for (const minor of minors) {
    const programs = [
      `python3.${minor}`,
      ...folders
        .filter(name => name.startsWith(`3.${minor}.`))
        .map(name => join(kept, name, 'bin', 'python')),
    ]
    for (const program of programs) {
      const found = ask(program, [])
      if (found?.version.startsWith(`3.${minor}.`)) return found
    }
  }
  return null
}

/** The environment with the default pytest alone, for who needs no other; null where it can't be made. */
export function makeDefaultPython() {
  const python = findPython()
  return python && environment(python, PINS.default)
}

/** The first interpreter on the PATH that is new enough: its real path and version. */
function findPython() {
  const candidates = [['python3'], ['python'], ...(process.platform === 'win32' ? [['py', '-3']] : [])]
  for (const [program, ...args] of candidates) {
    const found = ask(program, args)
    if (!found) continue
    const [major, minor] = found.version.split('.').map(Number)
    if (major === OLDEST_PYTHON[0] && minor >= OLDEST_PYTHON[1]) return found
  }
  return null
}

/** Real path and version of an interpreter; null where the program is none. */
function ask(program, args) {
  const asked = spawnSync(
    program,
    [...args, '-c', 'import sys; print(sys.executable); print("%d.%d.%d" % sys.version_info[:3])'],
    { encoding: 'utf8' },
  )
  if (asked.status !== 0) return null
  const [path, version] = asked.stdout.trim().split(/\r?\n/)
  return { path, version }
}

/** An environment with exactly these pins; null where it can't be made. */
function environment(python, pins) {
  const key = createHash('sha256')
    .update([python.path, python.version, ...pins].join('\n'))
    .digest('hex')
  const folder = join(cache, `python-${key.slice(0, 12)}`)
  const interpreter = inEnvironment(folder)
  if (existsSync(interpreter)) return interpreter
  say(`making a Python ${python.version} environment with ${pins.join(', ')}`)
  const unfinished = `${folder}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(cache, { recursive: true })
  const done =
    runs(python.path, ['-m', 'venv', unfinished]) &&
    runs(inEnvironment(unfinished), ['-m', 'pip', 'install', '--quiet', ...pins]) &&
    runs(inEnvironment(unfinished), ['-c', 'import pytest']) // an old one does not run everywhere
  if (!done) {
    say(`NOTICE: that failed (no venv module, no package index in reach, or not for this Python)`)
    rmSync(unfinished, { recursive: true, force: true })
    return null
  }
  renameSync(unfinished, folder) // only `python -m` is used of it: scripts with a path inside are not
  return interpreter
}

function inEnvironment(folder) {
  return process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python')
}

function runs(program, args) {
  return spawnSync(program, args, { stdio: ['ignore', 2, 2] }).status === 0
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) makePythons()
