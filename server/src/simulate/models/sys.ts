/** sys: versions and platform as constants, `sys.path` and `sys.modules` as the machine's own state. */
import { bodyText } from '../body_words.ts'
import { ancestry, exceptionClass, OBJECT } from '../classes.ts'
import { openCallers } from '../effects.ts'
import { stringOf } from '../evaluate.ts'
import { importModule } from '../importer.ts'
import { type Frame, type Machine, topLevel } from '../machine.ts'
import { isNeverImported } from '../never_imported.ts'
import { elementsOf } from '../operate.ts'
import { replacementOf } from '../replaced.ts'
import {
  type Args,
  type Class,
  constant,
  dictOf,
  HARMLESS,
  isInt,
  isString,
  list,
  NONE,
  native,
  PyRaise,
  tuple,
  UNKNOWN,
  type Value,
  withMore,
} from '../values.ts'
import { callSpan, type Model } from './model.ts'

export const sysModels: readonly Model[] = [{ modules: ['sys'], names: sysNames }]

function sysNames(m: Machine): Record<string, Value> {
  const { environment } = m
  const [major, minor, micro] = environment.version
  const parts = ['major', 'minor', 'micro', 'releaselevel', 'serial']
  const version = tuple([constant(major), constant(minor), constant(micro), constant('final'), constant(0)])
  const versionInfo = Object.assign({}, version)
  versionFields.set(versionInfo, new Map(parts.map((name, i) => [name, versionInfo.items[i]!])))
  const platforms: Record<string, string> = { linux: 'linux', darwin: 'darwin', win32: 'win32' }
  const known = platforms[environment.platform]
  const pypy = environment.implementation === 'pypy'
  return {
    version_info: versionInfo,
    hexversion: constant((major << 24) | (minor << 16) | (micro << 8) | 0xf0),
    version: constant(`${major}.${minor}.${micro}`),
    platform: known ? constant(known) : HARMLESS,
    maxsize: constant(9223372036854775807n),
    byteorder: constant('little'),
    argv: list(m.plan.argv.map(constant)),
    executable: environment.executable ? constant(environment.executable) : HARMLESS,
    prefix: environment.prefix ? constant(environment.prefix) : HARMLESS,
    base_prefix: environment.basePrefix ? constant(environment.basePrefix) : HARMLESS,
    dont_write_bytecode: HARMLESS,
    implementation: native('sys.implementation', null, {
      attribute: name => (name === 'name' ? constant(pypy ? 'pypy' : 'cpython') : HARMLESS),
    }),
    path: m.sysPath,
    modules: sysModules(m),
    meta_path: metaPath(m),
    exit: native('sys.exit', args => exit(m, args)),
    exc_info: native('sys.exc_info', () => HARMLESS),
    _getframe: native('sys._getframe', args => {
      const [depth] = args.positional
      return frameAbove(m, m.frames, depth === undefined ? 0 : isInt(depth) ? depth.v : Infinity)
    }),
  }
}

/** The frame object so many steps above the innermost of these. Behind a module's own come those of the import system. */
export function frameAbove(m: Machine, frames: readonly Frame[], depth: number): Value {
  const above = frames.slice(0, frames.length - depth)
  const passed = frames.slice(above.length)
  const frame = above.at(-1)
  if (!frame || [frame, ...passed].some(isInlined) || passed.some(({ kind }) => kind === 'module')) {
    openCallers(m)
    return UNKNOWN
  }
  const { module } = frame.scope
  const globals: Value = { t: 'nsdict', ns: module.ns, module }
  return native('frame', null, {
    attribute: name => {
      if (name === 'f_globals' || (name === 'f_locals' && frame.kind === 'module')) return globals
      return name === 'f_back' ? frameAbove(m, above, 1) : HARMLESS
    },
    handed: () => openCallers(m),
    holds: true,
  })
}

/** From 3.12 on comprehensions have no frames of their own; before, they have. */
function isInlined({ kind }: Frame): boolean {
  return kind === 'comprehension'
}

const versionFields = new WeakMap<object, ReadonlyMap<string, Value>>()

/** `sys.version_info.major` and the like; undefined for any other tuple. */
export function versionField(value: Value, name: string): Value | undefined {
  return versionFields.get(value)?.get(name)
}

function exit(m: Machine, args: Args): never {
  const [code] = args.positional
  const shown = code ? (stringOf(code) ?? '') : ''
  const number =
    !code || (code.t === 'const' && code.v === null) ? 0 : isInt(code) ? code.v : isString(code) ? 1 : null
  throw new PyRaise(
    m.exception(
      exceptionClass('SystemExit'),
      shown,
      { kind: 'exit', code: number },
      { args: code ? [code] : [] },
    ),
  )
}

/** `sys.path = [...]`: the list that the importer reads is the new one. */
export function replaceSysPath(m: Machine, value: Value): void {
  m.heap.touch(m.sysPath)
  const elements = elementsOf(value)
  if (elements) m.sysPath.items = [...elements]
  else m.heap.openContainer(m.sysPath)
}

function metaPath(m: Machine): Value {
  const opening = native('sys.meta_path.method', args => {
    const finder = args.positional.at(-1)
    // A finder that the project's own code adds may serve any name; plugins' and libraries' serve their own.
    if (!m.frame.unit.project || m.heap.doubtful || findsNothing(finder)) return NONE
    const ignored = neverAsked(m, finder)
    if (ignored) m.ignoredFinders.push({ span: callSpan(m), ...ignored })
    // What six's finder serves is known: see `virtualKind`.
    else if (classOf(finder)?.name !== '_SixMetaPathImporter') m.metaPathOpen = true
    return NONE
  })
  return native('sys.meta_path', null, {
    attribute: name => (['append', 'insert', 'extend'].includes(name) ? opening : HARMLESS),
  })
}

function classOf(finder: Value | undefined): Class | null {
  return finder?.t === 'instance' ? finder.cls : finder?.t === 'class' ? finder : null
}

/** From 3.12 on only `find_spec` is called; the texts of such a finder's methods tell what it was for. */
function neverAsked(m: Machine, finder: Value | undefined): { name: string; text: string } | null {
  const [major, minor] = m.environment.version
  const cls = classOf(finder)
  if (!cls || (major === 3 && minor < 12)) return null
  const texts: string[] = []
  for (const ancestor of ancestry(cls)) {
    if (ancestor === OBJECT) continue
    if (!ancestor || ancestor.open || ancestor.ns.open) return null
    if (['find_spec', '__getattr__'].some(name => ancestor.ns.slots.has(name))) return null
    for (const { value } of ancestor.ns.slots.values()) if (value.t === 'func') texts.push(bodyText(value))
  }
  if (finder?.t === 'instance') {
    if (finder.attributes.open || finder.attributes.slots.has('find_spec')) return null
    for (const { value } of finder.attributes.slots.values())
      texts.push(
        ...(elementsOf(value) ?? []).filter(isString).map(each => each.v),
        isString(value) ? value.v : '',
      )
  }
  return { name: cls.name, text: texts.join('\n') }
}

function isModule(value: Value | null | undefined): boolean {
  return value === undefined || (value?.t === 'module' && value.kind !== 'stub')
}

/** A finder that only forbids: its `find_spec` returns nothing but None. */
function findsNothing(finder: Value | undefined): boolean {
  const method = finder?.t === 'instance' ? finder.cls.ns.slots.get('find_spec')?.value : undefined
  return method?.t === 'func' && !/\breturn\b(?![ \t]*(?:None\b|$))/m.test(bodyText(method))
}

/**
 * `sys.modules`: reads and writes of known names are the machine's; unknown ones open the writer's package. Whoever
 * goes through all of it does so to find the project's own modules, or stand-ins: those are all there.
 */
function sysModules(m: Machine): Value {
  const look = (name: string): Value | undefined => {
    const entry = m.modules.get(name)
    if (entry === null) return NONE
    if (entry !== undefined) return entry
    return m.startModules.has(name) ? importModule(m, name, callSpan(m)) : undefined
  }
  const absent = (name: string): boolean =>
    !m.perhapsInModules(name) &&
    (m.finder.findTopLevel(topLevel(name), m.searchPath()) === null || isNeverImported(m, name))
  /**
   * What stands there may be another thing now, or be gone, as where a file puts back what it found; a module that was
   * loaded is taken to be there again.
   */
  const doubt = (name: string): void => {
    if (isModule(m.modules.get(name))) return
    m.modules.set(name, UNKNOWN)
    m.leaks.forgetModule(name)
    m.openPrefixes.add(topLevel(name))
  }
  /** Somebody wrote to names that are not known; a library, to names of its own. */
  const doubtAll = (): void => {
    const { scope, unit } = m.frame
    const own = topLevel(scope.module.name)
    m.openPrefixes.add(own)
    for (const name of [...m.modules.keys()]) if (unit.project || topLevel(name) === own) doubt(name)
  }
  const put = (key: Value, value: Value): void => {
    if (!isString(key)) {
      doubtAll()
      return
    }
    const present = m.modules.get(key.v)
    if (present?.t === 'module' && m.states.get(present) === 'executing' && value.t !== 'const') {
      // Another module is what it is; an object stands in front of the package, whose `__path__` still serves.
      const stand = value.t === 'module' && !m.heap.doubtful ? value : replacementOf(m, present, value)
      if (stand) m.modules.set(key.v, stand)
      else m.heap.open(present.ns)
    } else if (m.heap.doubtful) {
      m.openPrefixes.add(topLevel(key.v))
      doubt(key.v)
    } else {
      m.modules.set(key.v, value.t === 'const' && value.v === null ? null : value)
      m.leaks.noteModule(key.v)
    }
  }
  const drop = (key: Value): void => {
    if (isString(key) && !m.heap.doubtful) {
      m.modules.delete(key.v)
      m.leaks.forgetModule(key.v)
      m.vanished.set(key.v, m.unseenCalls)
      m.heap.journal.lose()
    } else if (!isString(key)) doubtAll()
    else doubt(key.v)
  }
  const entries = (): readonly (readonly [Value, Value])[] =>
    [...m.modules].map(([name, value]) => [constant(name), value ?? NONE])
  const known = (items: readonly Value[]): Value => withMore(list([...items], m.heap.doubtful))
  const methods: Record<string, (args: Args) => Value> = {
    get: args => {
      const [key, fallback] = args.positional
      if (!isString(key)) return UNKNOWN
      return look(key.v) ?? (absent(key.v) ? (fallback ?? NONE) : UNKNOWN)
    },
    setdefault: args => {
      const [key, value] = args.positional
      const known = isString(key) ? look(key.v) : undefined
      if (known) return known
      if (key && value) put(key, value)
      return value ?? NONE
    },
    pop: args => {
      const [key, fallback] = args.positional
      const known = isString(key) ? look(key.v) : undefined
      if (key) drop(key)
      if (!known && !fallback) m.mayRaise(exceptionClass('KeyError'))
      return known ?? (isString(key) && absent(key.v) ? (fallback ?? UNKNOWN) : UNKNOWN)
    },
    update: args => {
      const [source] = args.positional
      if (source?.t === 'dict' && !source.open)
        for (const entry of source.items.values()) put(entry.key, entry.value)
      else doubtAll()
      return NONE
    },
    keys: () => known(entries().map(([name]) => name)),
    items: () => known(entries().map(entry => tuple(entry))),
    values: () => known(entries().map(([, value]) => value)),
    copy: () => dictOf(new Map(), true),
    clear: () => {
      m.openPrefixes.add('*')
      doubtAll()
      return NONE
    },
  }
  const table = native('sys.modules', null, {
    attribute: name => (methods[name] ? native(`sys.modules.${name}`, methods[name]) : HARMLESS),
    mapping: {
      get: key => {
        const known = isString(key) ? look(key.v) : undefined
        if (known) return known
        if (isString(key) && absent(key.v)) return m.raise('KeyError', `'${key.v}'`, { kind: 'other' })
        m.mayRaise(exceptionClass('KeyError'))
        return UNKNOWN
      },
      set: put,
      remove: drop,
      has: key => {
        if (!isString(key)) return null
        if (look(key.v)) return true
        return absent(key.v) ? false : null
      },
      keys: () => (m.heap.doubtful ? null : entries().map(([name]) => name)),
    },
    handed: () => m.openPrefixes.add(topLevel(m.frame.scope.module.name)),
  })
  return withMore(table)
}
