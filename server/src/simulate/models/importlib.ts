/** importlib, importlib.util, importlib.metadata and pkgutil: imports by name, and questions about them. */
import { join } from '../../files/paths.ts'
import { exceptionClass, nativeClass } from '../classes.ts'
import { runModule } from '../execute.ts'
import { importModule } from '../importer.ts'
import type { Machine } from '../machine.ts'
import { elementsOf } from '../operate.ts'
import {
  type Args,
  constant,
  HARMLESS,
  isString,
  list,
  NONE,
  native,
  PyRaise,
  UNKNOWN,
  type Value,
} from '../values.ts'
import { moduleFromSpec, specFromFileLocation } from './loading.ts'
import { argument, callSpan, type Model, textArgument } from './model.ts'

export const importlibModels: readonly Model[] = [
  {
    modules: ['importlib'],
    names: m => ({
      import_module: native('importlib.import_module', args => importByName(m, args)),
      reload: native('importlib.reload', args => reload(m, args)),
      invalidate_caches: native('importlib.invalidate_caches', () => NONE),
    }),
  },
  {
    modules: ['importlib.util'],
    names: m => ({
      find_spec: native('importlib.util.find_spec', args => findSpec(m, args)),
      spec_from_file_location: native('importlib.util.spec_from_file_location', args =>
        specFromFileLocation(m, args),
      ),
      module_from_spec: native('importlib.util.module_from_spec', args => moduleFromSpec(m, args)),
    }),
  },
  { modules: ['importlib.metadata', 'importlib_metadata'], names: metadataNames },
  {
    modules: ['pkgutil'],
    names: m => ({
      extend_path: native('pkgutil.extend_path', args => extendPath(m, args)),
      find_loader: native('pkgutil.find_loader', args => findSpec(m, args)),
    }),
  },
]

function importByName(m: Machine, args: Args): Value {
  const name = textArgument(args, 0, 'name')
  if (name === null) {
    m.unseenImports = true
    m.mayRaise(exceptionClass('ImportError'))
    return UNKNOWN
  }
  const call = m.calls.at(-1)
  if (call) call.deepest = callSpan(m)
  if (!name.startsWith('.')) return importModule(m, name, callSpan(m))
  const level = /^\.+/.exec(name)![0].length
  const packageName = textArgument(args, 1, 'package')
  if (packageName === null) return UNKNOWN
  const parts = packageName.split('.')
  if (level > parts.length) return UNKNOWN
  const base = parts.slice(0, parts.length - level + 1).join('.')
  return importModule(m, name.length > level ? `${base}.${name.slice(level)}` : base, callSpan(m))
}

/** The module is executed once more, in the namespace that it has. */
function reload(m: Machine, args: Args): Value {
  const module = argument(args, 0, 'module')
  if (module?.t !== 'module') return UNKNOWN
  if (module.kind === 'project' && module.file && (m.states.get(module) ?? 'done') === 'done')
    runModule(m, module, true)
  return module
}

/** None for a name that can't be found; the parents of a dotted name are really imported. */
function findSpec(m: Machine, args: Args): Value {
  const name = textArgument(args, 0, 'name')
  if (name === null || name.startsWith('.')) return HARMLESS
  if (m.modules.get(name)) return native('spec', () => UNKNOWN)
  const dot = name.lastIndexOf('.')
  if (dot < 0) {
    if (m.finder.findTopLevel(name, m.searchPath()) || m.startModules.has(name))
      return native('spec', () => UNKNOWN)
    return m.perhapsInModules(name) || m.isPathOpen || m.metaPathOpen ? HARMLESS : NONE
  }
  const parent = importModule(m, name.slice(0, dot), callSpan(m))
  if (parent.t !== 'module' || !Array.isArray(parent.path)) return HARMLESS
  if (m.finder.findSubmodule(name, name.slice(dot + 1), parent.path)) return native('spec', () => UNKNOWN)
  return parent.kind === 'project' ? NONE : HARMLESS
}

function metadataNames(m: Machine): Record<string, Value> {
  const notFound = nativeClass('PackageNotFoundError', 'importlib.metadata', [
    exceptionClass('ModuleNotFoundError'),
  ])
  const normal = (name: string) => name.toLowerCase().replace(/[-_.]+/g, '-')
  const versions = new Map(m.environment.distributions.map(d => [normal(d.name), d.version]))
  const find = (args: Args, found: (version: string) => Value): Value => {
    const name = textArgument(args, 0, 'distribution_name')
    if (name === null || m.environment.executable === null) {
      m.mayRaise(notFound)
      return HARMLESS
    }
    const version = versions.get(normal(name))
    if (version !== undefined) return found(version)
    const message = `No package metadata was found for ${name}`
    throw new PyRaise(m.exception(notFound, message, { kind: 'other' }, { args: [constant(name)] }))
  }
  return {
    PackageNotFoundError: notFound,
    version: native('importlib.metadata.version', args => find(args, constant)),
    distribution: native('importlib.metadata.distribution', args => find(args, () => HARMLESS)),
    metadata: native('importlib.metadata.metadata', args => find(args, () => HARMLESS)),
  }
}

/** Every entry of sys.path that holds the package's folder joins its `__path__`. */
function extendPath(m: Machine, args: Args): Value {
  const path = argument(args, 0, 'path')
  const name = textArgument(args, 1, 'name')
  const start = path ? elementsOf(path) : null
  if (!start || name === null) return list([], true)
  const found = start.filter(isString).map(v => v.v as string)
  const folder = name.replaceAll('.', '/')
  for (const entry of m.searchPath()) {
    const place = join(entry, folder)
    if (!found.includes(place) && m.world.fs.stat(join(place, '__init__.py'))) found.push(place)
  }
  return list(found.map(constant))
}
