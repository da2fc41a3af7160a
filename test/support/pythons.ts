/** The Python environments that `scripts/pythons.mjs` made: the tests that ask real pytest run in them. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { satisfies } from '@renovatebot/pep440'
import { normalize } from '../../server/src/files/paths.ts'

const LIST = fileURLToPath(new URL('../../.cache/pythons.json', import.meta.url))

export interface Python {
  readonly interpreter: string
  readonly version: string // '3.11.9'
  readonly pytest: string
  /** The folder of the environment, and its site-packages. */
  readonly prefix: string
  readonly sitePackages: string
}

const asked = new Map<string, Python>()

/**
 * The environment with that version of pytest (null: the pinned one) whose interpreter satisfies `specifier`;
 * null where this machine has none. Throws where there is no pytest at all: a suite that asks real pytest must
 * fail to start then, not pass.
 */
export function findPython(pytest: string | null, specifier: string | null): Python | null {
  const made = JSON.parse(readFileSync(LIST, 'utf8')) as Record<string, string>
  if (!made.default)
    throw new Error('no Python with pytest on this machine: see what scripts/pythons.mjs says')
  const standard = ask(made.default)
  const interpreter = pytest === null || pytest === standard.pytest ? made.default : made[pytest]
  if (!interpreter) return null
  const python = ask(interpreter)
  return specifier === null || satisfies(python.version, specifier) ? python : null
}

/** The pinned environment. */
export function standardPython(): Python {
  return findPython(null, null)!
}

function ask(interpreter: string): Python {
  const known = asked.get(interpreter)
  if (known) return known
  const code = [
    'import json, pytest, sys, sysconfig',
    'print(json.dumps(["%d.%d.%d" % sys.version_info[:3], pytest.__version__, sys.prefix, sysconfig.get_path("purelib")]))',
  ].join('\n')
  const { status, stdout, stderr } = spawnSync(interpreter, ['-c', code], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${interpreter} does not run: ${stderr}`)
  const [version, pytest, prefix, sitePackages] = JSON.parse(stdout) as [string, string, string, string]
  const python = {
    interpreter: normalize(interpreter),
    version,
    pytest,
    prefix: normalize(prefix),
    sitePackages: normalize(sitePackages),
  }
  asked.set(interpreter, python)
  return python
}
