import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { isModuleCode } from '../../server/src/compile/code_shape.ts'
import { compileModule } from '../../server/src/compile/compile.ts'
import { initParser } from '../../server/src/compile/parser.ts'
import { standardPython } from '../support/pythons.ts'

beforeAll(initParser)

/** As it comes from another machine. */
const sent = (text: string) => JSON.parse(JSON.stringify(compileModule(text)))

/** All paths to something within a value. */
function* within(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    yield [...path, key]
    yield* within(inner, [...path, key])
  }
}

function changed(value: unknown, path: readonly string[], to: unknown): unknown {
  const copy = structuredClone(value) as Record<string, unknown>
  const holder = path.slice(0, -1).reduce((at, key) => at[key] as Record<string, unknown>, copy)
  holder[path.at(-1)!] = to
  return copy
}

const EVERYTHING = `
from __future__ import annotations
import a.b as c, d
from ..e import f as g, h
from i import *
X: int = 1; Y = Z = b"y", 12345678901234567890, 3j, ..., None, -1.5
X += 1
del Z
for k in [1, *Y]: break
else: pass
while not X: continue
try: raise A from B
except (C, D) as e: pass
else: assert e, "m"
finally: {1: 2, **k}
with open("x") as l, m: l.n[1:2, ::3]
def o(p, /, q: int = 1, *r, s=2, **t) -> u: yield
@v(1, *w, x=2, **y)
class A1(B1, metaclass=C1):
    z = lambda a: a if a else (b and c or d)
    e = [f for f in g if h], {i: j for i, j in k}, {*l}
    n = f"{o}p" + (q := 1 < r <= s) @ t
async def aa(): await bb
match X:
    case 1 | 2 as m1 if m1: pass
    case [cc, *dd] | Ee(ff=1) | {"g": hh}: pass
    case _: pass
type T = int
print(await X)
def (
`

describe('compiled code', () => {
  test('is known for what it is, whatever the statement', () => {
    for (const part of EVERYTHING.split('\n')) expect(isModuleCode(sent(part)), part).toBe(true)
    expect(isModuleCode(sent(EVERYTHING))).toBe(true)
  })

  test('of the files of pytest as well', () => {
    const folder = `${standardPython().sitePackages.replace(/\/site-packages$/, '')}/site-packages/_pytest`
    for (const name of readdirSync(folder).filter(each => each.endsWith('.py')))
      expect(isModuleCode(sent(readFileSync(`${folder}/${name}`, 'utf8'))), name).toBe(true)
  })
})

test('nothing that was tampered with passes', () => {
  const code = sent(EVERYTHING)
  for (const path of within(code)) {
    // An object stands nowhere in the place of another value, as none has this field.
    expect(isModuleCode(changed(code, path, { stranger: 1 })), path.join('.')).toBe(false)
    expect(isModuleCode(changed(code, path, undefined)), path.join('.')).toBe(false)
  }
})

/** An expression nested without bounds. */
function deep(): unknown {
  let expression: unknown = { e: 'complex' }
  for (let level = 0; level < 100_000; level++) expression = { e: 'star', of: expression }
  return expression
}

test.each<[string, string, () => unknown]>([
  ['a place beyond the table', 'ops.0.at', () => 1000],
  ['half a place', 'ops.0.at', () => 0.5],
  ['a body beyond the table', 'ops.0.body', () => 1],
  ['another field', 'ops.0.more', () => 1],
  ['a kind that every object has', 'ops.0.op', () => 'constructor'],
  ['code nested without bounds', 'ops.0.params.0.default', deep],
])('%s does not pass', (_, path, make) => {
  const code = sent('def f(x=1): return x\n')
  expect(isModuleCode(code)).toBe(true)
  const keys = path.split('.')
  const holder = keys.slice(0, -1).reduce((at, key) => at[key], code)
  holder[keys.at(-1)!] = make()
  expect(isModuleCode(code)).toBe(false)
})

test.each([null, 1, 'x', [], {}, { places: [], bodies: [] }])('%j is none', value => {
  expect(isModuleCode(value)).toBe(false)
})
