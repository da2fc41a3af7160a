/** Open texts whose changes come in another order than they were made in. */
import { expect, test } from 'vitest'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { Changes } from '../../server/src/lsp/documents.ts'

interface Sent {
  readonly version: number
  readonly made: Parameters<Changes['make']>[1]
}

const open = (text: string) => TextDocument.create('file:///a.py', 'python', 1, text)

function textAfter(text: string, sent: readonly Sent[]): string {
  const changes = new Changes('utf-16')
  const document = open(text)
  for (const { version, made } of sent) changes.make(document, made, version)
  return document.getText()
}

/** Types letters one behind the other into the first line. */
const typed = (letters: string, from = 2): Sent[] =>
  [...letters].map((text, n) => {
    const place = { line: 0, character: n }
    return { version: from + n, made: [{ range: { start: place, end: place }, text }] }
  })

test('each is made in the text that it was made in', () => {
  const sent = typed('abcdefgh')
  const [a, b, c, d, e, f, g, h] = sent as [Sent, Sent, Sent, Sent, Sent, Sent, Sent, Sent]
  for (const order of [
    [a, b, c, d, e, f, g, h],
    [a, f, g, h, b, d, e, c],
    [h, g, f, e, d, c, b, a],
    [b, a, d, c, f, e, h, g],
  ])
    expect(textAfter('\nx', order)).toBe('abcdefgh\nx')
})

test('random edits, shuffled within bounds, come to what they come to in order', () => {
  let state = 7
  const roll = (limit: number) => {
    state = (state * 1103515245 + 12345) % 2147483648
    return Math.floor((state / 2147483648) * limit)
  }
  for (let round = 0; round < 200; round++) {
    const text = 'one\ntwo\nthree\n'
    const document = open(text)
    const sent: Sent[] = []
    for (let version = 2; version < 40; version += 1 + roll(2)) {
      const size = document.getText().length
      const from = roll(size + 1)
      const to = Math.min(size, from + roll(4))
      const range = { start: document.positionAt(from), end: document.positionAt(to) }
      const made = [{ range, text: ['a', '\n', 'bc\r\nd', ''][roll(4)]! }]
      TextDocument.update(document, made, version)
      sent.push({ version, made })
    }
    const shuffled = [...sent]
    for (let at = 1; at < shuffled.length; at++) {
      const other = Math.max(0, at - roll(6))
      ;[shuffled[at], shuffled[other]] = [shuffled[other]!, shuffled[at]!]
    }
    expect(textAfter(text, shuffled)).toBe(document.getText())
  }
})

test('a change that is older than all that is known is made as it comes, and the version stays the newest', () => {
  const changes = new Changes('utf-16')
  const document = open('')
  for (const { made, version } of typed('x'.repeat(600), 10)) changes.make(document, made, version)
  changes.make(document, [{ text: 'all' }], 3)
  expect([document.getText(), document.version]).toEqual(['all', 609])
})

test('one that comes late in a long row of changes is in its place', () => {
  const letters = Array.from({ length: 900 }, (_, n) => 'abcdefg'[n % 7]!).join('')
  const sent = typed(letters)
  const [late] = sent.splice(600, 1)
  sent.splice(800, 0, late!)
  expect(textAfter('', sent)).toBe(letters)
})

test('versions that stay the same are in order as they come', () => {
  const sent = typed('abc').map(({ made }) => ({ version: 1, made }))
  expect(textAfter('', sent)).toBe('abc')
})
