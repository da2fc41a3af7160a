/** Where the remote cache is, from the variables of the environment, else from the project's settings. */

export interface RemoteSettings {
  readonly address: string
  /** Nothing is put there. */
  readonly readOnly: boolean
  /** What contents are sealed with; '' without one. Only the environment tells it. */
  readonly secret: string
}

/** `project`: `[tool.precollect.cache]`. Null: there is none. */
export function remoteSettings(
  env: Readonly<Record<string, string | undefined>>,
  project: { readonly remote: string | null; readonly readOnly: boolean },
): RemoteSettings | null {
  const address = env.PRECOLLECT_REMOTE_CACHE ?? project.remote
  if (!address) return null
  const mode = env.PRECOLLECT_REMOTE_CACHE_MODE
  return {
    address,
    readOnly: mode === undefined || mode === '' ? project.readOnly : mode !== 'read-write',
    secret: env.PRECOLLECT_REMOTE_CACHE_SECRET ?? '',
  }
}
