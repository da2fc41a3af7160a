/**
 * pytest's start-up until the first conftest: arguments, root, configuration file, plugins. It parses the
 * arguments several times, as pytest does, with more options known each time. What follows is `make_plan.ts`.
 */
import type { Environment } from '../environment/environment.ts'
import type { FileSystem } from '../files/file_system.ts'
import { configuredArgs, environmentArgs, expandFiles } from './addopts.ts'
import { type Arg, indexOptions, type Parsed, parseArgs } from './argparse.ts'
import { asList, type Config, readIniValue, readOverrides, withOverrides } from './config.ts'
import { lastValue, overridesIn, parseStop, type UsageContext, usageMessage } from './options.ts'
import type { Invocation, Stop } from './plan.ts'
import { anyPlugin, factsOfPlugin, type Places, type PluginFacts } from './plugin_facts.ts'
import { earlyPlugins, type LoadedPlugins, loadedPlugins } from './plugins.ts'
import { determineSetup, type Setup } from './rootdir.ts'
import { minversionStop } from './settings_check.ts'
import { usageError } from './stop.ts'
import { builtinRegistered, type IniSpec, type OptionSpec } from './tables.ts'
import { atLeast } from './version.ts'

export interface StartUpRequest {
  readonly fs: FileSystem
  readonly environment: Environment
  readonly version: string
  readonly kind: Invocation['kind']
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly commandLine: readonly Arg[]
}

export interface Started {
  readonly rootdir: string
  readonly config: Config
  /** All arguments in force: addopts, PYTEST_ADDOPTS, command line. */
  readonly args: readonly Arg[]
  /** The arguments, with the options of pytest and its plugins known, those of conftests not yet. */
  readonly parsed: Parsed
  readonly options: readonly OptionSpec[]
  readonly iniSpecs: ReadonlyMap<string, IniSpec>
  readonly plugins: LoadedPlugins
  /** For each of `plugins.loads`; one more stands for all that is not known without an environment. */
  readonly pluginFacts: readonly PluginFacts[]
  readonly builtinMarkers: readonly string[]
  readonly places: Places
  readonly strict: { readonly markers: boolean; readonly config: boolean }
  readonly stops: readonly Stop[]
}

export function startUp(request: StartUpRequest): Started {
  return new StartUp(request).run()
}

class StartUp {
  private readonly request: StartUpRequest
  private readonly stops: Stop[] = []

  constructor(request: StartUpRequest) {
    this.request = request
  }

  run(): Started {
    const { version, env, commandLine } = this.request
    const early = earlyPlugins(this.request)
    const core = builtinRegistered(version, early.builtin)
    const specs = byName(core.ini)

    const fromEnv = environmentArgs(env)
    this.note(fromEnv.stop)
    this.parse(fromEnv.args, core.options, 'via PYTEST_ADDOPTS', null)
    const given = [...fromEnv.args, ...commandLine]
    const first = this.parse(given, core.options, null, null)
    const { setup, config: bare } = this.configure(first)

    const addopts = configuredArgs(bare, specs.get('addopts')!)
    this.note(addopts.stop)
    this.parse(addopts.args, core.options, 'via addopts config', setup)
    const args = this.expand([...addopts.args, ...given], setup)
    const second = this.parse(args, core.options, null, setup)
    // From 9.1 on overrides within addopts count, and with them `--strict-markers` there.
    const config = atLeast(version, '9.1')
      ? withOverrides(bare, readOverrides(overridesIn(second)).entries)
      : bare
    this.note(minversionStop({ config, specs }))

    const plugins = loadedPlugins(this.request, early, args)
    this.note(plugins.stop)
    const places = this.places(config, specs)
    const known = plugins.loads.map(({ module, distribution }) => this.facts(places, module, distribution))
    const pluginFacts = this.request.environment.pytestVersion === null ? [...known, anyPlugin()] : known
    const all = builtinRegistered(version, plugins.builtin)
    const options = [...all.options, ...pluginFacts.flatMap(facts => facts.options)]
    const iniSpecs = byName([...all.ini, ...pluginFacts.flatMap(facts => facts.ini)])
    const parsed = this.parse(args, options, null, setup)
    return {
      rootdir: setup.rootdir,
      config,
      args,
      parsed,
      options,
      iniSpecs,
      plugins,
      pluginFacts,
      builtinMarkers: builtinRegistered(version, plugins.active).markers,
      places,
      strict: this.strictness(config, iniSpecs, parsed),
      stops: this.stops,
    }
  }

  private parse(
    args: readonly Arg[],
    options: readonly OptionSpec[],
    source: string | null,
    setup: Setup | null,
  ): Parsed {
    const parsed = parseArgs(this.expand(args, setup), indexOptions(options), this.request)
    this.note(parseStop(parsed, this.usage(source, setup), 'config'))
    return parsed
  }

  private expand(args: readonly Arg[], setup: Setup | null): readonly Arg[] {
    const { fs, cwd, version } = this.request
    const expanded = expandFiles(fs, cwd, version, args)
    if (expanded.error !== null) {
      const message = usageMessage(expanded.error, this.usage(null, setup))
      this.note(usageError(message, { phase: 'config', span: null, subject: '@file' }))
    }
    return expanded.args
  }

  private usage(source: string | null, setup: Setup | null): UsageContext {
    return { version: this.request.version, kind: this.request.kind, source, setup }
  }

  /** Root and configuration file, with the overrides that are known before addopts is read. */
  private configure(first: Parsed): { setup: Setup; config: Config } {
    const { fs, version, cwd, env } = this.request
    const { stop, ...setup } = determineSetup(fs, {
      version,
      cwd,
      env,
      configFile: lastValue(first, 'inifilename'),
      rootdir: lastValue(first, 'rootdir'),
      paths: first.rest.map(({ text }) => text).filter(text => !text.startsWith('-')),
    })
    this.note(stop)
    const overrides = readOverrides(overridesIn(first))
    if (overrides.malformed) {
      const message = `-o/--override-ini expects option=value style (got: '${overrides.malformed.text}').`
      this.note(usageError(message, { phase: 'config', span: overrides.malformed.span, subject: '-o' }))
    }
    const config: Config = { version, cwd, inipath: setup.inipath, entries: setup.entries }
    return { setup, config: withOverrides(config, overrides.entries) }
  }

  private places(config: Config, specs: ReadonlyMap<string, IniSpec>): Places {
    const { fs, environment, version, kind, cwd, env } = this.request
    const spec = specs.get('pythonpath')
    const pythonpath = spec ? asList(readIniValue(config, spec).value) : []
    const ownFolder = kind === 'python -m pytest' && !env.PYTHONSAFEPATH ? [cwd] : []
    const searchPath = [...pythonpath, ...ownFolder, ...environment.sysPath]
    return { fs, environment, pytestVersion: version, searchPath }
  }

  private facts(places: Places, module: string, distribution: string | null): PluginFacts {
    const point = this.request.environment.pytestPlugins.find(plugin => plugin.module === module)
    const known = distribution !== null && point ? { name: distribution, version: point.version } : null
    return factsOfPlugin(places, module, known)
  }

  /** `--strict-markers`, `--strict-config` and, from 9.0 on, the keys of the same names with `strict` behind. */
  private strictness(config: Config, specs: ReadonlyMap<string, IniSpec>, parsed: Parsed): Started['strict'] {
    const flag = (dest: string): boolean => parsed.uses.some(({ spec }) => spec.dest === dest)
    const key = (name: string): boolean | null => {
      const spec = specs.get(name)
      const value = spec ? readIniValue(config, spec).value : null
      return typeof value === 'boolean' ? value : null
    }
    if (!atLeast(config.version, '9.0')) {
      return { markers: flag('strict_markers') || flag('strict'), config: flag('strict_config') }
    }
    const strict = key('strict') ?? false
    return { markers: key('strict_markers') ?? strict, config: key('strict_config') ?? strict }
  }

  /** Parsing the same arguments again finds the same fault again: it is noted once. */
  private note(stop: Stop | null): void {
    if (stop && !this.stops.some(known => known.subject === stop.subject && known.span === stop.span))
      this.stops.push(stop)
  }
}

function byName(specs: readonly IniSpec[]): Map<string, IniSpec> {
  return new Map(specs.map(spec => [spec.name, spec]))
}
