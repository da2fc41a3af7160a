/**
 * From the changed text of a file back to bytes, in the encoding it was written in and with its byte order mark.
 * The way there is `decode.ts`; encodings that it only reads leniently are not written at all.
 */
import { decodeSource, WINDOWS_1252 } from './decode.ts'

const strictUtf8 = new TextDecoder('utf-8', { fatal: true })
const utf8 = new TextEncoder()

/** Each turns a text into bytes; null where it has a character that the encoding lacks. */
const ENCODERS: readonly ((text: string) => Uint8Array | null)[] = [
  text => utf8.encode(text),
  text => utf8.encode(`\ufeff${text}`),
  text => inBytes(text),
  text => inBytes(text.replace(/[^\x00-\x7f\xa0-\xff]/gu, toWindows)),
]

/** The text of a file: Python's way where it is source code, else UTF-8. null where it has none. */
export function textOf(path: string, bytes: Uint8Array): string | null {
  if (/\.pyw?$/.test(path)) {
    const decoded = decodeSource(bytes)
    return 'text' in decoded ? decoded.text : null
  }
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return null
  }
}

/** The bytes of a file that says just this, in the encoding that it declares; UTF-8 where that can't be written here. */
export function encodeText(path: string, text: string): Uint8Array {
  const plain = utf8.encode(text)
  if (plain.length === text.length) return plain // ASCII, which all declare to be the same
  for (const encode of ENCODERS) {
    const bytes = encode(text)
    if (bytes && textOf(path, bytes) === text) return bytes
  }
  return plain
}

/**
 * The bytes of a file that held `before` and is to hold `text`. null where they can't be had without changing what
 * the rest of the file says: an encoding that is not written here, or a character that the encoding lacks.
 */
export function encodeLike(path: string, before: Uint8Array, text: string): Uint8Array | null {
  const old = textOf(path, before)
  if (old === null) return null
  for (const encode of ENCODERS) {
    const same = encode(old)
    if (!same || Buffer.compare(same, before) !== 0) continue
    const bytes = encode(text)
    if (bytes && textOf(path, bytes) === text) return bytes
  }
  return null
}

function inBytes(text: string): Uint8Array | null {
  return /[^\x00-\xff]/u.test(text) ? null : Buffer.from(text, 'latin1')
}

function toWindows(character: string): string {
  const at = WINDOWS_1252.indexOf(character)
  return at < 0 ? '\u{10ffff}' : String.fromCharCode(0x80 + at)
}
