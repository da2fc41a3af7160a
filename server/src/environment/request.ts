/**
 * What a search for an interpreter is asked, and how the machine's own spelling (environment variables,
 * settings, `pyvenv.cfg`) becomes paths of this project. Looks at no file.
 */
import { isAbsolute, join, normalize } from '../files/paths.ts'
import type { Environment } from './environment.ts'

export interface DiscoveryRequest {
  /** The folder pytest would be started in, absolute. */
  readonly cwd: string
  /** Folders open in the editor, absolute; may be empty. */
  readonly roots: readonly string[]
  /** The user's choice: an interpreter, an environment's folder or a command such as 'python3.12'; null: search. */
  readonly python: string | null
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: Environment['platform']
}

/** An environment variable; null where it is unset or empty. Windows does not look at the case of its name. */
export function variable(request: DiscoveryRequest, name: string): string | null {
  const exact = request.env[name]
  if (exact !== undefined || request.platform !== 'win32') return exact || null
  const key = Object.keys(request.env).find(key => key.toUpperCase() === name.toUpperCase())
  return (key !== undefined && request.env[key]) || null
}

/** A path as people and tools write it, absolute and with '/': relative ones count from `base`, '~' is home. */
export function nativePath(request: DiscoveryRequest, text: string, base: string): string {
  const path = request.platform === 'win32' ? text.replaceAll('\\', '/') : text
  const home = /^~(?=\/|$)/.test(path) ? homeFolder(request) : null
  const whole = home === null ? path : home + path.slice(1)
  return isAbsolute(whole) ? normalize(whole) : join(base, whole)
}

/** The folders of a variable like PATH, in order; relative ones and empty items count from the cwd. */
export function pathList(request: DiscoveryRequest, name: string): string[] {
  const value = variable(request, name)
  if (value === null) return []
  const items = value.split(request.platform === 'win32' ? ';' : ':')
  return items.map(item => nativePath(request, item.replace(/^"(.*)"$/, '$1'), request.cwd))
}

export function homeFolder(request: DiscoveryRequest): string | null {
  const home = variable(request, request.platform === 'win32' ? 'USERPROFILE' : 'HOME')
  if (home === null) return null
  return normalize(request.platform === 'win32' ? home.replaceAll('\\', '/') : home)
}
