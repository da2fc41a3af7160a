/**
 * Which plugins are loaded before the first conftest, in pytest's order: its own, `-p` in the order given,
 * entry points, `PYTEST_PLUGINS`. Follows `PytestPluginManager.consider_preparse` and `Config.parse`. A plugin
 * that cannot be imported is still listed: what its import does is `simulate`'s question.
 */
import type { Environment } from '../environment/environment.ts'
import type { Arg } from './argparse.ts'
import type { PluginLoad, Stop } from './plan.ts'
import { usageError } from './stop.ts'
import { builtinPlugins } from './tables.ts'
import { atLeast } from './version.ts'

export interface PluginRequest {
  readonly version: string
  readonly environment: Environment
  readonly env: Readonly<Record<string, string>>
  /** Arguments of the command line alone: `-p no:NAME` there keeps a built-in plugin from being loaded at all. */
  readonly commandLine: readonly Arg[]
}

/** What holds before any configuration file is read. */
export interface EarlyPlugins {
  /** Built-in plugins whose options and keys are registered. */
  readonly builtin: ReadonlySet<string>
  readonly blocked: ReadonlySet<string>
  readonly stop: Stop | null
}

export interface LoadedPlugins extends EarlyPlugins {
  /** In load order, without those that pytest always loads. */
  readonly loads: readonly PluginLoad[]
  /** Built-in plugins that are still in force: `-p no:NAME` in addopts takes one out after it registered. */
  readonly active: ReadonlySet<string>
  /** Distributions of the entry points that were loaded: name -> version. */
  readonly distributions: ReadonlyMap<string, string>
}

/** pytest's own plugins, less those blocked on the command line. */
export function earlyPlugins({ version, commandLine }: PluginRequest): EarlyPlugins {
  const blocked = new Set<string>()
  let stop: Stop | null = null
  for (const { name, arg } of pluginArguments(commandLine)) {
    if (!name.startsWith('no:')) continue
    stop ??= refusal(version, name.slice(3), arg)
    block(blocked, name.slice(3))
  }
  const builtin = builtinPlugins(version)
    .filter(plugin => plugin.loaded && !blocked.has(plugin.name))
    .map(plugin => plugin.name)
  return { builtin: new Set(builtin), blocked, stop }
}

/** All plugins; `args` are all arguments, those of addopts first. */
export function loadedPlugins(
  request: PluginRequest,
  early: EarlyPlugins,
  args: readonly Arg[],
): LoadedPlugins {
  return new Loading(request, early).run(args)
}

class Loading {
  private readonly request: PluginRequest
  private readonly blocked: Set<string>
  private readonly builtin: Set<string>
  /** Names under which something is registered. */
  private readonly registered: Set<string>
  private readonly loads: PluginLoad[] = []
  private readonly distributions = new Map<string, string>()
  private stop: Stop | null

  constructor(request: PluginRequest, early: EarlyPlugins) {
    this.request = request
    this.blocked = new Set(early.blocked)
    this.builtin = new Set(early.builtin)
    this.registered = new Set(early.builtin)
    this.stop = early.stop
  }

  run(args: readonly Arg[]): LoadedPlugins {
    for (const { name, arg } of pluginArguments(args)) {
      if (name.startsWith('no:')) this.block(name.slice(3), arg)
      else {
        for (const unblocked of [name, `pytest_${name}`]) this.blocked.delete(unblocked)
        this.import(name, '-p', arg)
      }
    }
    if (!this.autoloadDisabled(args)) this.autoload()
    for (const name of this.request.env.PYTEST_PLUGINS?.split(',') ?? []) {
      if (name !== '') this.import(name, 'PYTEST_PLUGINS', null)
    }
    const active = new Set([...this.builtin].filter(name => !this.blocked.has(name)))
    const { builtin, blocked, stop, loads, distributions } = this
    return { builtin, blocked, stop, loads, active, distributions }
  }

  private block(name: string, arg: Arg): void {
    this.stop ??= refusal(this.request.version, name, arg)
    block(this.blocked, name)
  }

  /** `PluginManager.import_plugin`: an entry point of that name goes before a module. */
  private import(name: string, how: PluginLoad['how'], arg: Arg | null): void {
    if (this.blocked.has(name) || this.registered.has(name)) return
    const point = this.request.environment.pytestPlugins.find(plugin => plugin.name === name)
    const ownPlugin = builtinPlugins(this.request.version).some(plugin => plugin.name === name)
    if (ownPlugin) this.builtin.add(name)
    const module = point?.module ?? (ownPlugin ? `_pytest.${name}` : name)
    this.add(
      { module, how, span: arg?.span ?? null, distribution: point?.distribution ?? null, name },
      point?.version,
    )
  }

  private autoload(): void {
    for (const { name, module, distribution, version } of this.request.environment.pytestPlugins) {
      if (this.blocked.has(name) || this.registered.has(name)) continue
      this.add({ module, how: 'entry point', span: null, distribution, name }, version)
    }
  }

  private add(load: PluginLoad, version: string | undefined): void {
    this.registered.add(load.name)
    if (load.distribution !== null) this.distributions.set(load.distribution, version ?? '')
    this.loads.push(load)
  }

  private autoloadDisabled(args: readonly Arg[]): boolean {
    const { env, version } = this.request
    if (env.PYTEST_DISABLE_PLUGIN_AUTOLOAD) return true
    return atLeast(version, '8.4') && args.some(({ text }) => text === '--disable-plugin-autoload')
  }
}

/** `consider_preparse`: '-p NAME' and '-pNAME', wherever they stand. */
function* pluginArguments(args: readonly Arg[]): Generator<{ name: string; arg: Arg }> {
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!
    if (arg.text === '-p') {
      const value = args[++at]
      if (value) yield { name: value.text.trim(), arg: value }
    } else if (arg.text.startsWith('-p')) yield { name: arg.text.slice(2).trim(), arg }
  }
}

function block(blocked: Set<string>, name: string): void {
  const names = name === 'cacheprovider' ? [name, 'stepwise'] : [name]
  for (const each of names) {
    blocked.add(each)
    if (!each.startsWith('pytest_')) blocked.add(`pytest_${each}`)
  }
}

function refusal(version: string, name: string, { span }: Arg): Stop | null {
  const place = { phase: 'plugins', span, subject: `no:${name}` } as const
  if (builtinPlugins(version).some(plugin => plugin.essential && plugin.name === name)) {
    return usageError(`plugin ${name} cannot be disabled`, place)
  }
  if (!name.endsWith('conftest.py') || !atLeast(version, '9.0.3')) return null
  const message =
    `Blocking conftest files using -p is not supported: -p no:${name}\n` +
    'conftest.py files are not plugins and cannot be disabled via -p.\n'
  return usageError(message, place)
}
