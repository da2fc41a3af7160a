/**
 * What Python refuses to do with values of its built-in types: an attribute of None, a call of a module, a
 * string plus a number, a subscript of what has none. Only values whose type is certain are judged; for
 * instances, open containers and everything unknown these functions do nothing.
 */
import { exceptionClass } from './classes.ts'
import type { Machine } from './machine.ts'
import { typeName as typeOf } from './representation.ts'
import { type Args, type Func, isInt, isString, type Value } from './values.ts'

/** Public attributes of the built-in types (`dir()` of 3.8 to 3.13), with the minor version for later ones. */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  NoneType: '',
  int: 'as_integer_ratio bit_count:10 bit_length conjugate denominator from_bytes imag is_integer:12 numerator real to_bytes',
  float: 'as_integer_ratio conjugate fromhex from_number:14 hex imag is_integer real',
  dict: 'clear copy fromkeys get items keys pop popitem setdefault update values',
  str: 'capitalize casefold center count encode endswith expandtabs find format format_map index isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join ljust lower lstrip maketrans partition removeprefix:9 removesuffix:9 replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title translate upper zfill',
  bytes:
    'capitalize center count decode endswith expandtabs find fromhex hex index isalnum isalpha isascii isdigit islower isspace istitle isupper join ljust lower lstrip maketrans partition removeprefix:9 removesuffix:9 replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title translate upper zfill',
}

const SINCE: ReadonlyMap<string, ReadonlyMap<string, number>> = new Map(
  Object.entries(ATTRIBUTES).map(([type, words]) => [
    type,
    new Map(
      words.split(' ').map(word => {
        const [name, since] = word.split(':')
        return [name!, Number(since ?? 0)]
      }),
    ),
  ]),
)

/**
 * The name of a value's type where that is certain. Tuples, lists and sets may stand for other things that have
 * elements (views, versions), an open class for one with a metaclass.
 */
function typeName(value: Value): string | null {
  switch (value.t) {
    case 'tuple':
    case 'list':
    case 'set':
      return null
    case 'class':
      return value.open ? null : 'type'
    case 'module':
      // `sys.modules[__name__].__class__ = ...` can give a module any behaviour.
      return value.kind === 'namespace' || (value.kind === 'project' && !value.ns.open && !hasOwnClass(value))
        ? 'module'
        : null
    default:
      return typeOf(value)
  }
}

function hasOwnClass(module: Extract<Value, { t: 'module' }>): boolean {
  return module.ns.slots.has('__class__')
}

/** Third-party code is not judged: its values are not followed closely enough. */
function judges(m: Machine): boolean {
  return m.frames.length > 0 && !m.frame.restricted && m.frame.unit.project
}

export function refuse(m: Machine, exception: string, message: string): void {
  if (judges(m)) m.throwUnlessHealed(m.exception(exceptionClass(exception), message, { kind: 'other' }))
}

/** Does a value of a built-in type have the attribute? null for other values, and for what Python itself adds. */
export function hasBuiltinAttribute(m: Machine, value: Value, name: string): boolean | null {
  const type = typeName(value)
  const since = SINCE.get(type === 'bool' ? 'int' : (type ?? ''))
  if (!since || name.startsWith('__')) return null
  const first = since.get(name)
  const [major, minor] = m.environment.version
  return first !== undefined && (major > 3 || minor >= first)
}

/** `value.name`, read or written. */
export function refuseAttribute(m: Machine, value: Value, name: string): void {
  if (hasBuiltinAttribute(m, value, name) === false)
    refuse(m, 'AttributeError', `'${typeName(value)}' object has no attribute '${name}'`)
}

/** `value(...)`. */
export function refuseCall(m: Machine, value: Value): void {
  const type = typeName(value)
  if (type && type !== 'function' && type !== 'type')
    refuse(m, 'TypeError', `'${type}' object is not callable`)
}

/** `value[index]`. Below 3.9 the built-in containers are no generics. */
export function refuseItem(m: Machine, value: Value): void {
  const type = typeName(value)
  const [major, minor] = m.environment.version
  const generic =
    value.t === 'class' && (value.module !== 'builtins' || value.native === null || major > 3 || minor >= 9)
  if (!type || type === 'dict' || type === 'str' || type === 'bytes' || generic) return
  refuse(m, 'TypeError', `'${type}' object is not subscriptable`)
}

/** `value[index] = ...` and `value.name = ...` on what takes neither. */
export function refuseItemAssignment(m: Machine, value: Value): void {
  const type = typeName(value)
  if (type && type !== 'dict' && type !== 'class')
    refuse(m, 'TypeError', `'${type}' object does not support item assignment`)
}

/** `for x in value`, and `a, b = value` with its own words. */
export function refuseIteration(m: Machine, value: Value, unpacking = false): void {
  const type = typeName(value)
  if (!type || type === 'str' || type === 'bytes' || type === 'dict' || value.t === 'class') return
  refuse(
    m,
    'TypeError',
    unpacking ? `cannot unpack non-iterable ${type} object` : `'${type}' object is not iterable`,
  )
}

/** `a, b = value` where the number of elements is known and does not fit; `star`: one target takes the rest. */
export function refuseUnpacking(m: Machine, targets: number, elements: number, star: boolean): void {
  const least = star ? targets - 1 : targets
  if (elements < least)
    refuse(
      m,
      'ValueError',
      `not enough values to unpack (expected ${star ? 'at least ' : ''}${least}, got ${elements})`,
    )
  else if (!star && elements > targets)
    refuse(m, 'ValueError', `too many values to unpack (expected ${targets})`)
}

/** `left operator right` for operands that have no such operation. */
export function refuseBinary(m: Machine, operator: string, left: Value, right: Value): void {
  const [a, b] = [typeName(left), typeName(right)]
  if (!a || !b) return
  const unsupported = `unsupported operand type(s) for ${operator}: '${a}' and '${b}'`
  if (operator === '|' && (a === 'type' || b === 'type')) {
    // `int | None` is a union from 3.10 on; `"Name" | int` is none in any version.
    const [major, minor] = m.environment.version
    const either = (type: string) => type === 'type' || type === 'NoneType'
    if (!(either(a) && either(b)) || (major === 3 && minor < 10)) refuse(m, 'TypeError', unsupported)
    return
  }
  const plain = (type: string) => type === 'NoneType' || type === 'str' || isNumber(type)
  if (!plain(a) || !plain(b) || (isNumber(a) && isNumber(b))) return
  if (a === 'str' && operator === '%') return
  if (operator === '+' && a === 'str') {
    if (b !== 'str') refuse(m, 'TypeError', `can only concatenate str (not "${b}") to str`)
  } else if (operator === '*' && (a === 'str' || b === 'str')) {
    const other = a === 'str' ? right : left
    if (!isInt(other) && typeof (other.t === 'const' && other.v) !== 'boolean')
      refuse(m, 'TypeError', `can't multiply sequence by non-int of type '${a === 'str' ? b : a}'`)
  } else refuse(m, 'TypeError', unsupported)
}

function isNumber(type: string): boolean {
  return type === 'int' || type === 'float' || type === 'bool'
}

/** `class X(base)` where the base is no class: a module or function named like it, None. */
export function refuseBase(m: Machine, base: Value): void {
  const words: Readonly<Record<string, string>> = {
    module: 'module() takes at most 2 arguments (3 given)',
    function: "function() argument 'code' must be code, not str",
    NoneType: 'NoneType takes no arguments',
  }
  const message = words[typeName(base) ?? '']
  if (message) refuse(m, 'TypeError', message)
}

/** Arguments that do not fit the parameters of a function; the first one may be `self`. */
export function refuseArguments(m: Machine, fn: Func, args: Args): void {
  if (args.open || !fn.code.unit.project || !judges(m)) return
  const { params } = fn.code
  const shown = `${qualified(m, fn)}()`
  const byPosition = params.filter(p => p.kind === 'positional' || p.kind === 'normal')
  const given = args.positional.length
  const taken = new Set(byPosition.slice(0, given).map(p => p.name))
  const names = new Set(params.filter(p => p.kind === 'normal' || p.kind === 'keyword').map(p => p.name))
  for (const name of args.keywords.keys()) {
    if (names.has(name)) {
      if (taken.has(name))
        return refuse(m, 'TypeError', `${shown} got multiple values for argument '${name}'`)
      taken.add(name)
    } else if (!params.some(p => p.kind === 'kwargs'))
      return refuse(m, 'TypeError', `${shown} got an unexpected keyword argument '${name}'`)
  }
  if (given > byPosition.length && !params.some(p => p.kind === 'args')) {
    const least = byPosition.filter(p => !fn.defaults.has(p.name)).length
    const most = byPosition.length
    const many = least < most ? `from ${least} to ${most}` : `${most}`
    const were = given === 1 ? 'was' : 'were'
    return refuse(
      m,
      'TypeError',
      `${shown} takes ${many} positional argument${least < most || most !== 1 ? 's' : ''} but ${given} ${were} given`,
    )
  }
  const missing = (of: typeof params) => of.filter(p => !taken.has(p.name) && !fn.defaults.has(p.name))
  const positional = missing(byPosition)
  if (positional.length > 0) return refuse(m, 'TypeError', missingWords(shown, 'positional', positional))
  const keyword = missing(params.filter(p => p.kind === 'keyword'))
  if (keyword.length > 0) refuse(m, 'TypeError', missingWords(shown, 'keyword-only', keyword))
}

function missingWords(shown: string, kind: string, params: readonly { readonly name: string }[]): string {
  const names = params.map(p => `'${p.name}'`)
  const last = names.length > 2 ? `, and ${names.at(-1)}` : names.length === 2 ? ` and ${names[1]}` : ''
  const listed = names.length > 1 ? `${names.slice(0, -1).join(', ')}${last}` : names[0]
  const plural = names.length > 1 ? 's' : ''
  return `${shown} missing ${names.length} required ${kind} argument${plural}: ${listed}`
}

/** `Class.method` from 3.10 on, the bare name before. */
function qualified(m: Machine, fn: Func): string {
  const [major, minor] = m.environment.version
  const owner = fn.scope.kind === 'class' ? fn.scope.names.slots.get('__qualname__')?.value : undefined
  return isString(owner) && (major > 3 || minor >= 10) ? `${owner.v}.${fn.name}` : fn.name
}

/** `Class(...)` with arguments although neither it nor a base has a constructor that takes any. */
export function refuseConstruction(m: Machine, name: string, args: Args): void {
  if (!args.open && (args.positional.length > 0 || args.keywords.size > 0))
    refuse(m, 'TypeError', `${name}() takes no arguments`)
}
