/** What is read from files against what the interpreter itself says: nothing may differ. */
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { discoverEnvironment } from '../../server/src/environment/discover.ts'
import type { Environment } from '../../server/src/environment/environment.ts'
import { confirmEnvironment, probeInterpreter } from '../../server/src/environment/probe.ts'
import { DiskFileSystem } from '../../server/src/files/disk.ts'
import { standardPython } from '../support/pythons.ts'

const { interpreter } = standardPython()
const env = { PATH: process.env.PATH ?? '', SYSTEMROOT: process.env.SYSTEMROOT ?? '' }

function read(): Environment {
  const platform = process.platform as 'linux' | 'darwin' | 'win32'
  return discoverEnvironment(new DiskFileSystem(), {
    cwd: '/',
    roots: [],
    python: interpreter,
    env,
    platform,
  })
}

const TRUTH = `
import sys
del sys.path[0]
path = [p.replace('\\\\', '/') for p in sys.path]
import importlib.metadata, importlib.util, json
found = [(d.metadata['Name'], d.version, d.requires or []) for d in importlib.metadata.distributions()]
plugins = [(d.metadata['Name'], d.version, e.name, e.value.split(':')[0])
           for d in importlib.metadata.distributions() for e in d.entry_points if e.group == 'pytest11']
names = json.loads(sys.argv[1])
print(json.dumps({
    'version': sys.version_info[:3], 'prefix': sys.prefix.replace('\\\\', '/'),
    'basePrefix': sys.base_prefix.replace('\\\\', '/'), 'sysPath': path,
    'suffixes': importlib.machinery.EXTENSION_SUFFIXES, 'distributions': sorted(found), 'plugins': sorted(plugins),
    'linked': [n for n in names if n in sys.builtin_module_names],
    'missing': [n for n in names if n != '__main__' and importlib.util.find_spec(n) is None],
}))
`

test('an environment is read as its interpreter sees it', () => {
  const found = read()
  const run = execFileSync(interpreter, ['-c', TRUTH, JSON.stringify(found.stdlibNames)], {
    env,
    encoding: 'utf8',
  })
  const plugins = found.pytestPlugins.map(({ distribution, version, name, module }) => [
    distribution,
    version,
    name,
    module,
  ])
  const distributions = found.distributions.map(({ name, version, requires }) => [name, version, requires])
  const builtin = new Set(found.builtinModules)
  expect({
    version: found.version,
    prefix: found.prefix,
    basePrefix: found.basePrefix,
    sysPath: found.sysPath,
    suffixes: found.extensionSuffixes,
    distributions: distributions.sort(),
    plugins: plugins.sort(),
    missing: [],
  }).toEqual({ ...withoutLinked(JSON.parse(run)) })
  expect(JSON.parse(run).linked.filter((name: string) => !builtin.has(name))).toEqual([])
})

test('the probe has nothing to correct', async () => {
  const found = read()
  const probe = await probeInterpreter(interpreter, { timeoutMs: 30_000, env })
  const { builtinModules, ...confirmed } = confirmEnvironment(found, probe!)
  const { builtinModules: assumed, ...files } = found
  expect(confirmed).toEqual(files)
  // An example module of CPython's own sources is in no list of the standard library.
  expect(builtinModules.filter(name => !assumed.includes(name) && name !== 'xxsubtype')).toEqual([])
  expect(assumed.filter(name => !builtinModules.includes(name))).toEqual([])
})

function withoutLinked({ linked: _, ...truth }: Record<string, unknown>): Record<string, unknown> {
  return truth
}
