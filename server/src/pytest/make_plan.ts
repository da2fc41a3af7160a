/**
 * The plan of a run: pytest's start-up, stage by stage, with nothing executed. The order of the stages is that
 * of `Config.parse`, and a stop of one stage never hides what later stages say.
 */
import type { Environment } from '../environment/environment.ts'
import type { FileSystem } from '../files/file_system.ts'
import { dirname, join } from '../files/paths.ts'
import { commandLineArgs } from './addopts.ts'
import { indexOptions, type Parsed, parseArgs } from './argparse.ts'
import { collect, modulesIn } from './collect.ts'
import { asList, type Config, itemsOf, readIniValue, settingsOf } from './config.ts'
import { initialConftests } from './conftests.ts'
import { detectInvocation } from './invocation.ts'
import { registeredMarkers } from './markers.ts'
import { givenValues, lastValue, optionSettings, optionValues } from './options.ts'
import type { CollectNode, ConfigWarning, Invocation, Plan, Stop, StopPhase } from './plan.ts'
import { factsOfConftest, type PluginFacts } from './plugin_facts.ts'
import {
  requiredPluginsStop,
  type Settings,
  typeStops,
  valueStops,
  warningFilters,
} from './settings_check.ts'
import { decideArgs, resolveStartPoints } from './start_points.ts'
import { type Started, startUp } from './start_up.ts'
import { traceback } from './stop.ts'
import type { IniSpec } from './tables.ts'
import { type Registrants, unknownKeys, unknownOptions } from './unregistered.ts'
import { atLeast } from './version.ts'
import { fromCommandLine, makesError } from './warning_filters.ts'

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
  const invocation = { ...choice, cwd: request.cwd, args: request.args, env: relevant(request.env) }
  return new Planning(fs, environment, invocation, version, started, unknown).plan()
}

/** The variables that pytest and Python read. */
function relevant(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => /^(?:PYTEST_|PYTHON|PY_)/.test(name)))
}

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
    const { version, started, settings } = this
    const { config, parsed, plugins } = started
    const { cwd } = this.invocation
    const required = requiredPluginsStop(settings, plugins.distributions)
    if (required && this.environment.pytestVersion !== null) this.stops.push(required)
    this.stops.push(...typeStops(settings))

    const warningsActive = plugins.active.has('warnings')
    const filters = warningFilters(settings, givenValues(parsed, 'pythonwarnings'), fromCommandLine)
    if (filters.stop && warningsActive) this.stops.push(filters.stop)
    const filterwarnings = warningsActive ? filters.filters : []

    const confcutdir = this.confcutdir(parsed)
    const noConftest = parsed.uses.some(({ spec }) => spec.dest === 'noconftest')
    const early = this.decide(parsed, atLeast(version, '9.0') ? parsed.rest : parsed.positionals)
    const conftests = initialConftests({
      fs: this.fs,
      cwd,
      confcutdir,
      noConftest,
      args: early.args.map(arg => arg.text),
    })

    const conftestFacts = conftests.map(path => factsOfConftest(started.places, path))
    const options = [...started.options, ...conftestFacts.flatMap(facts => facts.options)]
    const final = parseArgs(started.args, indexOptions(options), { fs: this.fs, cwd })
    const values = optionValues(options, final.uses)
    const decided = this.decide(final, final.rest)
    if (decided.unmatched) this.unmatchedTestpaths(filterwarnings)
    this.stops.push(...valueStops(settings, values))

    const pyargs = values.pyargs?.value === true
    const resolved = resolveStartPoints(decided.args, {
      places: started.places,
      cwd,
      pyargs,
      keepDuplicates: values.keepduplicates?.value === true,
      namespacePackages: this.flag('consider_namespace_packages'),
    })
    if (resolved.stop) this.stops.push(resolved.stop)
    const doctestModules = values.doctestmodules?.value === true && plugins.active.has('doctest')
    const { roots, unknown } = collect(this.fs, resolved.starts, {
      version,
      windows: this.environment.platform === 'win32',
      pythonModules: plugins.active.has('python'),
      doctestModules,
      pythonFiles: this.list('python_files'),
      norecursedirs: this.list('norecursedirs'),
      ignore: new Set(givenValues(final, 'ignore').map(({ text }) => join(cwd, text))),
      ignoreGlobs: givenValues(final, 'ignore_glob').map(({ text }) => join(cwd, text)),
      collectInVirtualenv: values.collect_in_virtualenv?.value === true,
      noConftest,
      confcutdir,
      initialConftests: new Set(conftests),
    })
    this.unknown.push(...unknown)
    const registrants: Registrants = {
      fs: this.fs,
      facts: [...started.pluginFacts, ...conftestFacts],
      lateConftests: [...conftestsIn(roots)],
    }
    this.judgeUnknown(
      final,
      registrants,
      [...started.iniSpecs.values(), ...conftestFacts.flatMap(({ ini }) => ini)],
      filterwarnings,
    )
    this.mentionSpecials(values, roots)
    return {
      invocation: this.invocation,
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
      markers: registeredMarkers(started.builtinMarkers, config, this.spec('markers'), this.pluginMarkers()),
      markersOpen: this.pluginMarkers()
        .filter(({ facts }) => !facts.local && facts.open.has('markers'))
        .map(({ from }) => from),
      filterwarnings,
      options: values,
      argv: [this.program(), ...this.invocation.args],
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

  private decide(parsed: Parsed, words: Parsed['rest']) {
    return decideArgs({
      fs: this.fs,
      cwd: this.invocation.cwd,
      rootdir: this.started.rootdir,
      paths: words.filter(({ text }) => !text.startsWith('-')),
      pyargs: parsed.uses.some(({ spec }) => spec.dest === 'pyargs'),
      testpaths: itemsOf(this.read('testpaths')),
    })
  }

  /** `--confcutdir`, else the folder of the configuration file, else the root; before 7.4 only the first two. */
  private confcutdir(parsed: Parsed): string {
    const given = lastValue(parsed, 'confcutdir')
    if (given) return join(this.invocation.cwd, given)
    const { config, rootdir } = this.started
    if (config.inipath !== null) return dirname(config.inipath)
    return atLeast(this.version, '7.4') ? rootdir : '/'
  }

  private unmatchedTestpaths(filters: Plan['filterwarnings']): void {
    const message =
      'No files were found in testpaths; consider removing or adjusting your testpaths configuration. ' +
      'Searching recursively from the current directory instead.'
    const read = this.read('testpaths')
    const span = read.entry?.written?.span ?? null
    const subject = asList(read.value).join(' ')
    if (makesError(filters, this.version, message)) {
      this.stops.push(traceback('PytestConfigWarning', message, { phase: 'options', span, subject }))
    } else this.warnings.push({ rule: 'unmatched-testpath', message, span, subject })
  }

  private judgeUnknown(
    final: Parsed,
    registrants: Registrants,
    known: readonly IniSpec[],
    filters: Plan['filterwarnings'],
  ): void {
    const { config, rootdir, strict } = this.started
    const { kind } = this.invocation
    const setup = { rootdir, inipath: config.inipath }
    const options = unknownOptions(final, { version: this.version, kind, source: null, setup }, registrants)
    if (options.stop) this.stops.push(options.stop)
    for (const option of options.doubtful) {
      this.unknown.push(
        `${option} may be an option of a plugin or conftest whose source does not tell; it may take a value`,
      )
    }
    const keys = unknownKeys(config, known, registrants, strict.config, filters)
    this.warnings.push(...keys.warnings)
    if (keys.stop) this.stops.push(keys.stop)
  }

  /** Options under which pytest does something else than collect everything. */
  private mentionSpecials(values: Plan['options'], roots: readonly CollectNode[]): void {
    const on = (dest: string): boolean => Boolean(values[dest]?.value)
    if (on('help') || on('version') || on('markers'))
      this.unknown.push('pytest would only print information and not collect')
    if (on('lf')) this.unknown.push('--lf leaves out files by the results of the last run')
    const given = this.started.parsed.rest.some(
      ({ text }) => /\.\w+$/.test(text) && !/\.(?:py|txt|rst)$/.test(text),
    )
    if (given && modulesIn(roots).next().done)
      this.unknown.push('a plugin may collect a file that is not Python')
  }

  private pluginMarkers(): { from: string; facts: PluginFacts }[] {
    const { plugins, pluginFacts } = this.started
    return plugins.loads.map(({ distribution, name }, i) => ({
      from: `plugin ${distribution ?? name}`,
      facts: pluginFacts[i]!,
    }))
  }

  private program(): string {
    const { prefix, sitePackages, platform } = this.environment
    if (this.invocation.kind === 'python -m pytest')
      return join(sitePackages[0] ?? prefix, 'pytest', '__main__.py')
    return platform === 'win32' ? join(prefix, 'Scripts', 'pytest.exe') : join(prefix, 'bin', 'pytest')
  }

  private spec(name: string): IniSpec | undefined {
    return this.started.iniSpecs.get(name)
  }

  private read(name: string) {
    const spec = this.spec(name) ?? { name, type: 'string', default: null }
    return readIniValue(this.started.config, spec)
  }

  private list(name: string): readonly string[] {
    return asList(this.read(name).value)
  }

  private flag(name: string): boolean {
    return this.spec(name) !== undefined && this.read(name).value === true
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

export type { Config }
