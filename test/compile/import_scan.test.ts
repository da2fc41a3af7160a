/** The imports of a text by their look: nothing may be missing, something may be too much. */
import { expect, test } from 'vitest'
import { scanImports } from '../../server/src/compile/import_scan.ts'

/** Each import as it might be written. */
function scanned(text: string): string[] {
  return scanImports(text).map(({ module, level, names }) => {
    const source = '.'.repeat(level) + module
    return names.length === 0 ? source : `${source}: ${names === '*' ? '*' : names.join(', ')}`
  })
}

test.each([
  ['import a', ['a']],
  ['import a, b.c as d,e', ['a', 'b.c', 'e']],
  ['import a.b ; import c # import', ['a.b', 'c']],
  ['import\ta, \\\n  b', ['a', 'b']],
  ['import a \\\r\n , b\r\nimport c\rimport d', ['a', 'b', 'c', 'd']],
  ['import a . b', ['a.b']],
  ['from a import b', ['a: b']],
  ['from a.b import c as d, e', ['a.b: c, e']],
  ['from a import *', ['a: *']],
  ['from a import*', ['a: *']],
  ['from a import(b)', ['a: b']],
  ['from a import (\n  b,  # one) (two\n  c as d,\n)', ['a: b, c']],
  ['from a \\\n  import b, \\\n  c', ['a: b, c']],
  ['from . import a', ['.: a']],
  ['from .import a', ['.: a']],
  ['from.import a', ['.: a']],
  ['from ...a.b import c', ['...a.b: c']],
  ['from . . a import b', ['..a: b']],
  ['from .importer import a', ['.importer: a']],
  ['from a.import_ import b', ['a.import_: b']],
  ['if a: import b', ['b']],
  ['class A:\n  def f(self):\n    try: from b import c\n    except: import d', ['b: c', 'd']],
  ['lazy import a\nlazy from b import c', ['a', 'b: c']],
  ['yield from a\nimport b', ['b']],
  ['from été.ñ import ö', ['été.ñ: ö']],
  ['importlib.import_module("a"); reimport = important', []],
  ['import (\n', []],
  ['import', []],
  ['from import', []],
  ['from a import (b', []],
  ['"import a, b"', []],
  ['"""\nimport a\n"""\nimport b\nx = """\'\'\'"""\nimport c', ['b', 'c']],
  ['# """\nimport a\nx = \'"""\'; import b', ['a', 'b']],
  ['# to import a\na = b  # import c', []],
  ['# from a import b\nfrom c import d\n  #from e import (\n  # f)', ['c: d']],
  ['# a\rfrom a import b', ['a: b']],
  ['if a: \\\n  import b', ['b']],
])('%s', (text, expected) => {
  expect(scanned(text)).toEqual(expected)
})
