/** Positions and paths, in every encoding that a client may ask for. */
import { describe, expect, test } from 'vitest'
import { type Encoding, Lines, pathOf, uriOf } from '../../server/src/lsp/to_lsp.ts'

const text = 'a = "é🎉"; b\r\nc\rd\n'

describe('Lines', () => {
  test.each<[Encoding, number]>([
    ['utf-8', 14],
    ['utf-16', 11],
    ['utf-32', 10],
  ])('counts columns in %s, there and back', (encoding, column) => {
    const lines = new Lines(text, encoding)
    const offset = text.indexOf('b')
    expect(lines.position(offset)).toEqual({ line: 0, character: column })
    expect(lines.offset({ line: 0, character: column })).toBe(offset)
  })

  test.each<Encoding>(['utf-8', 'utf-16', 'utf-32'])('finds every offset again, %s', encoding => {
    const lines = new Lines(text, encoding)
    const whole = [...text.matchAll(/[^\r\n]/gu)].map(({ index }) => index)
    expect(whole.map(offset => lines.offset(lines.position(offset)))).toEqual(whole)
  })

  test('ends lines as LSP does, and keeps to the text', () => {
    const lines = new Lines(text, 'utf-16')
    expect(lines.position(text.indexOf('d'))).toEqual({ line: 2, character: 0 })
    expect(lines.position(1000)).toEqual({ line: 3, character: 0 })
    expect(lines.offset({ line: 0, character: 1000 })).toBe(text.indexOf('\r'))
    expect(lines.offset({ line: 1000, character: 0 })).toBe(text.length)
  })

  test('takes a column within a character as the one before it', () => {
    const lines = new Lines(text, 'utf-8')
    expect(lines.offset({ line: 0, character: 6 })).toBe(text.indexOf('é'))
  })
})

describe('URIs', () => {
  test('of files become paths and are what they were', () => {
    expect(pathOf('file:///home/a%20b/%C3%A9.py')).toBe('/home/a b/é.py')
    expect(uriOf('/home/a b/é#.py')).toBe('file:///home/a%20b/%C3%A9%23.py')
  })

  test.each([
    'untitled:Untitled-1',
    'vscode-notebook-cell:/a.ipynb#x',
    'file://elsewhere/a.py',
    'file:///%zz',
    '',
  ])('that name no file of this machine have no path: %s', uri => expect(pathOf(uri)).toBeNull())
})
