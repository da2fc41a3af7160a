/**
 * `re` on what is known: patterns whose meaning our own engine shares, on plain ASCII. Lazy loaders compute the names of
 * modules so. Anything else is an unknown value of the standard library, as if there were no model.
 */
import type { CallExpr } from '../../compile/module_code.ts'
import { callValue } from '../call.ts'
import type { Machine } from '../machine.ts'
import {
  type Args,
  constant,
  dictOf,
  HARMLESS,
  isInt,
  isString,
  keyOf,
  list,
  NONE,
  native,
  tuple,
  type Value,
} from '../values.ts'
import type { Model } from './model.ts'
import { argument } from './model.ts'
import { END, translatePattern } from './re_pattern.ts'

export const reModels: readonly Model[] = [{ modules: ['re'], names: reNames }]

/** Longer texts are left alone: a pattern may take time that grows faster than they do. */
const LONGEST_TEXT = 500

type Operation = (m: Machine, pattern: RegExp, args: Args) => Value | null

/** What can be asked of a pattern; the arguments are those behind the pattern. null: not known. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  match: (_m, pattern, args) => first(args, text => anchored(pattern, '').exec(text)),
  fullmatch: (_m, pattern, args) => first(args, text => anchored(pattern, END).exec(text)),
  search: (_m, pattern, args) => first(args, text => pattern.exec(text)),
  findall: (_m, pattern, args) => {
    const text = args.positional.length === 1 ? subject(args, 0) : null
    return text === null ? null : list(allMatches(pattern, text).map(found))
  },
  split: (_m, pattern, args) => {
    const text = args.positional.length === 1 ? subject(args, 0) : null
    if (text === null) return null
    const parts: Value[] = []
    let from = 0
    for (const match of allMatches(pattern, text)) {
      parts.push(constant(text.slice(from, match.index)), ...match.slice(1).map(groupValue))
      from = match.index + match[0].length
    }
    return list([...parts, constant(text.slice(from))])
  },
  sub: (m, pattern, args) => {
    const text = args.positional.length === 2 ? subject(args, 1) : null
    const [by] = args.positional
    if (text === null || !by) return null
    const parts: string[] = []
    let from = 0
    for (const match of allMatches(pattern, text)) {
      const put = replacement(m, by, match)
      if (put === null) return null
      parts.push(text.slice(from, match.index), put)
      from = match.index + match[0].length
    }
    return constant(parts.join('') + text.slice(from))
  },
}

/** Before the flags stands how often. */
const TAKES_COUNT = new Set(['sub', 'split'])

const FLAGS: Readonly<Record<string, string>> = {
  NOFLAG: '',
  I: 'i',
  IGNORECASE: 'i',
  M: 'm',
  MULTILINE: 'm',
  S: 's',
  DOTALL: 's',
  A: '',
  ASCII: '',
  U: '',
  UNICODE: '',
}

/** The letters of the flags that the values of this machine stand for. */
const flagsOf = new WeakMap<Value, string>()

function reNames(m: Machine): Record<string, Value> {
  const names: Record<string, Value> = {
    compile: native('re.compile', (args, call) => {
      const pattern = compile(args.positional[0], argument(args, 1, 'flags'), args)
      return pattern ? patternObject(m, pattern, args.positional[0]!) : unseen(m, args, call)
    }),
  }
  for (const [name, flag] of Object.entries(FLAGS)) {
    const value = native(`re.${name}`, null, { attribute: () => HARMLESS })
    flagsOf.set(value, flag)
    names[name] = value
  }
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    names[name] = native(`re.${name}`, (args, call) => {
      const [given, ...rest] = args.positional
      const flags = args.keywords.get('flags') ?? (TAKES_COUNT.has(name) ? undefined : rest.splice(1, 1)[0])
      const behind = { ...args, positional: rest, keywords: new Map<string, Value>() }
      const plain = args.keywords.size === (args.keywords.has('flags') ? 1 : 0)
      const pattern = plain ? (patterns.get(given!) ?? compile(given, flags, args)) : null
      return (pattern && operation(m, pattern, behind)) ?? unseen(m, args, call)
    })
  }
  return names
}

const patterns = new WeakMap<Value, RegExp>()

function patternObject(m: Machine, pattern: RegExp, source: Value): Value {
  const object = native('re.Pattern', null, {
    attribute: name => {
      if (name === 'pattern') return source
      const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined
      if (!operation) return HARMLESS
      return native(`re.Pattern.${name}`, (args, call) => {
        const known = args.keywords.size === 0 && !args.open
        return (known ? operation(m, pattern, args) : null) ?? unseen(m, args, call)
      })
    },
    holds: true,
  })
  patterns.set(object, pattern)
  return object
}

/** As a call of the standard library that nobody follows. */
function unseen(m: Machine, args: Args, call: CallExpr | null): Value {
  return callValue(m, HARMLESS, args, call)
}

function compile(source: Value | undefined, flags: Value | undefined, args: Args): RegExp | null {
  const letters = flags ? flagsOf.get(flags) : ''
  return isString(source) && letters !== undefined && !args.open ? translatePattern(source.v, letters) : null
}

function subject(args: Args, position: number): string | null {
  const value = args.positional[position]
  return isString(value) && value.v.length <= LONGEST_TEXT && /^[\t\n\r -~]*$/.test(value.v) ? value.v : null
}

function first(args: Args, find: (text: string) => RegExpExecArray | null): Value | null {
  const text = args.positional.length === 1 ? subject(args, 0) : null
  if (text === null) return null
  const match = find(text)
  return match ? matchObject(match) : NONE
}

function anchored(pattern: RegExp, end: string): RegExp {
  return new RegExp(`(?:${pattern.source})${end}`, `${pattern.flags}y`)
}

/** Python and our engine agree on where a search goes on behind an empty match. */
function allMatches(pattern: RegExp, text: string): RegExpExecArray[] {
  return [...text.matchAll(new RegExp(pattern.source, `${pattern.flags}g`))] as RegExpExecArray[]
}

function groupValue(text: string | undefined): Value {
  return text === undefined ? NONE : constant(text)
}

/** What `findall` has for a match: all of it, its only group, or its groups; absent ones are empty. */
function found(match: RegExpExecArray): Value {
  const groups = match.slice(1).map(text => constant(text ?? ''))
  return groups.length === 0 ? constant(match[0]) : groups.length === 1 ? groups[0]! : tuple(groups)
}

function matchObject(match: RegExpExecArray): Value {
  const group = (key: Value | undefined): Value => {
    if (key === undefined) return constant(match[0])
    if (isInt(key) && key.v >= 0 && key.v < match.length) return groupValue(match[key.v])
    const named = match.groups ?? {}
    return isString(key) && Object.hasOwn(named, key.v) ? groupValue(named[key.v]) : HARMLESS
  }
  const methods: Readonly<Record<string, (args: Args) => Value>> = {
    group: ({ positional }) => (positional.length > 1 ? tuple(positional.map(group)) : group(positional[0])),
    groups: ({ positional }) => (positional.length > 0 ? HARMLESS : tuple(match.slice(1).map(groupValue))),
    groupdict: ({ positional }) => (positional.length > 0 ? HARMLESS : namedGroups(match)),
    start: ({ positional }) => (positional.length > 0 ? HARMLESS : constant(match.index)),
    end: ({ positional }) => (positional.length > 0 ? HARMLESS : constant(match.index + match[0].length)),
  }
  return native('re.Match', null, {
    attribute: name => {
      const method = Object.hasOwn(methods, name) ? methods[name] : undefined
      if (!method) return name === 'string' ? constant(match.input) : HARMLESS
      return native(`re.Match.${name}`, args =>
        args.open || args.keywords.size > 0 ? HARMLESS : method(args),
      )
    },
    mapping: { get: group, set: nothing, remove: nothing, has: () => null, keys: () => null },
    holds: true,
  })
}

/** A match takes no items. */
function nothing(): void {}

function namedGroups({ groups }: RegExpExecArray): Value {
  const entries = Object.entries(groups ?? {}).map(([name, text]) => {
    const key = constant(name)
    return [keyOf(key)!, { key, value: groupValue(text) }] as const
  })
  return dictOf(new Map(entries))
}

/** A group in the text that a match is replaced by. */
const REFERENCE = /\\(?:(\d)|g<(\w+)>)/g

/** What stands in place of a match: a plain text, or what a function makes of it; null where that is not known. */
function replacement(m: Machine, by: Value, match: RegExpExecArray): string | null {
  if (isString(by)) {
    if (/\\(?![1-9](?!\d)|g<\w+>)/.test(by.v)) return null
    const groups = new Map<string, string | undefined>([
      ...match.map((text, i) => [String(i), text] as const),
      ...Object.entries(match.groups ?? {}),
    ])
    const keys = [...by.v.matchAll(REFERENCE)].map(([, digit, name]) => digit ?? name!)
    if (!keys.every(key => groups.has(key))) return null
    return by.v.replace(REFERENCE, (_, digit?: string, name?: string) => groups.get(digit ?? name!) ?? '')
  }
  if (by.t !== 'func') return null
  const args: Args = { positional: [matchObject(match)], keywords: new Map(), open: false }
  const made = callValue(m, by, args, null)
  return isString(made) ? made.v : null
}
