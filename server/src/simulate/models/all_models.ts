/** The models, one line each, and the virtual modules that no finder sees. */
import { remember } from '../../files/memo.ts'
import type { Machine } from '../machine.ts'
import { HARMLESS, type Module, type Value } from '../values.ts'
import { abcModels } from './abc.ts'
import { contextModels } from './contexts.ts'
import { dataclassModels } from './dataclasses.ts'
import { djangoModels } from './django.ts'
import { enumModels } from './enum.ts'
import { gettextModels } from './gettext.ts'
import { importlibModels } from './importlib.ts'
import { inspectModels } from './inspect.ts'
import { loadingModels } from './loading.ts'
import type { Model } from './model.ts'
import { multiprocessingModels } from './multiprocessing.ts'
import { osModels } from './os.ts'
import { pathlibModels } from './pathlib.ts'
import { platformModels } from './platform.ts'
import { prometheusModels } from './prometheus_client.ts'
import { pytestModels } from './pytest.ts'
import { reModels } from './re.ts'
import { tableNames } from './registries.ts'
import { siteModels } from './site.ts'
import { sqlalchemyModels } from './sqlalchemy.ts'
import { sysModels } from './sys.ts'
import { typesModels } from './types.ts'
import { typingModels } from './typing.ts'
import { unittestModels } from './unittest.ts'
import { warningsModels } from './warnings.ts'

const ALL: readonly Model[] = [
  ...abcModels,
  ...contextModels,
  ...djangoModels,
  ...dataclassModels,
  ...enumModels,
  ...gettextModels,
  ...importlibModels,
  ...inspectModels,
  ...loadingModels,
  ...multiprocessingModels,
  ...osModels,
  ...pathlibModels,
  ...platformModels,
  ...prometheusModels,
  ...pytestModels,
  ...reModels,
  ...siteModels,
  ...sqlalchemyModels,
  ...sysModels,
  ...typesModels,
  ...typingModels,
  ...unittestModels,
  ...warningsModels,
]

const byModule = new Map(ALL.flatMap(model => model.modules.map(module => [module, model] as const)))
const made = new WeakMap<Machine, Map<string, Readonly<Record<string, Value>>>>()

/** The modelled names of a module; null where it has no model. The values are the same for one machine, whoever asks first. */
export function modelOf(m: Machine, module: string): Readonly<Record<string, Value>> | null {
  const model = byModule.get(module)
  const names = remember(made, m, () => new Map<string, Readonly<Record<string, Value>>>())
  if (!model && !m.world.registries.some(entry => entry.function.startsWith(`${module}.`))) return null
  return remember(names, module, () =>
    m.heap.outsideOfSteps(() => ({ ...model?.names(m, module), ...tableNames(m, module) })),
  )
}

/**
 * Modules that exist through a finder of their own although no path entry holds them: `six.moves` of any copy
 * of six, and what setuptools' shim serves as distutils. Null for any other name.
 */
export function serveVirtual(m: Machine, name: string): Value | null {
  const kind = virtualKind(m, name)
  return kind ? open(m, name, kind) : null
}

/** How a name would be served by no path entry; null where one has to. Changes nothing. */
export function virtualKind(m: Machine, name: string): 'model' | 'foreign' | null {
  if (name === 'os.path') return 'model'
  if (
    (name === 'distutils' || name.startsWith('distutils.')) &&
    m.environment.distutilsShim &&
    !m.finder.isStandard('distutils')
  )
    return name === 'distutils' || hasDistutilsPart(m, name) ? 'foreign' : null
  const six = MOVES.exec(name)?.[1]
  return six !== undefined && servesMoves(m, six) ? 'foreign' : null
}

/** six's own finder on sys.meta_path; before 1.16 Python 3.12 and later do not ask it. */
function servesMoves(m: Machine, six: string): boolean {
  const text = textOfSix(m, six)
  if (text === null) return false
  const [major, minor] = m.environment.version
  return (major === 3 && minor < 12) || text.includes('find_spec')
}

/** Is the name `six.moves`, or below it, of a copy of six whose finder is not asked? */
export function sixWithoutMoves(m: Machine, name: string): boolean {
  const six = MOVES.exec(name)?.[1]
  return six !== undefined && textOfSix(m, six) !== null && !servesMoves(m, six)
}

function textOfSix(m: Machine, six: string): string | null {
  const module = m.modules.get(six)
  const spec = module?.t === 'module' ? module : m.finder.findTopLevel(six, m.searchPath())
  const text = spec?.file ? m.world.text(spec.file) : null
  return text?.includes('_SixMetaPathImporter') ? text : null
}

const MOVES = /^(.*\bsix)\.moves(?:\.|$)/

function hasDistutilsPart(m: Machine, name: string): boolean {
  const setuptools = m.finder.findTopLevel('setuptools', m.environment.sysPath)
  const part = name.slice('distutils.'.length).split('.')[0]!
  return setuptools?.path
    ? m.finder.findSubmodule(name, part, [`${setuptools.path[0]}/_distutils`]) !== null
    : false
}

function open(m: Machine, name: string, kind: Module['kind']): Value {
  const module: Module = {
    t: 'module',
    name,
    file: null,
    kind,
    ns: m.heap.namespace(true),
    path: name === 'os.path' ? null : HARMLESS,
    doubtful: false,
  }
  for (const [key, value] of Object.entries(modelOf(m, name) ?? {})) m.heap.set(module.ns, key, value)
  m.modules.set(name, module)
  return module
}
