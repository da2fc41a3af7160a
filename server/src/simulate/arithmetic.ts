/** Arithmetic on known numbers, and sequences repeated by one. */
import type { Machine } from './machine.ts'
import { constant, HARMLESS, isInt, isString, list, tuple, UNKNOWN, type Value } from './values.ts'

/** Longer sequences than this are not computed. */
const LONGEST_REPETITION = 10_000

/** `sequence * count`, where a bool counts as 0 or 1; null where it is no such thing. */
export function repetition(sequence: Value, count: Value): Value | null {
  const times = isInt(count)
    ? Math.max(0, count.v)
    : count.t === 'const' && typeof count.v === 'boolean'
      ? Number(count.v)
      : null
  if (times === null) return null
  if (isString(sequence))
    return sequence.v.length * times < LONGEST_REPETITION ? constant(sequence.v.repeat(times)) : HARMLESS
  if (sequence.t !== 'list' && sequence.t !== 'tuple') return null
  const fits = sequence.items.length * times < LONGEST_REPETITION
  const items = fits ? Array.from({ length: times }, () => sequence.items).flat() : []
  if (sequence.t === 'tuple') return fits ? tuple(items) : UNKNOWN
  return list(items, sequence.open || !fits)
}

/** An operator of two ints; division by zero raises. */
export function integer(m: Machine, operator: string, a: number, b: number): Value {
  switch (operator) {
    case '+':
      return constant(a + b)
    case '-':
      return constant(a - b)
    case '*':
      return Number.isSafeInteger(a * b) ? constant(a * b) : HARMLESS
    case '//':
    case '%':
    case '/':
      if (b === 0) {
        const words =
          operator === '%'
            ? 'integer modulo by zero'
            : operator === '/'
              ? 'division by zero'
              : 'integer division or modulo by zero'
        m.raise('ZeroDivisionError', words, { kind: 'other' })
      }
      if (operator === '/') return Number.isInteger(a / b) ? HARMLESS : constant(a / b)
      return constant(operator === '//' ? Math.floor(a / b) : a - b * Math.floor(a / b))
    case '**':
      return b >= 0 && Number.isSafeInteger(a ** b) ? constant(a ** b) : HARMLESS
    case '&':
    case '|':
    case '^':
    case '<<':
    case '>>':
      return bits(operator, a, b)
    default:
      return UNKNOWN
  }
}

function bits(operator: string, a: number, b: number): Value {
  const [x, y] = [BigInt(a), BigInt(b)]
  if ((operator === '<<' || operator === '>>') && (b < 0 || b > 64)) return HARMLESS
  const result =
    operator === '&'
      ? x & y
      : operator === '|'
        ? x | y
        : operator === '^'
          ? x ^ y
          : operator === '<<'
            ? x << y
            : x >> y
  return constant(Number.isSafeInteger(Number(result)) ? Number(result) : result)
}
