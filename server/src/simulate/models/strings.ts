/** Methods of str, on known strings. */
import { stringOf } from '../evaluate.ts'
import type { Machine } from '../machine.ts'
import { elementsOf } from '../operate.ts'
import {
  type Args,
  constant,
  HARMLESS,
  isInt,
  isString,
  list,
  native,
  tuple,
  UNKNOWN,
  type Value,
} from '../values.ts'

type Method = (text: string, args: Args) => Value

const METHODS: Readonly<Record<string, Method>> = {
  startswith: (text, args) => affix(args, part => text.startsWith(part)),
  endswith: (text, args) => affix(args, part => text.endsWith(part)),
  join: (text, args) => {
    const parts = args.positional[0] ? elementsOf(args.positional[0]) : null
    return parts?.every(isString) ? constant(parts.map(p => p.v as string).join(text)) : HARMLESS
  },
  lower: text => constant(text.toLowerCase()),
  upper: text => constant(text.toUpperCase()),
  title: () => HARMLESS,
  strip: (text, args) => strip(text, args, true, true),
  lstrip: (text, args) => strip(text, args, true, false),
  rstrip: (text, args) => strip(text, args, false, true),
  replace: (text, args) => {
    const [from, to] = args.positional
    return isString(from) && isString(to) && args.positional.length === 2
      ? constant(text.replaceAll(from.v, to.v))
      : HARMLESS
  },
  removeprefix: (text, args) =>
    ifString(args, part => constant(text.startsWith(part) ? text.slice(part.length) : text)),
  removesuffix: (text, args) =>
    ifString(args, part => constant(part && text.endsWith(part) ? text.slice(0, -part.length) : text)),
  split: (text, args) => split(text, args),
  rsplit: (text, args) => rsplit(text, args),
  splitlines: text =>
    list(
      text
        .split(/\r\n|\r|\n/)
        .filter((line, i, all) => line !== '' || i < all.length - 1)
        .map(constant),
    ),
  partition: (text, args) =>
    ifString(args, part => {
      const at = text.indexOf(part)
      return tuple(
        (at < 0 ? [text, '', ''] : [text.slice(0, at), part, text.slice(at + part.length)]).map(constant),
      )
    }),
  rpartition: (text, args) =>
    ifString(args, part => {
      const at = text.lastIndexOf(part)
      return tuple(
        (at < 0 ? ['', '', text] : [text.slice(0, at), part, text.slice(at + part.length)]).map(constant),
      )
    }),
  find: (text, args) => ifString(args, part => constant(text.indexOf(part))),
  count: (text, args) => ifString(args, part => (part ? constant(text.split(part).length - 1) : HARMLESS)),
  format: (text, args) => format(text, args),
  isdigit: text => constant(/^\d+$/.test(text)),
  isidentifier: text => constant(/^[A-Za-z_]\w*$/.test(text)),
  encode: () => HARMLESS,
}

export function stringMethod(_m: Machine, text: string, name: string): Value {
  const method = METHODS[name]
  if (method) return native(`str.${name}`, args => (args.open ? HARMLESS : method(text, args)))
  return name.startsWith('__') ? UNKNOWN : HARMLESS
}

function ifString(args: Args, make: (part: string) => Value): Value {
  const [part] = args.positional
  return isString(part) && args.positional.length === 1 ? make(part.v) : HARMLESS
}

function affix(args: Args, test: (part: string) => boolean): Value {
  const [part] = args.positional
  if (args.positional.length !== 1 || !part) return HARMLESS
  if (isString(part)) return constant(test(part.v))
  const parts = part.t === 'tuple' ? part.items : null
  return parts?.every(isString) ? constant(parts.some(p => test(p.v as string))) : HARMLESS
}

function strip(text: string, args: Args, left: boolean, right: boolean): Value {
  const [chars] = args.positional
  if (chars && !isString(chars)) return HARMLESS
  const strips = chars ? (c: string) => chars.v.includes(c) : (c: string) => /\s/.test(c)
  let from = 0
  let to = text.length
  while (left && from < to && strips(text[from]!)) from++
  while (right && to > from && strips(text[to - 1]!)) to--
  return constant(text.slice(from, to))
}

function split(text: string, args: Args): Value {
  const separator = args.keywords.get('sep') ?? args.positional[0]
  const most = args.keywords.get('maxsplit') ?? args.positional[1]
  if (most && !isInt(most)) return HARMLESS
  const blank = !separator || (separator.t === 'const' && separator.v === null)
  if (!blank && !isString(separator)) return HARMLESS
  const parts = blank ? text.trim().split(/\s+/).filter(Boolean) : text.split((separator as { v: string }).v)
  if (!isInt(most) || most.v < 0 || parts.length <= most.v + 1) return list(parts.map(constant))
  if (blank) return HARMLESS
  const joined = parts.slice(most.v).join((separator as { v: string }).v)
  return list([...parts.slice(0, most.v), joined].map(constant))
}

function rsplit(text: string, args: Args): Value {
  const [separator] = args.positional
  const most = args.keywords.get('maxsplit') ?? args.positional[1]
  if (!isString(separator)) return HARMLESS
  const parts = text.split(separator.v)
  if (!isInt(most) || parts.length <= most.v + 1)
    return most && !isInt(most) ? HARMLESS : list(parts.map(constant))
  const cut = parts.length - most.v
  return list([parts.slice(0, cut).join(separator.v), ...parts.slice(cut)].map(constant))
}

function format(text: string, args: Args): Value {
  let next = 0
  let known = true
  const result = text.replace(/\{\{|\}\}|\{(\w*)\}/g, (whole, field: string | undefined) => {
    if (whole === '{{') return '{'
    if (whole === '}}') return '}'
    const value =
      field === ''
        ? args.positional[next++]
        : /^\d+$/.test(field!)
          ? args.positional[Number(field)]
          : args.keywords.get(field!)
    const shown = value ? stringOf(value) : null
    known &&= shown !== null
    return shown ?? ''
  })
  return known && !/\{[^{}]*[.!:[]/.test(text) ? constant(result) : HARMLESS
}
