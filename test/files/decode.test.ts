/** Decoding as compile() does it: its verdict on the same bytes is asked from a real interpreter. */
import { expect, test } from 'vitest'
import { judgeSyntax } from '../../server/src/environment/probe.ts'
import { decodeSource } from '../../server/src/files/decode.ts'
import { standardPython } from '../support/pythons.ts'

/** Latin-1 spelling of bytes. */
const bytes = (text: string) => Uint8Array.from(text, char => char.charCodeAt(0))
const utf8 = (text: string) => new TextEncoder().encode(text)

test.each([
  ['no declaration', utf8('x = "é"\r\ny\r'), 'x = "é"\r\ny\r', 'utf-8'],
  ['a byte order mark', utf8('\ufeffx = 1'), 'x = 1', 'utf-8'],
  [
    'Latin-1, where 0x80 is a control',
    bytes('# coding: latin-1\n"\xe9\x80"'),
    '# coding: latin-1\n"é\x80"',
    'latin_1',
  ],
  [
    "Emacs' spelling",
    bytes('# -*- coding: latin-1-unix -*-\n"\xe9"'),
    '# -*- coding: latin-1-unix -*-\n"é"',
    'latin_1',
  ],
  [
    'Windows-1252, where 0x80 is the euro',
    bytes('# coding: cp1252\n"\x80\x9f"'),
    '# coding: cp1252\n"€Ÿ"',
    'cp1252',
  ],
  [
    'Latin-9',
    bytes('#!/bin/sh\n# coding=iso-8859-15\n"\xa4"'),
    '#!/bin/sh\n# coding=iso-8859-15\n"€"',
    'iso8859_15',
  ],
  ['an alias', bytes('# vim: fileencoding=KOI8-R :\n"\xc1"'), '# vim: fileencoding=KOI8-R :\n"а"', 'koi8_r'],
  ['Shift-JIS', bytes('# coding: sjis\n"\x82\xa0"'), '# coding: sjis\n"あ"', 'shift_jis'],
  ['GBK', bytes('# coding: gbk\n"\xc4\xe3"'), '# coding: gbk\n"你"', 'gbk'],
])('%s', (_, source, text, encoding) => {
  expect(decodeSource(source)).toEqual({ text, encoding })
})

test.each([
  ['in the third line', '\n\n# coding: nonsense\n'],
  ['below code', 'x = 1\n# coding: nonsense\n'],
  ['without a sign of assignment', '# coding nonsense\n'],
  ['inside a string', '"""\n# coding: nonsense\n"""\n'],
])('a declaration %s is none', (_, text) => {
  expect(decodeSource(utf8(text))).toEqual({ text, encoding: 'utf-8' })
})

/** Each as Latin-1 spelling; the same on every version of CPython from 3.8 on. */
const CASES = [
  'x = 1',
  '# only a comment: \xe9\xff\nx = 1\n',
  'if x:\n    pass  # \xff "quoted\nelse:\n    y = "#"\n',
  '# coding: utf-8\n# \xff\n',
  'x = "\xff"\n',
  '# first\nx = 1\ny = "abc\xe9"\n',
  'y = """a\n# \xe9 is no comment here\n"""\n',
  'x = r"\\n\xe9t"\n',
  'x = "\\n\xe9t\xe9"\n',
  'x = "\xf0\x9f\x98"\n',
  'x = "\xed\xa0\x80"\n',
  'x = "\xe2\x28\xa1"\n',
  'x = "\xc0\x80"\n',
  '# coding: utf8\nx = "\xff"\n',
  '# coding: utf8\r\n# \xff\r\n',
  '# coding: ascii\n"\xc3"\n',
  '# coding: nonsense\n',
  '#!/usr/bin/python\n#  -*- coding: no-such.codec_1 -*-\n',
  '\x0c# coding=nonsense\n',
  '\xef\xbb\xbf# coding: latin-1\n',
  '\xef\xbb\xbf# coding: utf-8\nx = "\xff"\n',
  '# coding: rot13\n',
  '# coding: iso-8859-15-unix\n',
  'x = 1\0\n',
]

test('errors are those of compile(), and only those', async () => {
  const files = CASES.map((text, index) => ({ path: String(index), bytes: bytes(text) }))
  const verdicts = await judgeSyntax(standardPython().interpreter, files)
  const real = files.map(({ path }) => {
    const verdict = verdicts.get(path)!
    return verdict.ok ? null : verdict.message
  })
  const ours = files.map(file => {
    const decoded = decodeSource(file.bytes)
    return 'error' in decoded ? decoded.error : null
  })
  expect(ours).toEqual(real)
})
