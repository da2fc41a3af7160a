/**
 * Modules that code loads from a file by hand: `spec_from_file_location`, `module_from_spec`, and what the loader
 * does with them. Nothing is put into `sys.modules` here: who wants it there writes it.
 */
import { basename, dirname } from '../../files/paths.ts'
import { runModule } from '../execute.ts'
import type { Spec } from '../finder.ts'
import { execute, newModule } from '../importer.ts'
import type { Machine } from '../machine.ts'
import { absolutePath, elementsOf } from '../operate.ts'
import { type Args, constant, HARMLESS, isString, NONE, native, UNKNOWN, type Value } from '../values.ts'
import { argument, callSpan, type Model, textArgument } from './model.ts'

export const loadingModels: readonly Model[] = [
  {
    modules: ['importlib.machinery'],
    names: m => ({
      SourceFileLoader: native('importlib.machinery.SourceFileLoader', args => {
        const spec = specOf(m, textArgument(args, 0, 'fullname'), argument(args, 1, 'path'))
        return spec ? loader(m, spec) : UNKNOWN
      }),
    }),
  },
]

const specs = new WeakMap<Value, Spec>()

/** `importlib.util.spec_from_file_location(name, location)`; unknown where either is. */
export function specFromFileLocation(m: Machine, args: Args): Value {
  const spec = specOf(m, textArgument(args, 0, 'name'), argument(args, 1, 'location'))
  const places = argument(args, 3, 'submodule_search_locations')
  const folders = places ? elementsOf(places) : null
  if (!spec || args.keywords.has('loader') || (places && !folders?.every(isString))) return UNKNOWN
  const path = folders ? folders.filter(isString).map(({ v }) => v) : spec.path
  const known: Spec = { ...spec, path }
  const attributes: Readonly<Record<string, Value>> = {
    name: constant(known.name),
    origin: constant(known.file!),
    loader: loader(m, known),
  }
  const made = native('spec', () => UNKNOWN, { attribute: name => attributes[name] ?? HARMLESS })
  specs.set(made, known)
  return made
}

/** `importlib.util.module_from_spec(spec)`: a module with nothing in it yet. */
export function moduleFromSpec(m: Machine, args: Args): Value {
  const [given] = args.positional
  const spec = given && specs.get(given)
  if (!spec) return UNKNOWN
  const module = newModule(m, spec)
  m.states.set(module, 'done')
  return module
}

function specOf(m: Machine, name: string | null, location: Value | undefined): Spec | null {
  const path = location?.t === 'path' ? location.path : isString(location) ? location.v : null
  const file = path === null ? null : absolutePath(path, m.cwd)
  if (name === null || !file?.endsWith('.py')) return null
  const isPackage = basename(file) === '__init__.py'
  const folders = isPackage ? [dirname(file)] : null
  return {
    name,
    kind: isPackage ? 'package' : 'source',
    file,
    path: folders,
    entry: null,
    hiddenBeside: null,
  }
}

function loader(m: Machine, spec: Spec): Value {
  const methods: Readonly<Record<string, Value>> = {
    create_module: native('loader.create_module', () => NONE),
    exec_module: native('loader.exec_module', args => {
      const [module] = args.positional
      requireFile(m, spec)
      if (module?.t === 'module' && module.kind === 'project' && module.file) runModule(m, module, true)
      return NONE
    }),
    load_module: native('loader.load_module', () => {
      requireFile(m, spec)
      return execute(m, spec, null, callSpan(m))
    }),
  }
  return native('loader', () => UNKNOWN, { attribute: name => methods[name] ?? HARMLESS })
}

function requireFile(m: Machine, { file }: Spec): void {
  if (m.world.fs.stat(file!)) return
  const message = `[Errno 2] No such file or directory: '${file}'`
  m.raise('FileNotFoundError', message, { kind: 'other' }, callSpan(m))
}
