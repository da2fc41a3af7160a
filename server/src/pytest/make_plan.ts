/**
 * The plan of a run: pytest's start-up, stage by stage, with nothing executed. The order of the stages is that
 * of `Config.parse`, and a stop of one stage never hides what later stages say.
 */
import type { Environment } from '../environment/environment.ts'
import type { FileSystem } from '../files/file_system.ts'
import { dirname, join } from '../files/paths.ts'
import { commandLineArgs } from './addopts.ts'
import { type Arg, indexOptions, type Parsed, parseArgs } from './argparse.ts'
import { collect } from './collect.ts'
import { asList, type IniValue, itemsOf, readIniValue, settingsOf } from './config.ts'
import { initialConftests } from './conftests.ts'
import { detectInvocation, programPath, relevantVariables } from './invocation.ts'
import { type PluginMarkers, registeredMarkers } from './markers.ts'
import { expressionStop } from './match_expression.ts'
import { givenValues, isGiven, lastValue, optionSettings, optionValues } from './options.ts'
import { withoutOverlap } from './overlap.ts'
import type { CollectNode, ConfigWarning, Invocation, Plan, Stop, StopPhase } from './plan.ts'
import { factsOfConftest } from './plugin_facts.ts'
import {
  requiredPluginsStop,
  type Settings,
  typeStops,
  valueStops,
  warningFilters,
} from './settings_check.ts'
import { type Decided, decideArgs, resolveStartPoints } from './start_points.ts'
import { type Started, startUp } from './start_up.ts'
import { traceback } from './stop.ts'
import { uncollectableStop } from './uncollectable.ts'
import { type Registrants, unknownKeys, unknownOptions } from './unregistered.ts'
import { atLeast } from './version.ts'
import { makesError } from './warning_filters.ts'

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

/** What the later steps of planning share. */
class Planning {
  private readonly fs: FileSystem
  private readonly environment: Environment
  private readonly invocation: Invocation
  private readonly version: string
  private readonly started: Started
  private readonly unknown: string[]
  private readonly stops: Stop[]
  private readonly warnings: ConfigWarning[] = []
  private readonly settings: Settings

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
    this.unknown = unknown
    this.stops = [...started.stops]
    this.settings = { config: started.config, specs: started.iniSpecs }
  }

  plan(): Plan {
    const { version, started, invocation } = this
    const { config, parsed, plugins, places } = started
    const filterwarnings = this.checkSettings()
    const confcutdir = this.confcutdir()
    const noConftest = isGiven(parsed, 'noconftest')
    const conftests = this.initialConftests(confcutdir, noConftest)
    const conftestFacts = conftests.map(path => factsOfConftest(places, path))

    // The last parse: now the options of initial conftests are known too.
    const options = [...started.options, ...conftestFacts.flatMap(facts => facts.options)]
    const final = parseArgs(started.args, indexOptions(options), { fs: this.fs, cwd: invocation.cwd })
    const values = optionValues(options, final.uses)
    this.stops.push(...valueStops(this.settings, values))
    const decided = this.decide(final, final.rest)
    if (decided.unmatched) this.unmatchedTestpaths(filterwarnings)
    const resolved = resolveStartPoints(decided.args, {
      places,
      cwd: invocation.cwd,
      pyargs: values.pyargs?.value === true,
      namespacePackages: this.flag('consider_namespace_packages'),
    })
    const doctestModules = values.doctestmodules?.value === true && plugins.active.has('doctest')
    const rules = { ...this.collectRules(final, values), doctestModules, noConftest, confcutdir }
    const starts = withoutOverlap(resolved.starts, version, values.keepduplicates?.value === true, confcutdir)
    const { roots, unknown } = collect(this.fs, starts, {
      ...rules,
      initialConftests: new Set(conftests),
    })
    this.unknown.push(...unknown)

    const registrants: Registrants = {
      fs: this.fs,
      facts: [...started.pluginFacts, ...conftestFacts],
      lateConftests: [...conftestsIn(roots)],
    }
    this.checkOptions(final, registrants)
    const known = [...started.iniSpecs.values(), ...conftestFacts.flatMap(({ ini }) => ini)]
    const refused =
      resolved.stop ??
      uncollectableStop(starts, {
        places,
        rootdir: started.rootdir,
        loads: plugins.loads,
        initialConftests: conftests,
      })
    const phase = refused ? 'collection' : 'after collection'
    const keys = unknownKeys(config, known, registrants, {
      strict: started.strict.config,
      filters: filterwarnings,
      phase,
    })
    this.warnings.push(...keys.warnings)
    this.note(keys.stop, refused, ...this.expressionStops(final))
    this.mentionSpecials(values)
    const markers = this.pluginMarkers()
    return {
      invocation,
      pytestVersion: version,
      rootdir: started.rootdir,
      inipath: config.inipath,
      confcutdir,
      settings: { ...settingsOf(config), ...optionSettings(final) },
      importMode: importMode(lastValue(parsed, 'importmode')),
      considerNamespacePackages: this.flag('consider_namespace_packages'),
      pythonpath: this.list('pythonpath'),
      strictMarkers: started.strict.markers,
      strictConfig: started.strict.config,
      markers: registeredMarkers(started.builtinMarkers, config, started.iniSpecs.get('markers'), markers),
      markersOpen: markers
        .filter(({ facts }) => !facts.local && facts.open.has('markers'))
        .map(({ from }) => from),
      filterwarnings,
      options: values,
      argv: [programPath(this.environment, invocation.kind), ...invocation.args],
      plugins: plugins.loads,
      noConftest,
      initialConftests: conftests,
      roots,
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
    if (!plugins.active.has('warnings')) return []
    const { filters, stop } = warningFilters(this.settings, givenValues(parsed, 'pythonwarnings'))
    this.note(stop)
    return filters
  }

  /** Up to 8.4 only the first run of paths counts here: argparse has not yet sorted out the others. */
  private initialConftests(confcutdir: string, noConftest: boolean): string[] {
    const { parsed } = this.started
    const { cwd } = this.invocation
    const { args } = this.decide(parsed, atLeast(this.version, '9.0') ? parsed.rest : parsed.positionals)
    return initialConftests({ fs: this.fs, cwd, confcutdir, noConftest, args: args.map(({ text }) => text) })
  }

  private decide(parsed: Parsed, words: Parsed['rest']): Decided {
    return decideArgs({
      fs: this.fs,
      cwd: this.invocation.cwd,
      rootdir: this.started.rootdir,
      paths: words.filter(({ text }) => !text.startsWith('-')),
      pyargs: isGiven(parsed, 'pyargs'),
      testpaths: itemsOf(this.read('testpaths')),
    })
  }

  /** `--confcutdir`, else the folder of the configuration file, else the root; before 7.4 only the first two. */
  private confcutdir(): string {
    const { config, rootdir, parsed } = this.started
    const given = lastValue(parsed, 'confcutdir')
    if (given) return join(this.invocation.cwd, given)
    if (config.inipath !== null) return dirname(config.inipath)
    return atLeast(this.version, '7.4') ? rootdir : '/'
  }

  private collectRules(final: Parsed, values: Plan['options']) {
    const absolute = (dest: string): string[] =>
      givenValues(final, dest).map(({ text }) => join(this.invocation.cwd, text))
    return {
      version: this.version,
      windows: this.environment.platform === 'win32',
      pythonModules: this.started.plugins.active.has('python'),
      pythonFiles: this.list('python_files'),
      norecursedirs: this.list('norecursedirs'),
      ignore: new Set(absolute('ignore')),
      ignoreGlobs: absolute('ignore_glob'),
      collectInVirtualenv: values.collect_in_virtualenv?.value === true,
    }
  }

  private unmatchedTestpaths(filters: Plan['filterwarnings']): void {
    const message =
      'No files were found in testpaths; consider removing or adjusting your testpaths configuration. ' +
      'Searching recursively from the current directory instead.'
    const read = this.read('testpaths')
    const place = {
      span: read.entry?.written?.span ?? null,
      subject: asList(read.value).join(' '),
      rule: 'unmatched-testpath',
    }
    if (!makesError(filters, this.version, message)) this.warnings.push({ ...place, message })
    else this.note(traceback('PytestConfigWarning', message, { ...place, phase: 'options' }))
  }

  private checkOptions(final: Parsed, registrants: Registrants): void {
    const { config, rootdir } = this.started
    const setup = { rootdir, inipath: config.inipath }
    const context = { version: this.version, kind: this.invocation.kind, source: null, setup }
    const { stop, doubtful } = unknownOptions(final, context, registrants)
    this.note(stop)
    const why = 'may be an option of a plugin or conftest whose source does not tell; it may take a value'
    this.unknown.push(...doubtful.map(option => `${option} ${why}`))
  }

  /** `-k` and `-m` are read when all items are there. */
  private expressionStops(final: Parsed): (Stop | null)[] {
    const last = (dest: string): Arg | undefined => givenValues(final, dest).at(-1)
    const [keyword, mark] = [last('keyword'), last('markexpr')]
    return [
      keyword ? expressionStop('-k', keyword, this.version) : null,
      mark ? expressionStop('-m', mark, this.version) : null,
    ]
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

function* conftestsIn(nodes: readonly CollectNode[]): Generator<string> {
  for (const node of nodes) {
    if (node.kind === 'module') continue
    if (node.conftest !== null) yield node.conftest
    yield* conftestsIn(node.children)
  }
}
