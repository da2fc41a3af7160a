/**
 * What the user may set in the editor, and where it comes from: `initializationOptions` first, then the section
 * `precollect` of the editor's settings, for each workspace folder of its own. What can't be right is said in
 * the log and left out.
 */
import { type Connection, DidChangeConfigurationNotification } from 'vscode-languageserver/node'
import type { AnalysisRequest } from '../engine/analyze.ts'
import type { ConfirmSettings } from '../engine/confirmation.ts'
import { join } from '../files/paths.ts'
import { didYouMean } from '../rules/nearest.ts'
import type { Client } from './client.ts'
import { fits, SETTINGS, type Settings } from './settings.ts'

export type { Settings }

const defaults = Object.fromEntries(
  Object.entries(SETTINGS).map(([key, setting]) => [key, setting.default]),
) as unknown as Settings

/** What is read elsewhere, by the start-up options or by clients themselves. */
const OTHERS: ReadonlySet<string> = new Set(['trusted', 'status', 'path', 'trace', 'server'])

/** `base` with what `given` sets in the right shape, and a sentence for each value that is not. */
export function readSettings(given: unknown, base: Settings): { settings: Settings; problems: string[] } {
  const settings: Record<string, unknown> = { ...base }
  const problems: string[] = []
  if (given === null || given === undefined) return { settings: base, problems }
  if (typeof given !== 'object')
    return { settings: base, problems: ['precollect: expected an object of settings'] }
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(SETTINGS, key) && !OTHERS.has(key))
      problems.push(`precollect.${key}: there is no such setting${didYouMean(key, Object.keys(SETTINGS))}`)
  }
  for (const [key, setting] of Object.entries(SETTINGS)) {
    const value = (given as Record<string, unknown>)[key]
    if (value === undefined) continue
    // Settings editors can't store null: they keep an empty text for "not set".
    const meant = value === '' ? null : value
    if (fits(setting, meant)) settings[key] = meant
    else problems.push(`precollect.${key}: expected ${setting.expected}, got ${JSON.stringify(value)}`)
  }
  return { settings: settings as unknown as Settings, problems }
}

/** The request that analyses the folder `root` under these settings. */
export function requestFor(root: string, settings: Settings, trusted: boolean): AnalysisRequest {
  const { python, invocation, pytestArgs, select, ignore } = settings
  // A bare name, `python3.12`, is looked up in PATH and not in the folder.
  const isPath = python !== null && /[\\/]/.test(python)
  const env = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== undefined))
  return {
    cwd: root,
    paths: [],
    pytestArgs,
    invocation,
    python: isPath ? join(root, python) : python,
    trusted,
    env: env as Record<string, string>,
    envIsExact: false,
    select,
    ignore,
    confirms: trusted && settings.confirm !== 'off',
  }
}

/** How the folder's findings are confirmed under these settings. */
export function confirmSettingsFor(settings: Settings, request: AnalysisRequest): ConfirmSettings {
  const { confirm: mode, confirmInterval } = settings
  const { trusted, env } = request
  return { mode, intervalMs: confirmInterval * 60_000, trusted, env }
}

export class Configuration {
  readonly trusted: boolean
  private base: Settings

  constructor(
    private readonly connection: Connection,
    private readonly client: Client,
    initializationOptions: unknown,
  ) {
    const options = initializationOptions as { readonly trusted?: unknown } | null | undefined
    this.trusted = options?.trusted === true
    this.base = this.read(initializationOptions, defaults)
  }

  /** Calls back when any setting may have changed. To be called once the client is initialized. */
  listen(onChange: () => void): void {
    if (this.client.registersConfiguration) {
      const section = { section: 'precollect' }
      this.connection.client
        .register(DidChangeConfigurationNotification.type, section)
        .catch(error => this.connection.console.warn(`settings are not followed: ${error.message}`))
    }
    this.connection.onDidChangeConfiguration(({ settings }) => {
      // A client that answers questions sends whatever it likes here; one that doesn't sends the settings.
      if (!this.client.answersConfiguration) this.base = this.read(settings?.precollect, this.base)
      onChange()
    })
  }

  /** The settings of one workspace folder, by its URI. Never rejects. */
  async of(folder: string): Promise<Settings> {
    if (!this.client.answersConfiguration) return this.base
    try {
      const given = await this.connection.workspace.getConfiguration({
        scopeUri: folder,
        section: 'precollect',
      })
      return this.read(given, this.base)
    } catch (error) {
      this.connection.console.warn(`the editor gave no settings: ${(error as Error).message}`)
      return this.base
    }
  }

  private read(given: unknown, base: Settings): Settings {
    const { settings, problems } = readSettings(given, base)
    for (const problem of problems) this.connection.console.warn(problem)
    return settings
  }
}
