/** Python's built-in names: the calls that conditions and registrations at import really use. */
import { remember } from '../../files/memo.ts'
import { getAttribute, hasAttribute, setAttribute } from '../attribute.ts'
import { EXCEPTIONS, exceptionClass, isSubclass, nativeClass, OBJECT, TYPE } from '../classes.ts'
import { handOver } from '../effects.ts'
import { makeSet, stringOf } from '../evaluate.ts'
import { importModule } from '../importer.ts'
import type { Machine } from '../machine.ts'
import { elementsOf, isInstance, namesIn } from '../operate.ts'
import {
  type Args,
  type Class,
  constant,
  dictOf,
  HARMLESS,
  isInt,
  isString,
  keyOf,
  likewise,
  list,
  mayHoldMore,
  native,
  PyRaise,
  truth,
  tuple,
  UNKNOWN,
  type Value,
} from '../values.ts'
import { takesStrangers } from './abc.ts'
import { compileText, executeText } from './executing.ts'
import { callSpan, refuseNone } from './model.ts'
import { superObject } from './super.ts'
import { openFile } from './text_files.ts'

/** Names that exist and are not modelled further. */
const OTHERS =
  '__debug__ __doc__ __loader__ __name__ __package__ __spec__ __build_class__ abs aiter anext ascii bin breakpoint bytearray callable chr classmethod complex copyright credits delattr divmod eval exit filter float format hash help hex id input iter license locals map max memoryview min next oct ord pow print property quit repr reversed round slice staticmethod sum Ellipsis NotImplemented'.split(
    ' ',
  )

const tables = new WeakMap<Machine, ReadonlyMap<string, Value>>()

/** A built-in by name; undefined where Python has none of that name. */
export function builtin(m: Machine, name: string): Value | undefined {
  const value = remember(tables, m, () => makeTable(m)).get(name)
  if (value === undefined && name === 'WindowsError')
    return m.environment.platform === 'win32' ? EXCEPTIONS.get('OSError') : undefined
  return value
}

function makeTable(m: Machine): ReadonlyMap<string, Value> {
  const table = new Map<string, Value>()
  for (const name of OTHERS) table.set(name, HARMLESS)
  for (const [name, cls] of EXCEPTIONS) if (exists(m, name)) table.set(name, cls)
  table.set('object', OBJECT)
  const define = (name: string, call: (args: Args) => Value) => table.set(name, native(name, call))
  const type = (name: string, call: (args: Args) => Value) =>
    table.set(name, nativeClass(name, 'builtins', [OBJECT], call))
  table.set('type', { ...TYPE, native: args => typeOf(m, args) })
  type('str', args => (args.positional.length === 0 ? constant('') : known(stringOf(args.positional[0]!))))
  type('int', args => toInt(m, args))
  type('bool', args => (args.positional[0] ? fromTruth(truth(args.positional[0])) : constant(false)))
  type('list', args =>
    sequence(
      args,
      items => list([...items]),
      () => list([], true),
    ),
  )
  type('tuple', args => sequence(args, tuple, () => UNKNOWN))
  type('set', args =>
    sequence(
      args,
      items => makeSet(items),
      () => makeSet(null),
    ),
  )
  type('frozenset', args =>
    sequence(
      args,
      items => makeSet(items, true),
      () => makeSet(null, true),
    ),
  )
  type('dict', makeDict)
  type('bytes', () => HARMLESS)
  type('float', () => HARMLESS)
  define('len', args => length(args.positional[0]))
  define('any', args => anyOf(args, false))
  define('all', args => anyOf(args, true))
  define('sorted', args => {
    const key = args.keywords.get('key')
    if (key) handOver(m, { positional: [key], keywords: new Map(), open: false }, false, 'standard', true)
    return sorted(args)
  })
  define('range', args => range(args))
  define('zip', args => zip(args))
  define('enumerate', args => enumerate(args))
  define('hasattr', args => {
    const [object, name] = args.positional
    if (!object || !isString(name)) return HARMLESS
    // To ask `pytest.mark` for a mark has its effect, as in Python.
    if (object.t === 'native' && name.v.startsWith('_')) return HARMLESS
    const known = object.t === 'native' ? object.attribute?.(name.v, callSpan(m)) : undefined
    return known && known.t !== 'unknown' ? constant(true) : fromTruth(hasAttribute(m, object, name.v))
  })
  define('getattr', args => getattr(m, args))
  define('setattr', args => {
    const [object, name, value] = args.positional
    if (object && value && isString(name)) setAttribute(m, object, name.v, value)
    else if (object?.t === 'module') m.heap.open(object.ns)
    else if (object?.t === 'instance') m.heap.open(object.attributes)
    return constant(null)
  })
  define('isinstance', args => isInstanceOf(args))
  define('issubclass', args => {
    const [cls, of] = args.positional
    if (cls?.t !== 'class' || of?.t !== 'class') return HARMLESS
    return fromTruth(orVirtually(isSubclass(cls, of), of))
  })
  define('callable', args => {
    const t = args.positional[0]?.t
    return t === 'func' || t === 'class' || t === 'bound'
      ? constant(true)
      : t === 'const'
        ? constant(false)
        : HARMLESS
  })
  define('super', args => superObject(m, args))
  define('dir', args => directory(m, args))
  const globals = (): Value => ({ t: 'nsdict', ns: m.frame.scope.module.ns, module: m.frame.scope.module })
  const locals = (): Value =>
    m.frame.scope.kind === 'module' ? globals() : { t: 'nsdict', ns: m.frame.scope.names, module: null }
  define('globals', globals)
  define('locals', locals)
  define('vars', args => {
    const [object] = args.positional
    if (!object) return locals()
    return object.t === 'module' || object.t === 'class'
      ? { t: 'nsdict', ns: object.ns, module: object.t === 'module' ? object : null }
      : UNKNOWN
  })
  define('exec', args => executeText(m, args))
  define('compile', args => compileText(m, args))
  define('open', args => openFile(m, args))
  define('__import__', args => dunderImport(m, args))
  for (const name of ['exit', 'quit'])
    define(name, args => {
      const code = args.positional[0]
      throw new PyRaise(
        m.exception(exceptionClass('SystemExit'), code ? (stringOf(code) ?? '') : '', {
          kind: 'exit',
          code: isInt(code) ? code.v : null,
        }),
      )
    })
  return table
}

function exists(m: Machine, name: string): boolean {
  const [major, minor] = m.environment.version
  const since: Record<string, number> = {
    ExceptionGroup: 11,
    BaseExceptionGroup: 11,
    EncodingWarning: 10,
    PythonFinalizationError: 13,
  }
  return major > 3 || minor >= (since[name] ?? 0)
}

/** `dir()`: the names of the present scope, or of a module that does not answer for itself. */
function directory(m: Machine, args: Args): Value {
  const [object] = args.positional
  if (object && (object.t !== 'module' || object.ns.slots.has('__dir__'))) return HARMLESS
  const names = namesIn(object?.t === 'module' ? object.ns : m.frame.scope.names)
  return names ? list([...names].sort().map(constant)) : list([], true)
}

function known(textual: string | null): Value {
  return textual === null ? HARMLESS : constant(textual)
}

function fromTruth(value: boolean | null): Value {
  return value === null ? HARMLESS : constant(value)
}

function typeOf(m: Machine, args: Args): Value {
  const [object, bases, names] = args.positional
  if (args.positional.length === 1)
    return object?.t === 'instance' && !object.exception ? object.cls : HARMLESS
  if (!isString(object) || bases?.t !== 'tuple' || !names) return UNKNOWN
  const known =
    names.t === 'dict' && !names.open && bases.items.every(base => base.t === 'class' && !base.open)
  if (!known || args.keywords.size > 0) return { ...nativeClass(object.v, '', bases.items), open: true }
  const ns = m.heap.namespace()
  for (const { key, value } of names.items.values()) if (isString(key)) m.heap.set(ns, key.v, value)
  const module = m.frame.scope.module.name
  return {
    t: 'class',
    name: object.v,
    module,
    bases: bases.items,
    ns,
    open: false,
    native: null,
    place: null,
  }
}

/** What int() takes of ASCII text. */
const NUMERAL = /^\s*[+-]?\d+(?:_\d+)*\s*$/

function toInt(m: Machine, args: Args): Value {
  const [value] = args.positional
  if (!value) return constant(0)
  const number = m.environment.version[1] < 10 ? 'number' : 'real number'
  refuseNone(m, value, `int() argument must be a string, a bytes-like object or a ${number}, not 'NoneType'`)
  if (value.t === 'const' && typeof value.v === 'number') return constant(Math.trunc(value.v))
  if (value.t === 'const' && typeof value.v === 'boolean') return constant(Number(value.v))
  if (isString(value) && args.positional.length === 1 && /^\s*[+-]?\d+\s*$/.test(value.v))
    return constant(Number(value.v))
  if (
    isString(value) &&
    args.positional.length === 1 &&
    /^[\x20-\x7e]*$/.test(value.v) &&
    !NUMERAL.test(value.v)
  )
    return m.raise('ValueError', `invalid literal for int() with base 10: '${value.v}'`, { kind: 'other' })
  m.mayRaise(exceptionClass('ValueError'))
  return HARMLESS
}

function sequence(args: Args, make: (items: readonly Value[]) => Value, open: () => Value): Value {
  if (args.open) return open()
  const [source] = args.positional
  if (!source) return make([])
  const items = elementsOf(source)
  return items ? likewise(make(items), source) : open()
}

function makeDict(args: Args): Value {
  const dict = dictOf(new Map(), args.open)
  const [source] = args.positional
  if (source?.t === 'dict') {
    dict.items = new Map(source.items)
    dict.open ||= source.open
  } else if (source) {
    for (const pair of elementsOf(source) ?? []) {
      const [key, value] = elementsOf(pair) ?? []
      const k = key ? keyOf(key) : null
      if (k !== null && key && value) dict.items.set(k, { key, value })
      else dict.open = true
    }
    dict.open ||= elementsOf(source) === null
  }
  for (const [name, value] of args.keywords) dict.items.set(`s:${name}`, { key: constant(name), value })
  return dict
}

function length(value: Value | undefined): Value {
  const elements = value ? elementsOf(value) : null
  return elements && !mayHoldMore(value!) ? constant(elements.length) : HARMLESS
}

function anyOf(args: Args, all: boolean): Value {
  const [source] = args.positional
  const elements = source ? elementsOf(source) : null
  if (!source || !elements) return HARMLESS
  const answers = elements.map(truth)
  if (answers.includes(!all)) return constant(!all)
  return answers.includes(null) || mayHoldMore(source) ? HARMLESS : constant(all)
}

function sorted(args: Args): Value {
  const elements = args.positional[0] ? elementsOf(args.positional[0]) : null
  if (!elements || args.keywords.has('key')) return list([], true)
  const plain = elements.every(isString) || elements.every(isInt)
  if (!plain && elements.length > 1) return list([], true)
  const items = [...elements].sort((a, b) =>
    a.t === 'const' && b.t === 'const' ? (a.v! < b.v! ? -1 : a.v! > b.v! ? 1 : 0) : 0,
  )
  const reverse = args.keywords.get('reverse')
  return likewise(list(reverse && truth(reverse) !== false ? items.reverse() : items), args.positional[0])
}

function range(args: Args): Value {
  const numbers = args.positional.map(v => (isInt(v) ? v.v : null))
  if (args.open || numbers.length === 0 || numbers.includes(null)) return HARMLESS
  const [start, stop, step] =
    numbers.length === 1 ? [0, numbers[0]!, 1] : [numbers[0]!, numbers[1]!, numbers[2] ?? 1]
  if (step === 0 || Math.abs(stop - start) / Math.abs(step) > 5000) return HARMLESS
  const items: Value[] = []
  for (let i = start; step > 0 ? i < stop : i > stop; i += step) items.push(constant(i))
  return tuple(items)
}

function zip(args: Args): Value {
  const columns = args.positional.map(elementsOf)
  if (args.open || columns.includes(null)) return HARMLESS
  const shortest = Math.min(...columns.map(c => c!.length))
  return list(
    Array.from({ length: columns.length ? shortest : 0 }, (_, i) => tuple(columns.map(c => c![i]!))),
  )
}

function enumerate(args: Args): Value {
  const elements = args.positional[0] ? elementsOf(args.positional[0]) : null
  const start = args.keywords.get('start') ?? args.positional[1]
  if (!elements || (start && !isInt(start))) return HARMLESS
  const from = isInt(start) ? start.v : 0
  return list(elements.map((element, i) => tuple([constant(from + i), element])))
}

function getattr(m: Machine, args: Args): Value {
  const [object, name, fallback] = args.positional
  if (!object || !isString(name)) return UNKNOWN
  if (fallback) {
    if (object.t === 'native' && name.v.startsWith('_')) return UNKNOWN
    const has = hasAttribute(m, object, name.v)
    if (has === false) return fallback
    if (has === null && object.t !== 'instance' && object.t !== 'native') return UNKNOWN
  }
  return getAttribute(m, object, name.v, callSpan(m))
}

function isInstanceOf(args: Args): Value {
  const [object, type] = args.positional
  if (!object || !type) return HARMLESS
  const types = type.t === 'tuple' ? type.items : [type]
  const answers = types.map(one =>
    one.t === 'class' ? orVirtually(isInstance(object, one, isSubclass), one) : null,
  )
  return answers.includes(true) ? constant(true) : answers.includes(null) ? HARMLESS : constant(false)
}

/** The answer, as far as no class can count as one that does not derive from it. */
function orVirtually(derived: boolean | null, of: Class): boolean | null {
  return derived === false && takesStrangers(of) ? null : derived
}

/** `__import__('a.b')` gives a, unless a fromlist says otherwise. */
function dunderImport(m: Machine, args: Args): Value {
  const [name] = args.positional
  if (!isString(name)) {
    m.unseenImports = true
    m.mayRaise(exceptionClass('ImportError'))
    return UNKNOWN
  }
  const leaf = importModule(m, name.v, callSpan(m))
  const fromlist = args.keywords.get('fromlist') ?? args.positional[3]
  const level = args.keywords.get('level') ?? args.positional[4]
  if (level && !(isInt(level) && level.v === 0)) return UNKNOWN
  const wanted = fromlist ? truth(fromlist) : false
  if (wanted === null) return UNKNOWN
  return wanted ? leaf : (m.modules.get(name.v.split('.')[0]!) ?? UNKNOWN)
}
