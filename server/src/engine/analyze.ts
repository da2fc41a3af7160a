/**
 * One analysis from beginning to end: files in, findings out. Both doors call this and nothing below it.
 */
import { changesOnlyTexts, overlaid, touches, type WorkspaceEdit } from '../bridges/edit.ts'
import { FileScans, type ScanStore } from '../bridges/file_scan.ts'
import type { Simulated } from '../bridges/verify.ts'
import type { ModuleCode } from '../compile/module_code.ts'
import { initParser } from '../compile/parser.ts'
import { environmentsBeside } from '../environment/beside.ts'
import { discoverEnvironment } from '../environment/discover.ts'
import type { Environment } from '../environment/environment.ts'
import { withoutPassing } from '../environment/passing_variables.ts'
import { confirmEnvironment, type ProbeResult, probeInterpreter } from '../environment/probe.ts'
import { type Needs, readNeeds } from '../environment/requirements.ts'
import type { NameVerdict } from '../environment/standard_names.ts'
import type { FileSystem } from '../files/file_system.ts'
import { TextChanged } from '../files/kept_texts.ts'
import { remember } from '../files/memo.ts'
import { isWithin, stem } from '../files/paths.ts'
import { makePlan } from '../pytest/make_plan.ts'
import type { Plan } from '../pytest/plan.ts'
import { writtenTests } from '../report/written_tests.ts'
import type { Cause } from '../rules/causes.ts'
import type { Finding } from '../rules/finding.ts'
import { causesOf, runRules, withOverrides } from '../rules/run_rules.ts'
import { findSettings } from '../rules/settings.ts'
import { isOn } from '../rules/silencers.ts'
import { unpredictedError } from '../rules/unpredicted_error.ts'
import type { Unreadable } from '../simulate/machine.ts'
import { type Cured, NOTHING_CURED, type SimulationInput } from '../simulate/passed.ts'
import { doubtSuspects, simulate } from '../simulate/simulate.ts'
import { questionKey } from '../simulate/standard.ts'
import type { Trace } from '../simulate/trace.ts'
import { withoutStops } from './cures.ts'
import { KeptPlan, keyOfPlan } from './kept_plan.ts'
import { KeptTrace, type Simulation } from './kept_trace.ts'
import { otherStart } from './other_start.ts'
import { hasToAsk, simulateExactly, type Verdicts } from './simulate_exactly.ts'
import { type CodeStore, Sources } from './sources.ts'
import type { Word } from './stored_run.ts'

export interface AnalysisRequest {
  /** The folder pytest would be started in, absolute. */
  readonly cwd: string
  /** What the user named (`check PATH...`), absolute or relative to `cwd`; empty: pytest's own choice. */
  readonly paths: readonly string[]
  /** Further arguments for pytest (`check ... -- ARGS`). */
  readonly pytestArgs: readonly string[]
  /** null: read from the project's own files. */
  readonly invocation: 'pytest' | 'python -m pytest' | null
  /** An interpreter or environment folder named by the user; null: search. */
  readonly python: string | null
  /** May the chosen interpreter be started (it never runs the project's code)? */
  readonly trusted: boolean
  readonly env: Readonly<Record<string, string>>
  /** False where pytest may be run with other variables than `env` (an editor started from a desktop). */
  readonly envIsExact: boolean
  readonly select: readonly string[]
  readonly ignore: readonly string[]
  /** Will its findings be confirmed? Then the view of it holds what a pass needs to know. */
  readonly confirms?: boolean
  /** What counts as cured although it is not; without it nothing does. */
  readonly cured?: Cured
  /** False: neither what waits behind the errors is looked for, nor what the other way of starting pytest would do. */
  readonly layers?: boolean
}

/** What an analysis has to tell: data, and what can be read of the files at any time. */
export interface Told {
  readonly environment: Environment
  readonly plan: Plan
  readonly trace: Trace
  /** After suppressions and configuration, sorted by path and offset. */
  readonly findings: readonly Finding[]
  readonly causes: readonly Cause[]
  /** The decoded text of a file of the project as it was analysed; null where it could not be read. */
  readonly text: (path: string) => string | null
  /** The content of such a file, as a hash of its text. */
  readonly content: (path: string) => string | null
  /** How many tests such a file writes down; 0 where it could not be read. */
  readonly tests: (path: string) => number
  /** What could not be read, and the system's reason. */
  readonly problems: ReturnType<FileSystem['problems']>
  /** What the interpreter said; null where it was not asked, or did not answer. */
  readonly word: Word | null
  /** May findings of `unpredicted-error` be told? They are made after the analysis. */
  readonly tellsUnpredicted: boolean
}

/** And what further questions can be answered with, while nothing was analysed after it. */
export interface Analysis extends Told {
  readonly request: AnalysisRequest
  /** The files that it was made of. */
  readonly fs: FileSystem
  /** What counted as cured. */
  readonly cured: Cured
  /** What such a file does when it is imported; null where it could not be read. */
  readonly code: (path: string) => ModuleCode | null
  /** What the project says it needs. */
  readonly needs: Needs
  /** What was read of the workspace's files by a glance, from one analysis to the next. */
  readonly scans: FileScans
  /**
   * The same collection with an edit in the workspace, or with something cured, without layers; null where the edit
   * can't be made.
   */
  readonly simulateWith: (edit: WorkspaceEdit, cured?: Cured) => Simulated | null
}

/** Hears what is found in the one file that was edited before all else that follows from the edit is known. */
export interface FirstWordListener {
  readonly path: string
  /** Milliseconds from the beginning of an analysis: what is done by then needs none. */
  readonly afterMs: number
  /** What makes collectors fail, by what is certain so far. More of it may be found. */
  tell(findings: readonly Finding[]): void
}

/** What an interpreter said of a file's text. */
interface Judged {
  readonly text: string | null
  readonly verdict: Unreadable | 'fine'
}

interface Found {
  readonly environment: Environment
  /** null: it was not asked, or did not answer. */
  readonly probe: ProbeResult | null
}

/** What one analysis leaves for the next one of the same workspace. */
export class Remembered {
  readonly sources: Sources
  readonly scans: FileScans
  readonly plan = new KeptPlan()
  readonly kept = new KeptTrace()
  private environment: { readonly key: string; readonly found: Found } | null = null
  /** For whoever can't wait for all that an edit of one file leads to. */
  firstWord: FirstWordListener | null = null
  private readonly verdicts = new WeakMap<Environment, Map<string, Judged>>()
  private readonly names = new WeakMap<Environment, Map<string, NameVerdict>>()

  /**
   * `breathe` is called now and then in an analysis; what it throws puts an end to it. `records` false: no edits are
   * going to follow, nor is anything tried, and nothing is noted for that. `betweenPasses`: see `SimulationInput`.
   */
  constructor(
    fs: FileSystem,
    readonly breathe?: () => void,
    kept: { readonly code: CodeStore; readonly names: ScanStore } | null = null,
    readonly records = true,
    readonly betweenPasses?: () => void,
  ) {
    this.sources = new Sources(fs, kept?.code)
    this.scans = new FileScans(kept?.names)
  }

  /** Something beside the open files has changed: the files at `paths`, or others. */
  changed(paths: readonly string[] = []): void {
    this.kept.drop()
    this.sources.recheck(paths)
  }

  /** Distributions were installed or removed, or an interpreter changed. */
  forgetEnvironment(): void {
    this.environment = null
  }

  /** Does a change of this file change the environment? */
  concernsEnvironment(path: string): boolean {
    const found = this.environment?.found.environment
    if (/(?:^|\/)(?:pyvenv\.cfg|\.python-version)$|\.pth$/.test(path)) return true
    return found?.sitePackages.some(folder => isWithin(path, folder)) ?? false
  }

  async environmentFor(key: string, find: () => Promise<Found>): Promise<Found> {
    if (this.environment?.key !== key) this.environment = { key, found: await find() }
    return this.environment.found
  }

  /** What its interpreter has said of files that it was asked about, as far as their texts are the same. */
  verdictsOf(environment: Environment, textOf: (path: string) => string | null): Verdicts {
    const judged = [...(this.verdicts.get(environment) ?? [])]
    return new Map(
      judged.flatMap(([path, { text, verdict }]) =>
        text === textOf(path) ? [[path, verdict] as const] : [],
      ),
    )
  }

  keepVerdicts(environment: Environment, verdicts: Verdicts, textOf: (path: string) => string | null): void {
    const judged = Array.from(verdicts, ([path, verdict]) => [path, { text: textOf(path), verdict }] as const)
    this.verdicts.set(environment, new Map(judged))
  }

  /** What its interpreter said of names of the standard library. */
  namesOf(environment: Environment): Map<string, NameVerdict> {
    return remember(this.names, environment, () => new Map())
  }
}

/**
 * Never throws on a user's files; a fault of our own is an exception. `remembered` may be handed from one
 * analysis to the next: files that did not change are neither read nor compiled again. `onRead` hears of each file
 * that the simulation asks for. `shown`: what a simulation of just these files, with the same cured, has shown already.
 */
export async function analyze(
  fs: FileSystem,
  request: AnalysisRequest,
  remembered = new Remembered(fs),
  onRead: (files: number) => void = () => {},
  shown: Trace | null = null,
): Promise<Analysis> {
  for (let trials = 1; ; trials++) {
    try {
      return await analyzeOnce(fs, request, remembered, onRead, shown)
    } catch (error) {
      if (!(error instanceof TextChanged) || trials === MOST_TRIALS) throw error
      remembered.changed()
    }
  }
}

/** Of an analysis that a file is written to in the middle of. */
const MOST_TRIALS = 5

/** Throws TextChanged as well. */
async function analyzeOnce(
  fs: FileSystem,
  request: AnalysisRequest,
  remembered: Remembered,
  onRead: (files: number) => void,
  shown: Trace | null,
): Promise<Analysis> {
  const began = performance.now()
  const { sources, breathe, betweenPasses } = remembered
  let asked = 0
  let searched = new Set<string>()
  sources.begin(fs, remembered.kept.open?.keys())
  const { settings } = findSettings(fs, request.cwd)
  const python = request.python ?? settings.python
  const env = withoutPassing(request.env)
  const key = JSON.stringify([request.cwd, python, request.trusted, env])
  const [{ environment, probe }] = await Promise.all([
    remembered.environmentFor(key, () => findEnvironment(fs, request, python)),
    initParser(),
  ])
  sources.trust(environment)
  const planFor = (invocation: AnalysisRequest['invocation'], files = fs) =>
    makePlan(files, environment, {
      cwd: request.cwd,
      args: [...request.paths, ...request.pytestArgs],
      invocation,
      env,
    })
  const invocation = request.invocation ?? settings.invocation
  const { plan: asItIs, read: planned } = remembered.plan.of(
    fs,
    sources.standing,
    { key: JSON.stringify([request.cwd, request.paths, request.pytestArgs, invocation, env]), environment },
    files => planFor(invocation, files),
  )
  const plan = withoutStops(asItIs, request.cured ?? NOTHING_CURED)
  breathe?.()
  const inputFor = (plan: Plan, verdicts: Verdicts, files = fs, read = sources): SimulationInput => ({
    fs: files,
    environment,
    plan,
    projectRoots: [...new Set([plan.rootdir, request.cwd])],
    code: (path, project) => {
      onRead(++asked)
      return read.code(path, project)
    },
    compile: (text, path) => read.compile(text, path),
    body: (unit, index) => read.body(unit, index),
    text: path => {
      searched.add(path)
      return read.text(path)
    },
    syntax: path => verdicts.get(path),
    standardName: question => names.get(questionKey(question)),
    variables: { values: env, exact: request.envIsExact },
    registries: settings.registries,
    layers: request.layers ?? true,
    ...(breathe ? { breathe } : {}),
    ...(betweenPasses ? { betweenPasses } : {}),
    ...(request.cured ? { cured: request.cured } : {}),
  })
  const names = remembered.namesOf(environment)
  const text = (path: string) => sources.text(path)
  const verdicts = remembered.verdictsOf(environment, text)
  const code = codeFrom(sources)
  const basis = { key: JSON.stringify([request, settings.registries, keyOfPlan(plan)]), environment }
  const told = withOverrides(settings, request)
  const needs = readNeeds(fs, plan.rootdir)
  const tell = (trace: Trace, otherStart: Simulation['otherStart']) =>
    runRules({
      trace,
      plan,
      environment,
      text,
      mayHold: (path, word) => sources.mayHold(path, word),
      code,
      exists: path => fs.stat(path) !== null,
      settings: told,
      needs,
      otherEnvironments: environmentsBeside(fs, { cwd: request.cwd, roots: [request.cwd] }, environment),
      otherStart,
      standing: sources.standing,
    })
  const firstGlance = (): Pick<SimulationInput, 'glance'> => {
    let { firstWord } = remembered
    if (!firstWord) return {}
    const { path } = firstWord
    return {
      glance: {
        wanted: () => firstWord !== null && performance.now() - began > firstWord.afterMs,
        see(trace) {
          // What stands in a file that may not compile is found only if it does.
          if (trace.suspects.length > 0) return
          const { findings } = tell(doubtSuspects(trace), null)
          firstWord?.tell(findings.filter(({ span, breaks }) => span.path === path && breaks.length > 0))
          firstWord = null
        },
      },
    }
  }
  const simulateKept = async (): Promise<Trace> => {
    const { kept } = remembered
    const begun = kept.beginPass(basis)
    searched = begun.searched
    const known = [names.size, verdicts.size]
    const pass = remembered.records ? { pass: kept.pass, touched: begun.touched } : undefined
    const input = { ...inputFor(plan, verdicts), ...firstGlance() }
    const trace = await simulateExactly(input, verdicts, names, sources, request, pass)
    remembered.keepVerdicts(environment, verdicts, text)
    const asks = request.trusted && trace.suspects.length > 0
    if (asks || names.size > known[0]! || verdicts.size > known[1]!) kept.dropPass()
    return trace
  }
  const simulateAnew = async (): Promise<Simulation> => {
    const asks = shown && (shown.suspects.length > 0 || hasToAsk(shown))
    const trace = shown && !asks ? shown : await simulateKept()
    const other =
      request.layers === false
        ? null
        : otherStart(fs, plan, trace, kind => {
            const other = planFor(kind)
            return { plan: other, trace: simulate({ ...inputFor(other, verdicts), layers: false }) }
          })
    const made = { trace, otherStart: other }
    // Which texts were searched is known of one's own simulation only.
    if (trace !== shown) remembered.kept.keep(basis, made, code, searched)
    return made
  }
  const simulation = remembered.kept.reuse(basis, code) ?? (await simulateAnew())
  const { trace } = simulation
  const { findings, causes } = tell(trace, simulation.otherStart)
  const basisOf = (): SimulationInput => ({ ...inputFor(plan, verdicts), layers: false })
  const simulated = (edit: WorkspaceEdit, cured = request.cured): Simulated | null => {
    const files = overlaid(fs, edit, text)
    if (!files) return null
    const read = sources.laidOver(files, touches(edit))
    const isPlanned = changesOnlyTexts(edit) && !edit.changed.some(({ path }) => planned.has(path))
    const after = withoutStops(isPlanned ? asItIs : planFor(invocation, files), cured ?? NOTHING_CURED)
    const input = { ...inputFor(after, verdicts, files, read), layers: false, ...(cured ? { cured } : {}) }
    const trace = doubtSuspects(remembered.kept.pass.aside(basisOf(), input))
    // A standard module comes to light: what it lacks only an interpreter could say, and nobody asks one here.
    const freed = new Set(
      [...edit.renamed.map(({ from }) => from), ...edit.deleted.map(({ path }) => path)].map(stem),
    )
    if (trace.questions.some(({ module, guarded }) => !guarded && freed.has(module))) return null
    const told = {
      trace,
      plan: after,
      environment,
      text: (path: string) => read.text(path),
      code: codeFrom(read),
      exists: (path: string) => files.stat(path) !== null,
    }
    let prints: ReadonlySet<string> | null = null
    const tells = (fingerprint: string) => {
      prints ??= new Set(runRules(told).findings.map(finding => finding.fingerprint))
      return prints.has(fingerprint)
    }
    return { plan: after, trace, causes: causesOf(told), tells }
  }
  const simulateWith: Analysis['simulateWith'] = (edit, cured) => {
    try {
      return simulated(edit, cured)
    } catch (error) {
      if (error instanceof TextChanged) return null
      throw error
    }
  }
  return {
    request,
    fs,
    cured: request.cured ?? NOTHING_CURED,
    environment,
    plan,
    trace,
    findings,
    causes,
    text: path => sources.textToShow(path),
    content: path => sources.content(path),
    problems: fs.problems(),
    word: wordOf(environment, probe, names),
    tests: testsFrom(code, plan),
    code,
    needs,
    scans: remembered.scans,
    simulateWith,
    tellsUnpredicted: isOn(unpredictedError.id, told),
  }
}

function codeFrom(sources: Sources): Analysis['code'] {
  return path => {
    const unit = sources.code(path, true)
    return 'code' in unit ? unit.code : null
  }
}

function testsFrom(code: Analysis['code'], plan: Plan): Told['tests'] {
  const known = new Map<string, number>()
  return path =>
    remember(known, path, () => {
      const compiled = code(path)
      return compiled ? writtenTests(compiled, plan) : 0
    })
}

async function findEnvironment(
  fs: FileSystem,
  request: AnalysisRequest,
  python: string | null,
): Promise<Found> {
  const { cwd, env, trusted } = request
  const found = discoverEnvironment(fs, { cwd, roots: [cwd], python, env, platform: platform() })
  if (!trusted || found.executable === null) return { environment: found, probe: null }
  const probe = await probeInterpreter(found.executable, { timeoutMs: 10_000, env })
  return { environment: probe ? confirmEnvironment(found, probe) : found, probe }
}

function wordOf(
  { executable }: Environment,
  probe: ProbeResult | null,
  names: ReadonlyMap<string, NameVerdict>,
): Word | null {
  if (!probe || executable === null) return null
  return { executable, probe, modules: [...new Set([...names.keys()].map(key => key.split(':')[0]!))] }
}

function platform(): Environment['platform'] {
  const { platform: name } = process
  return name === 'linux' || name === 'darwin' || name === 'win32' ? name : 'other'
}
