/** The light reading of a file: what it must not overlook, held against the compiled module. */
import { beforeAll, expect, test } from 'vitest'
import { exportsOf } from '../../server/src/bridges/exports.ts'
import { scanFile } from '../../server/src/bridges/file_scan.ts'
import { compileModule } from '../../server/src/compile/compile.ts'
import { initParser } from '../../server/src/compile/parser.ts'

beforeAll(initParser)

const MODULE = `import os, sys as system
from .a import one as two, three
from b import *
def plain(): inner = 1
async def waits(): ...
class Kept(Base): field = 1
a = b = 1
c, (d, *e) = values
f: int = 1
unset: int
g  :  dict[str, int]  =  {}
if os.name == 'nt':
    h = 1
else:
    i = 1
try:
    import fast as j
except ImportError:
    j = None
for k in range(3): pass
with open(x) as l: pass
long = other = call(
    word=1)
`

test('every name that a module binds itself is among those it may define', () => {
  const exports = exportsOf(compileModule(MODULE))
  const own = [...exports.names.values()].filter(({ from }) => from === null).map(({ name }) => name)
  const seen = scanFile(MODULE).defines
  // Targets of loops and of with are names of no interest to others.
  expect(own.filter(name => !seen.has(name))).toEqual(['k', 'l'])
  expect(own).toEqual([
    'plain',
    'waits',
    'Kept',
    'a',
    'b',
    'c',
    'd',
    'e',
    'f',
    'g',
    'h',
    'i',
    'j',
    'k',
    'l',
    'long',
    'other',
  ])
})

test('what is handed on has its source, and what takes everything is known', () => {
  const { names, stars, open } = exportsOf(compileModule(MODULE))
  expect(names.get('two')?.from).toEqual({ level: 1, module: 'a', name: 'one' })
  expect(names.get('system')?.from).toEqual({ level: 0, module: 'sys', name: null })
  expect(stars).toEqual([{ level: 0, module: 'b' }])
  expect(open).toBe(false)
})

test.each([
  'def __getattr__(name): ...',
  'globals().update(names)',
  "globals()['x'] = 1",
  'import sys\nsys.modules[__name__] = object()',
])('names may be there that no text shows: %s', text => {
  expect(exportsOf(compileModule(text)).open).toBe(true)
})
