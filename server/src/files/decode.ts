/**
 * From the bytes of a Python file to its text, as Python's compile() does it (PEP 263), and its words where
 * it can't. Line ends stay as they are, so that offsets fit the editor's text; a byte order mark goes, as
 * editors and Python agree.
 *
 * Encodings other than UTF-8, Latin-1 and ASCII are decoded leniently and never give an error: the decoders
 * at hand differ from Python's in single characters, which is good enough to read code, not to judge bytes.
 */
import { isAscii } from 'node:buffer'
import pythonCodecs from './data/python_codecs.json' with { type: 'json' }
import { strictMessage, tokenMessage } from './utf8_faults.ts'

export type Decoded = { readonly text: string; readonly encoding: string } | { readonly error: string }

/** codec -> how to decode it (a label of TextDecoder or a special case of `decodeAs`), then its aliases. */
const CODECS: Readonly<Record<string, readonly string[]>> = pythonCodecs

const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

/** In Windows-1252 the bytes 80 to 9F; the five that it leaves undefined stay controls. */
export const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ'

/**
 * The text of a source file and the codec it was read with, or Python's message why it can't be read. The
 * exception is SyntaxError (for null bytes ValueError before 3.11.4).
 *
 * "unknown encoding" assumes Python's own codecs: a `.pth` file or site hook may register others.
 */
export function decodeSource(bytes: Uint8Array): Decoded {
  if (bytes.includes(0)) return { error: 'source code string cannot contain null bytes' }
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  const source = marked ? bytes.subarray(3) : bytes
  const declared = declaration(source)
  const name = declared === null ? 'utf-8' : normalName(declared)
  if (name === 'utf-8') return decodeUtf8(source)
  if (marked) return { error: `encoding problem: ${name} with BOM` }
  const codec = CODEC_OF.get(name.toLowerCase().replace(/[^a-z0-9.]+/g, '_'))
  if (codec === undefined) return { error: `unknown encoding: ${name}` }
  return decodeAs(codec, name, source)
}

function decodeUtf8(source: Uint8Array): Decoded {
  if (isAscii(source)) return { text: latin1(source), encoding: 'utf-8' }
  try {
    return { text: strictUtf8.decode(source), encoding: 'utf-8' }
  } catch {
    // Some byte is no UTF-8; whether that is an error depends on where it stands.
    const error = tokenMessage(source)
    return error === null ? { text: new TextDecoder().decode(source), encoding: 'utf-8' } : { error }
  }
}

function decodeAs(codec: string, name: string, source: Uint8Array): Decoded {
  const decoder = CODECS[codec]![0]!
  switch (decoder) {
    case 'bytes':
      return { error: `'${name}' is not a text encoding; use codecs.decode() to handle arbitrary codecs` }
    case 'utf-8': {
      const error = strictMessage(withUnixLines(source))
      return error === null ? { text: strictUtf8.decode(source), encoding: 'utf-8' } : { error }
    }
    case 'ascii': {
      const plain = withUnixLines(source)
      const at = plain.findIndex(byte => byte >= 0x80)
      if (at < 0) return { text: latin1(source), encoding: codec }
      const byte = plain[at]!.toString(16)
      return {
        error: `'ascii' codec can't decode byte 0x${byte} in position ${at}: ordinal not in range(128)`,
      }
    }
    case 'latin-1':
      return { text: latin1(source), encoding: codec }
    case 'cp1252':
      return {
        text: latin1(source).replace(/[\x80-\x9f]/g, c => WINDOWS_1252[c.charCodeAt(0) - 0x80]!),
        encoding: codec,
      }
    default:
      return { text: new TextDecoder(decoder).decode(source), encoding: codec }
  }
}

/** PEP 263: the encoding named in a comment in one of the first two lines; the first must be blank or one too. */
function declaration(source: Uint8Array): string | null {
  const lines = latin1(source.subarray(0, 1024)).split(/\r\n?|\n/, 2)
  for (const line of lines) {
    const named = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/.exec(line)
    if (named) return named[1]!
    if (!/^[ \t\f]*(?:#|$)/.test(line)) return null
  }
  return null
}

/** The spellings that the tokenizer itself knows (`get_normal_name`), Emacs' suffixes included. */
function normalName(name: string): string {
  const plain = name.slice(0, 12).toLowerCase().replaceAll('_', '-')
  if (/^utf-8(?:-|$)/.test(plain)) return 'utf-8'
  if (/^(?:latin-1|iso-8859-1|iso-latin-1)(?:-|$)/.test(plain)) return 'iso-8859-1'
  return name
}

/** compile() turns line ends into '\n' before it decodes: positions in messages count from there. */
function withUnixLines(source: Uint8Array): Uint8Array {
  return source.includes(13) ? Buffer.from(latin1(source).replace(/\r\n?/g, '\n'), 'latin1') : source
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

/** Every spelling `encodings.search_function` knows -> codec. */
const CODEC_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(CODECS).flatMap(([codec, [, ...aliases]]) => [codec, ...aliases].map(name => [name, codec])),
)
