import { expect, test } from 'vitest'
import { callsOf } from '../../server/src/bridges/calls.ts'
import { accepts } from '../../server/src/bridges/renamed.ts'
import type { Parameter } from '../../server/src/compile/module_code.ts'

test.each([
  ['f()', [{ positional: 0, keywords: [], stars: false }]],
  ['x.f(a, (b, c), k=[d, e])', [{ positional: 2, keywords: ['k'], stars: false }]],
  ['f(\n  "a, )",  # b, c)\n  d == e,\n)', [{ positional: 2, keywords: [], stars: false }]],
  ['f(*a, **b)', [{ positional: 2, keywords: [], stars: true }]],
  ['def f(a): ...\nclass f(b): ...\nof(c)\nf', []],
  ['f(a, b', []],
])('calls in %j', (text, calls) => {
  expect(callsOf('f', text)).toEqual(calls)
})

const none = { op: 'none' } as never
const parameter = (name: string, kind: Parameter['kind'], fallback = false): Parameter => ({
  name,
  kind,
  default: fallback ? none : null,
  annotation: null,
})

test.each([
  [[parameter('a', 'normal')], 1, [], true],
  [[parameter('a', 'normal')], 0, ['a'], true],
  [[parameter('a', 'positional')], 0, ['a'], false],
  [[parameter('a', 'normal')], 2, [], false],
  [[parameter('a', 'normal'), parameter('rest', 'args')], 3, [], true],
  [[parameter('a', 'normal'), parameter('b', 'normal', true)], 1, [], true],
  [[parameter('a', 'normal'), parameter('k', 'keyword')], 1, [], false],
  [[parameter('a', 'normal'), parameter('k', 'keyword')], 1, ['k'], true],
  [[parameter('a', 'normal')], 1, ['other'], false],
  [[parameter('a', 'normal'), parameter('more', 'kwargs')], 1, ['other'], true],
])('%j with %i in order and %j: %s', (parameters, positional, keywords, fits) => {
  expect(accepts(parameters, { positional, keywords, stars: false })).toBe(fits)
})
