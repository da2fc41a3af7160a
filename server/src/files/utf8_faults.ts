/**
 * Where bytes are no UTF-8, in the words of Python's codec, and whether its tokenizer would notice at all.
 * Only files that are known to hold such bytes come here.
 */

interface Fault {
  readonly start: number
  readonly end: number
  readonly reason: 'invalid start byte' | 'invalid continuation byte' | 'unexpected end of data'
}

/** Smallest and largest second byte after a lead byte whose range is not 80..BF (no surrogates, no overlongs). */
const SECOND_BYTE: Readonly<Record<number, readonly [number, number]>> = {
  224: [0xa0, 0xbf],
  237: [0x80, 0x9f],
  240: [0x90, 0xbf],
  244: [0x80, 0x8f],
}

const STRING_PREFIX = /^(?:[rbuf]|br|rb|fr|rf|t|tr|rt)$/i

/** The message of a strict decoder for the first fault; null where all is UTF-8. */
export function strictMessage(bytes: Uint8Array): string | null {
  const fault = firstFault(bytes, 0, bytes.length)
  return fault && codecMessage(bytes, fault, 0)
}

/**
 * What CPython's compile() says about the first byte that is no UTF-8. It decodes identifiers and string
 * literals one by one and never looks into comments (observed on 3.8 to 3.13): null where only comments are
 * affected. The position counts from the beginning of the literal's text, or of the name.
 */
export function tokenMessage(bytes: Uint8Array): string | null {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  const token = /[#'"\\]|[\w\x80-\xff]+/g
  for (let match = token.exec(source); match; match = token.exec(source)) {
    const text = match[0]
    const quoted = /["']/.test(source[token.lastIndex] ?? '') && STRING_PREFIX.test(text)
    if (text === '#') token.lastIndex = lineEnd(source, token.lastIndex)
    else if (text === '\\') token.lastIndex++
    else if (quoted || text === '"' || text === "'") {
      const prefix = quoted ? text.toLowerCase() : ''
      const { content, end, after } = literal(source, match.index + prefix.length)
      token.lastIndex = after
      const fault = end === null ? null : literalMessage(bytes, source, prefix, content, end)
      if (fault) return fault
    } else {
      const fault = firstFault(bytes, match.index, token.lastIndex)
      if (fault) return `(unicode error) ${codecMessage(bytes, fault, match.index)}`
    }
  }
  return null
}

/** The extent of the literal whose quote is at `quote`; `end` is null where it is not closed. */
function literal(source: string, quote: number): { content: number; end: number | null; after: number } {
  const mark = source[quote]!
  const close = source.startsWith(mark.repeat(3), quote) ? mark.repeat(3) : mark
  const content = quote + close.length
  for (let at = content; at < source.length; at++) {
    if (source[at] === '\\') at++
    else if (source.startsWith(close, at)) return { content, end: at, after: at + close.length }
    else if (close.length === 1 && (source[at] === '\n' || source[at] === '\r')) break
  }
  return { content, end: null, after: close.length === 1 ? lineEnd(source, content) : source.length }
}

function literalMessage(bytes: Uint8Array, source: string, prefix: string, content: number, end: number) {
  const fault = firstFault(bytes, content, end)
  if (!fault) return null
  if (prefix.includes('b')) return 'bytes can only contain ASCII literal characters'
  const whole = prefix.includes('r') || (!prefix.includes('f') && !source.slice(content, end).includes('\\'))
  if (whole) return `(unicode error) ${codecMessage(bytes, fault, content)}`
  // With escapes to resolve, each run of non-ASCII bytes is decoded on its own.
  let start = fault.start
  while (bytes[start - 1]! >= 0x80) start--
  let stop = fault.start
  while (bytes[stop]! >= 0x80) stop++
  return `(unicode error) ${codecMessage(bytes, firstFault(bytes, start, stop) ?? fault, start)}`
}

function lineEnd(source: string, from: number): number {
  const end = source.slice(from).search(/[\r\n]/)
  return end < 0 ? source.length : from + end
}

function codecMessage(bytes: Uint8Array, { start, end, reason }: Fault, origin: number): string {
  const where =
    end - start === 1
      ? `byte 0x${bytes[start]!.toString(16).padStart(2, '0')} in position ${start - origin}`
      : `bytes in position ${start - origin}-${end - origin - 1}`
  return `'utf-8' codec can't decode ${where}: ${reason}`
}

function firstFault(bytes: Uint8Array, from: number, to: number): Fault | null {
  let at = from
  while (at < to) {
    const lead = bytes[at]!
    if (lead < 0x80) {
      at++
      continue
    }
    const length =
      lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0
    if (length === 0) return { start: at, end: at + 1, reason: 'invalid start byte' }
    for (let i = 1; i < length; i++) {
      if (at + i >= to) return { start: at, end: to, reason: 'unexpected end of data' }
      const [low, high] = (i === 1 && SECOND_BYTE[lead]) || [0x80, 0xbf]
      const byte = bytes[at + i]!
      if (byte < low || byte > high) return { start: at, end: at + i, reason: 'invalid continuation byte' }
    }
    at += length
  }
  return null
}
