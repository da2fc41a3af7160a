/** Projects in memory and the plan pytest would have for them. */
import type { Environment, PluginEntryPoint } from '../../server/src/environment/environment.ts'
import { MemoryFileSystem } from '../../server/src/files/memory.ts'
import { join } from '../../server/src/files/paths.ts'
import { makePlan } from '../../server/src/pytest/make_plan.ts'
import type { CollectNode, Invocation, Plan } from '../../server/src/pytest/plan.ts'

export const ROOT = '/project'
export const SITE = '/env/lib/python3.11/site-packages'

export interface Setting {
  readonly version?: string
  readonly args?: readonly string[]
  /** Relative to the project. */
  readonly cwd?: string
  readonly kind?: Invocation['kind'] | null
  readonly env?: Readonly<Record<string, string>>
  readonly plugins?: readonly PluginEntryPoint[]
  readonly environment?: Partial<Environment>
}

/** The versions whose rules differ. */
export const VERSIONS = ['7.4.4', '8.4.2', '9.0.3', '9.1.1', '9.2.0'] as const

export function environmentOf(version: string, plugins: readonly PluginEntryPoint[] = []): Environment {
  return {
    executable: '/env/bin/python',
    chosenBecause: 'test',
    rejected: [],
    version: [3, 11, 7],
    implementation: 'cpython',
    platform: 'linux',
    prefix: '/env',
    basePrefix: '/usr',
    sysPath: ['/usr/lib/python3.11', SITE],
    stdlib: ['/usr/lib/python3.11'],
    sitePackages: [SITE],
    builtinModules: [],
    stdlibNames: [],
    stdlibExact: true,
    extensionSuffixes: [],
    distributions: [],
    editableFinders: [],
    namespacePth: {},
    opaquePth: [],
    distutilsShim: false,
    pytestVersion: version,
    pytestPlugins: plugins,
    unknown: [],
  }
}

/** `files`: paths relative to the project, or absolute ones -> text. */
export function memory(files: Readonly<Record<string, string>>): MemoryFileSystem {
  return new MemoryFileSystem({
    [`${ROOT}/`]: '',
    ...Object.fromEntries(Object.entries(files).map(([path, text]) => [place(path), text])),
  })
}

function place(path: string): string {
  return path.endsWith('/') ? `${join(ROOT, path)}/` : join(ROOT, path)
}

export function planOf(files: Readonly<Record<string, string>>, setting: Setting = {}): Plan {
  const { version = '9.0.3', args = [], cwd = '.', kind = 'pytest', env = {}, plugins, environment } = setting
  const request = { cwd: join(ROOT, cwd), args, invocation: kind, env }
  return makePlan(memory(files), { ...environmentOf(version, plugins), ...environment }, request)
}

/** Without the root folder, which is the same in every test. */
export function short(text: string): string {
  return text.replaceAll(`${ROOT}/`, '').replaceAll(ROOT, '.')
}

/** What is collected, in order: files, and 'folder/conftest.py' where one is loaded on the way. */
export function collectedBy(plan: Plan): string[] {
  const list = (nodes: readonly CollectNode[]): string[] =>
    nodes.flatMap(node =>
      node.kind === 'module'
        ? [node.doctestOnly ? `${node.path} (doctest)` : node.path]
        : [...(node.conftest === null ? [] : [node.conftest]), ...list(node.children)],
    )
  return list(plan.roots).map(short)
}

/** "exit code exception: message", one for each stop; '.' stands for the root folder. */
export function stopsOf(plan: Plan): string[] {
  return plan.stops.map(
    ({ exitCode, exception, message }) => `${exitCode} ${exception}: ${message.replaceAll(ROOT, '.')}`,
  )
}
