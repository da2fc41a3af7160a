/**
 * Compiled modules as they travel: under a name made of the program that compiled them and of the content of the file,
 * with a seal over name and content. Without a secret the seal shows what was damaged on the way; with one, that it
 * comes from somebody who knows the secret.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { isModuleCode } from '../../compile/code_shape.ts'
import type { ModuleCode } from '../../compile/module_code.ts'
import { sha256Hex } from '../../files/hash.ts'

const SEAL_BYTES = 32

/** `maker`: the program, exactly; `hash`: of the bytes of the file. */
export function nameOf(maker: string, hash: string): string {
  return sha256Hex(`precollect code 1\0${maker}\0${hash}`)
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
  try {
    const code: unknown = JSON.parse(content.toString('utf8'))
    return isModuleCode(code) ? code : null
  } catch {
    return null
  }
}

function sealOf(name: string, content: Uint8Array, secret: string): Buffer {
  return createHmac('sha256', secret).update(name).update(content).digest()
}
