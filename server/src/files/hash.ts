/** Hashes: the name of a content in caches, and the SHA-256 that other tools build folder names of. */
import { createHash } from 'node:crypto'

/** 128 bits of SHA-256 in hexadecimal: equal exactly where the bytes (or the text as UTF-8) are. */
export function contentHash(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 32)
}

/** The full SHA-256 in hexadecimal. */
export function sha256Hex(content: string): string {
  return createHash('sha256').update(content).digest('hex')
}

/** The full SHA-256 as URL-safe base64 without padding. */
export function sha256Base64Url(content: string): string {
  return createHash('sha256').update(content).digest('base64url')
}
