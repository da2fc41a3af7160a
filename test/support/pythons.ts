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
  /** What is installed, as `name==version` with the name in its normal form. */
  readonly installed: readonly string[]
}

/** What a test asks of its Python. */
export interface Wanted {
  /** null: the pinned version. */
  readonly pytestVersion?: string | null
  /** A version specifier for the interpreter. */
  readonly python?: string | null
  readonly needs?: readonly { readonly name: string; readonly version: string }[]
}

const asked = new Map<string, Python>()

/**
 * The first environment that has what is wanted; null where this machine has none. Throws where there is no pytest at
 * all: a suite that asks real pytest must fail to start then, not pass.
 */
export function findPython({
  pytestVersion = null,
  python: specifier = null,
  needs = [],
}: Wanted): Python | null {
  const made = JSON.parse(readFileSync(LIST, 'utf8')) as Record<string, string>
  if (!made.default)
    throw new Error('no Python with pytest on this machine: see what scripts/pythons.mjs says')
  const pytest = pytestVersion ?? ask(made.default).pytest
  const serves = (python: Python) =>
    python.pytest === pytest &&
    needs.every(({ name, version }) => python.installed.includes(`${normalName(name)}==${version}`)) &&
    (specifier === null || satisfies(python.version, specifier))
  return [made.default, ...Object.values(made)].map(ask).find(serves) ?? null
}

/** The pinned environment. */
export function standardPython(): Python {
  return findPython({})!
}

const QUESTION = `
import importlib.metadata as m, json, pytest, sys, sysconfig
version = "%d.%d.%d" % sys.version_info[:3]
installed = [[d.metadata["Name"], d.version] for d in m.distributions()]
print(json.dumps([version, pytest.__version__, sys.prefix, sysconfig.get_path("purelib"), installed]))
`

function ask(interpreter: string): Python {
  const known = asked.get(interpreter)
  if (known) return known
  const { status, stdout, stderr } = spawnSync(interpreter, ['-c', QUESTION], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${interpreter} does not run: ${stderr}`)
  const [version, pytest, prefix, sitePackages, installed] = JSON.parse(stdout) as [
    string,
    string,
    string,
    string,
    [string, string][],
  ]
  const python = {
    interpreter: normalize(interpreter),
    version,
    pytest,
    prefix: normalize(prefix),
    sitePackages: normalize(sitePackages),
    installed: installed.map(([name, version]) => `${normalName(name)}==${version}`),
  }
  asked.set(interpreter, python)
  return python
}

function normalName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-')
}
