/**
 * Compiled modules as they travel: several together, under a name made of the program that compiled them and of the
 * content of their files, with a seal over name and content. Without a secret the seal shows what was damaged on the way; with one, that it
 * comes from somebody who knows the secret.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { isModuleCode } from '../../compile/code_shape.ts'
import type { ModuleCode } from '../../compile/module_code.ts'
import { sha256Hex } from '../../files/hash.ts'

const SEAL_BYTES = 32

/** `maker`: the program, exactly; `hashes`: of the bytes of the files. */
export function nameOf(maker: string, hashes: readonly string[]): string {
  return sha256Hex(`precollect code 1\0${maker}\0${hashes.toSorted().join()}`)
}

type Named = readonly [hash: string, module: Buffer]

/** A line of JSON (hash and length of each module, in order), then the modules. */
export function bundled(modules: readonly Named[]): Buffer {
  const index = modules.map(([hash, module]) => [hash, module.length])
  return Buffer.concat([Buffer.from(`${JSON.stringify(index)}\n`), ...modules.map(([, module]) => module)])
}

/** The modules as they came, by the hashes of their files; none where it is no such bundle. */
export function unbundled(content: Buffer): readonly Named[] {
  const end = content.indexOf('\n')
  const index = parsed(content.subarray(0, Math.max(0, end)))
  if (!Array.isArray(index) || !index.every(isEntry)) return []
  let at = end + 1
  return index.map(([hash, length]): Named => {
    at += length
    return [hash, content.subarray(at - length, at)]
  })
}

function isEntry(entry: unknown): entry is [hash: string, length: number] {
  if (!Array.isArray(entry)) return false
  const [hash, length] = entry
  return typeof hash === 'string' && Number.isSafeInteger(length) && length >= 0
}

export function sealed(name: string, content: Uint8Array, secret: string): Buffer {
  return Buffer.concat([sealOf(name, content, secret), content])
}

/** The content; null where the seal is not right. */
export function unsealed(name: string, whole: Buffer, secret: string): Buffer | null {
  if (whole.length < SEAL_BYTES) return null
  const content = whole.subarray(SEAL_BYTES)
  return timingSafeEqual(whole.subarray(0, SEAL_BYTES), sealOf(name, content, secret)) ? content : null
}

/** The module that a content holds; null where it holds none. */
export function moduleIn(content: Buffer): ModuleCode | null {
  const code = parsed(content)
  return isModuleCode(code) ? code : null
}

/** Null where it is no JSON. */
function parsed(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8'))
  } catch {
    return null
  }
}

function sealOf(name: string, content: Uint8Array, secret: string): Buffer {
  return createHmac('sha256', secret).update(name).update(content).digest()
}
