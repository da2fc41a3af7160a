/**
 * The plan of a run: pytest's start-up, stage by stage, with nothing executed. The order of the stages is that
 * of `Config.parse`, and a stop of one stage never hides what later stages say.
 */
import type { Environment } from '../environment/environment.ts'
import type { FileSystem } from '../files/file_system.ts'
import { join } from '../files/paths.ts'
import { commandLineArgs } from './addopts.ts'
import { type Arg, indexOptions, type Parsed, parseArgs } from './argparse.ts'
import { type Collected, collect, conftestsIn } from './collect.ts'
import { asList, type IniValue, itemsOf, readIniValue, settingsOf } from './config.ts'
import { confcutdirOf, initialConftests } from './conftests.ts'
import { detectInvocation, programPath, relevantVariables } from './invocation.ts'
import { type PluginMarkers, registeredMarkers } from './markers.ts'
import { expressionStops, selectedMarkers } from './match_expression.ts'
import { givenValues, isGiven, lastValue, optionSettings, optionValues, parseStop } from './options.ts'
import { withoutOverlap } from './overlap.ts'
import type { ConfigWarning, Invocation, Plan, Stop, StopPhase } from './plan.ts'
import { factsOfConftest, type PluginFacts } from './plugin_facts.ts'
import {
  requiredPluginsStop,
  type Settings,
  typeStops,
  valueStops,
  warningFilters,
} from './settings_check.ts'
import { startDjango } from './start_django.ts'
import { decideArgs, resolveStartPoints, type StartPoint, selectionsAmong } from './start_points.ts'
import { type Started, startUp } from './start_up.ts'
import { traceback } from './stop.ts'
import { uncollectableStop } from './uncollectable.ts'
import { pathsAmong, type Registrants, unknownKeys, unknownOptions } from './unregistered.ts'
import { atLeast } from './version.ts'
import { environmentWarningFilters, makesError } from './warning_filters.ts'

export interface PlanRequest {
  /** Where pytest is started, absolute. */
  readonly cwd: string
  /** As given to pytest. */
  readonly args: readonly string[]
  /** null: as the project itself starts pytest. */
  readonly invocation: Invocation['kind'] | null
  readonly env: Readonly<Record<string, string>>
}

/** The rules that are assumed where no pytest is installed. */
const ASSUMED_PYTEST = '9.0.3'

const PHASES: readonly StopPhase[] = [
  'config',
  'plugins',
  'conftests',
  'options',
  'collection',
  'after collection',
]

/** Reads files only through `fs`; never throws on what they hold. */
export function makePlan(fs: FileSystem, environment: Environment, request: PlanRequest): Plan {
  const version = environment.pytestVersion ?? ASSUMED_PYTEST
  const unknown: string[] = []
  if (environment.pytestVersion === null)
    unknown.push(`pytest is not installed here; the rules of ${version} are assumed`)
  else if (!atLeast(version, '7.0'))
    unknown.push(`pytest ${version} is older than 7.0, whose rules are assumed`)
  const choice = request.invocation
    ? { kind: request.invocation, because: 'asked for' }
    : detectInvocation(fs, request.cwd)
  const started = startUp({
    fs,
    environment,
    version,
    kind: choice.kind,
    cwd: request.cwd,
    env: request.env,
    commandLine: commandLineArgs(request.args),
  })
  const invocation = { ...choice, cwd: request.cwd, args: request.args, env: relevantVariables(request.env) }
  return new Planning(fs, environment, invocation, version, started, unknown).plan()
}

/** The conftests that are loaded before collection. */
interface Conftests {
  readonly none: boolean
  readonly confcutdir: string
  readonly initial: readonly string[]
  readonly facts: readonly PluginFacts[]
}

/** The command line as it is read at last, when the options of initial conftests are known too. */
interface CommandLine {
  readonly final: Parsed
  readonly values: Plan['options']
  readonly registrants: Registrants
  readonly starts: readonly StartPoint[]
  /** What pytest says against an argument. */
  readonly refused: Stop | null
}

class Planning {
  private readonly fs: FileSystem
  private readonly environment: Environment
  private readonly invocation: Invocation
  private readonly version: string
  private readonly started: Started
  private readonly settings: Settings
  private readonly filterwarnings: Plan['filterwarnings']
  private readonly stops: Stop[]
  private readonly warnings: ConfigWarning[] = []
  private readonly unknown: string[]

  constructor(
    fs: FileSystem,
    environment: Environment,
    invocation: Invocation,
    version: string,
    started: Started,
    unknown: string[],
  ) {
    this.fs = fs
    this.environment = environment
    this.invocation = invocation
    this.version = version
    this.started = started
    this.settings = { config: started.config, specs: started.iniSpecs }
    this.stops = [...started.stops]
    this.unknown = unknown
    this.filterwarnings = this.checkSettings()
  }

  plan(): Plan {
    const { version, started, invocation } = this
    const { config, parsed, plugins } = started
    const conftests = this.loadConftests()
    const command = this.readCommandLine(conftests)
    const { values } = command
    const doctestModules = values.doctestmodules?.value === true && plugins.active.has('doctest')
    const { roots, unknown } = this.walk(command, conftests, doctestModules)
    this.unknown.push(...unknown)
    this.checkKeys(command, conftests, roots)
    this.note(command.refused, ...expressionStops(command.final, version))
    this.mentionSpecials(values)
    const markers = this.pluginMarkers()
    return {
      invocation,
      pytestVersion: version,
      rootdir: started.rootdir,
      inipath: config.inipath,
      confcutdir: conftests.confcutdir,
      settings: { ...settingsOf(config), ...optionSettings(command.final) },
      importMode: importMode(lastValue(parsed, 'importmode')),
      considerNamespacePackages: this.flag('consider_namespace_packages'),
      pythonpath: this.list('pythonpath'),
      strictMarkers: started.strict.markers,
      strictConfig: started.strict.config,
      markers: registeredMarkers(started.builtinMarkers, config, started.iniSpecs.get('markers'), markers),
      markersOpen: markers
        .filter(({ facts }) => !facts.local && facts.open.has('markers'))
        .map(({ from }) => from),
      selectedMarkers: selectedMarkers(command.final, version),
      filterwarnings: this.filterwarnings,
      options: values,
      argv: [programPath(this.environment, invocation.kind), ...invocation.args],
      plugins: plugins.loads,
      django: startDjango(started, { fs: this.fs, cwd: invocation.cwd, env: invocation.env }),
      noConftest: conftests.none,
      initialConftests: conftests.initial,
      roots,
      selections: selectionsAmong(command.starts),
      pythonFunctions: this.list('python_functions'),
      pythonClasses: this.list('python_classes'),
      doctestModules,
      stops: this.stops.toSorted((a, b) => PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase)),
      warnings: this.warnings,
      unknown: this.unknown,
    }
  }

  private note(...stops: readonly (Stop | null)[]): void {
    this.stops.push(...stops.filter(stop => stop !== null))
  }

  /** Values that stop pytest by themselves; the warning filters in force. */
  private checkSettings(): Plan['filterwarnings'] {
    const { parsed, plugins } = this.started
    if (this.environment.pytestVersion !== null)
      this.note(requiredPluginsStop(this.settings, plugins.distributions))
    this.note(...typeStops(this.settings))
    const pythonWarnings = this.invocation.env.PYTHONWARNINGS ?? ''
    if (!plugins.active.has('warnings')) return environmentWarningFilters(pythonWarnings)
    const given = givenValues(parsed, 'pythonwarnings')
    const { filters, stop } = warningFilters(this.settings, given, pythonWarnings)
    this.note(stop)
    return filters
  }

  private loadConftests(): Conftests {
    const { fs, version, started } = this
    const { parsed, places } = started
    const { cwd } = this.invocation
    const none = isGiven(parsed, 'noconftest')
    const confcutdir = confcutdirOf(
      version,
      cwd,
      lastValue(parsed, 'confcutdir'),
      started.config.inipath,
      started.rootdir,
    )
    // Up to 8.4 only the first run of paths counts here: argparse has not yet sorted out the others.
    const words = atLeast(version, '9.0') ? parsed.rest : parsed.positionals
    const args = this.decide(
      parsed,
      pathsAmong(words, new Set(), () => true),
    ).map(({ text }) => text)
    const initial = initialConftests({ fs, cwd, confcutdir, noConftest: none, args })
    return { none, confcutdir, initial, facts: initial.map(path => factsOfConftest(places, path)) }
  }

  private readCommandLine(conftests: Conftests): CommandLine {
    const { fs, version, started } = this
    const { places, plugins, rootdir } = started
    const { cwd, kind } = this.invocation
    const options = [...started.options, ...conftests.facts.flatMap(facts => facts.options)]
    const final = parseArgs(started.args, indexOptions(options), { fs, cwd })
    const context = { version, kind, source: null, setup: { rootdir, inipath: started.config.inipath } }
    if (!started.parsed.error) this.note(parseStop(final, context, 'options'))
    const registrants: Registrants = { fs, facts: [...started.pluginFacts, ...conftests.facts] }
    const { stop, doubtful, unknown } = unknownOptions(final, context, registrants)
    this.note(stop)
    const why = 'may be an option of a plugin or conftest whose source does not tell; it may take a value'
    this.unknown.push(...[...doubtful].map(option => `${option} ${why}`))

    const values = optionValues(options, final.uses)
    this.note(...valueStops(this.settings, values))
    const paths = pathsAmong(final.rest, unknown, word => fs.stat(join(cwd, word.split('::')[0]!)) !== null)
    const resolved = resolveStartPoints(this.decide(final, paths, true), {
      places,
      cwd,
      pyargs: values.pyargs?.value === true,
      namespacePackages: this.flag('consider_namespace_packages'),
    })
    const keep = values.keepduplicates?.value === true
    const starts = withoutOverlap(resolved.starts, version, keep, conftests.confcutdir)
    const collectors = { places, rootdir, loads: plugins.loads, initialConftests: conftests.initial }
    return {
      final,
      values,
      registrants,
      starts,
      refused: resolved.stop ?? uncollectableStop(starts, collectors),
    }
  }

  /** The arguments in force; `warn`: this is the last time that pytest looks for them. */
  private decide(parsed: Parsed, paths: readonly Arg[], warn = false): readonly Arg[] {
    const { args, unmatched } = decideArgs({
      fs: this.fs,
      cwd: this.invocation.cwd,
      rootdir: this.started.rootdir,
      paths,
      pyargs: isGiven(parsed, 'pyargs'),
      testpaths: itemsOf(this.read('testpaths')),
    })
    if (unmatched && warn) this.unmatchedTestpaths()
    return args
  }

  private unmatchedTestpaths(): void {
    const message =
      'No files were found in testpaths; consider removing or adjusting your testpaths configuration. ' +
      'Searching recursively from the current directory instead.'
    const read = this.read('testpaths')
    const span = read.entry?.written?.span ?? null
    const place = { span, subject: asList(read.value).join(' '), rule: 'unmatched-testpath' }
    if (!makesError(this.filterwarnings, this.version, message)) this.warnings.push({ ...place, message })
    else this.note(traceback('PytestConfigWarning', message, { ...place, phase: 'options' }))
  }

  private walk(
    { final, values, starts }: CommandLine,
    conftests: Conftests,
    doctestModules: boolean,
  ): Collected {
    const { cwd } = this.invocation
    const absolute = (dest: string): string[] => givenValues(final, dest).map(({ text }) => join(cwd, text))
    return collect(this.fs, starts, {
      version: this.version,
      windows: this.environment.platform === 'win32',
      pythonModules: this.started.plugins.active.has('python'),
      doctestModules,
      pythonFiles: this.list('python_files'),
      norecursedirs: this.list('norecursedirs'),
      ignore: new Set(absolute('ignore')),
      ignoreGlobs: absolute('ignore_glob'),
      collectInVirtualenv: values.collect_in_virtualenv?.value === true,
      noConftest: conftests.none,
      confcutdir: conftests.confcutdir,
      initialConftests: new Set(conftests.initial),
    })
  }

  private checkKeys({ registrants, refused }: CommandLine, conftests: Conftests, roots: Plan['roots']): void {
    const { config, iniSpecs, strict } = this.started
    const known = [...iniSpecs.values(), ...conftests.facts.flatMap(({ ini }) => ini)]
    const { warnings, stop } = unknownKeys(config, known, registrants, {
      lateConftests: [...conftestsIn(roots)],
      strict: strict.config,
      filters: this.filterwarnings,
      phase: refused ? 'collection' : 'after collection',
    })
    this.warnings.push(...warnings)
    this.note(stop)
  }

  /** Options under which pytest does something else than collect everything. */
  private mentionSpecials(values: Plan['options']): void {
    const on = (dest: string): boolean => Boolean(values[dest]?.value)
    if (on('help') || on('version') || on('markers'))
      this.unknown.push('pytest would only print information and not collect')
    if (on('lf')) this.unknown.push('--lf leaves out files by the results of the last run')
  }

  private pluginMarkers(): PluginMarkers[] {
    const { plugins, pluginFacts } = this.started
    return pluginFacts.map((facts, index) => {
      const load = plugins.loads[index]
      return {
        from: load ? `plugin ${load.distribution ?? load.name}` : 'plugins that may be installed',
        facts,
      }
    })
  }

  private read(name: string): IniValue {
    const spec = this.started.iniSpecs.get(name) ?? { name, type: 'string', default: null }
    return readIniValue(this.started.config, spec)
  }

  private list(name: string): readonly string[] {
    return asList(this.read(name).value)
  }

  private flag(name: string): boolean {
    return this.started.iniSpecs.has(name) && this.read(name).value === true
  }
}

function importMode(given: string | null): Plan['importMode'] {
  return given === 'append' || given === 'importlib' ? given : 'prepend'
}
