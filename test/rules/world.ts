/**
 * Traces, plans and environments made by hand, for the rooms that only read them. Every project lies in /p; a
 * place is named by its file and the text that stands there.
 */
import type { Environment } from '../../server/src/environment/environment.ts'
import { basename, join } from '../../server/src/files/paths.ts'
import type { Span } from '../../server/src/files/span.ts'
import type { Plan } from '../../server/src/pytest/plan.ts'
import type { RulesInput } from '../../server/src/rules/run_rules.ts'
import { ImportGraph } from '../../server/src/simulate/reached.ts'
import type { CollectorTrace, Failure, Trace, TraceEvent } from '../../server/src/simulate/trace.ts'

export const ROOT = '/p'

export const environment: Environment = {
  executable: '/p/.venv/bin/python',
  chosenBecause: '.venv beside pytest.ini',
  rejected: [],
  version: [3, 12, 1],
  implementation: 'cpython',
  platform: 'linux',
  prefix: '/p/.venv',
  basePrefix: '/usr',
  sysPath: ['/usr/lib/python3.12', '/p/.venv/lib/python3.12/site-packages'],
  stdlib: ['/usr/lib/python3.12'],
  sitePackages: ['/p/.venv/lib/python3.12/site-packages'],
  builtinModules: ['sys'],
  stdlibNames: ['json', 'random'],
  stdlibExact: true,
  extensionSuffixes: ['.so'],
  distributions: [
    {
      name: 'requests',
      version: '2.32.0',
      path: '/p/.venv/lib/python3.12/site-packages/requests-2.32.0.dist-info',
      topLevel: ['requests'],
      requires: [],
      editable: false,
    },
  ],
  editableFinders: [],
  namespacePth: {},
  opaquePth: [],
  distutilsShim: false,
  pytestVersion: '9.0.2',
  pytestPlugins: [],
  unknown: [],
}

const emptyPlan: Plan = {
  invocation: { kind: 'pytest', because: 'the default', cwd: ROOT, args: [], env: {} },
  pytestVersion: '9.0.2',
  rootdir: ROOT,
  inipath: '/p/pytest.ini',
  confcutdir: ROOT,
  settings: {},
  importMode: 'prepend',
  considerNamespacePackages: false,
  pythonpath: [],
  strictMarkers: false,
  strictConfig: false,
  markers: [
    { name: 'slow', line: 'slow: takes minutes', from: 'pytest.ini' },
    { name: 'parametrize', line: 'parametrize(argnames, argvalues)', from: 'pytest' },
  ],
  markersOpen: [],
  selectedMarkers: [],
  filterwarnings: [],
  options: {},
  argv: [],
  plugins: [],
  django: null,
  noConftest: false,
  initialConftests: [],
  roots: [],
  selections: [],
  pythonFunctions: ['test'],
  pythonClasses: ['Test'],
  doctestModules: false,
  stops: [],
  warnings: [],
  unknown: [],
}

/** Files by their path in the project. */
export type Files = Readonly<Record<string, string>>

export interface Happened {
  /** Collectors by path, in order; a list of failures is the first and what waits behind it. */
  readonly collectors?: Readonly<Record<string, CollectorTrace['outcome'] | readonly Failure[]>>
  readonly events?: readonly TraceEvent[]
  readonly session?: Trace['session']
  readonly suspects?: readonly string[]
  readonly plan?: Partial<Plan>
  readonly environment?: Partial<Environment>
  readonly otherStart?: RulesInput['otherStart']
  readonly needs?: RulesInput['needs']
  readonly otherEnvironments?: RulesInput['otherEnvironments']
}

export class World {
  constructor(readonly files: Files) {}

  /** The first place of `text` in a file; the whole file without it. */
  at(path: string, text = ''): Span {
    const start = this.files[path]?.indexOf(text) ?? -1
    if (start < 0) throw new Error(`${path} does not hold ${text}`)
    return { path: join(ROOT, path), start, end: start + text.length }
  }

  /** A failure at a line: `focus` is the token that the line is about. */
  failure(
    kind: string,
    detail: Failure['detail'],
    [path, line, focus = line]: readonly [path: string, line: string, focus?: string],
    more: Partial<Failure> = {},
  ): Failure {
    const [exception, message = ''] = kind.split(/: (.*)/s) as [string, string?]
    const span = this.at(path, line)
    const inLine = line.indexOf(focus)
    const focused = { ...span, start: span.start + inLine, end: span.start + inLine + focus.length }
    return {
      exception,
      message,
      span,
      focus: focused,
      chain: [span],
      detail,
      cause: null,
      foreign: false,
      ...more,
    }
  }

  /** What the rules are given. All files of the project that are tests by name are in the plan. */
  input(happened: Happened): RulesInput {
    const paths = Object.keys(this.files).map(path => join(ROOT, path))
    const collectors = Object.entries(happened.collectors ?? {}).map(([path, what]) =>
      typeof what === 'string' ? collector(path, what) : collector(path, 'fails', what),
    )
    return {
      trace: {
        session: happened.session ?? { outcome: 'runs', exitCode: null, failure: null, reason: null },
        collectors,
        markers: [],
        events: happened.events ?? [],
        startMatters: false,
        questions: [],
        modules: [],
        path: [],
        suspects: (happened.suspects ?? []).map(path => join(ROOT, path)),
        reached: ImportGraph.empty().reachedFrom(
          paths.filter(path => path.endsWith('.py')),
          () => [],
        ),
      },
      plan: { ...emptyPlan, roots: [tree(paths)], ...happened.plan },
      environment: { ...environment, ...happened.environment },
      otherStart: happened.otherStart ?? null,
      ...(happened.needs ? { needs: happened.needs } : {}),
      ...(happened.otherEnvironments ? { otherEnvironments: happened.otherEnvironments } : {}),
      text: path => (path.startsWith(`${ROOT}/`) ? (this.files[path.slice(ROOT.length + 1)] ?? null) : null),
      exists: path => paths.some(each => each === path || each.startsWith(`${path}/`)),
    }
  }
}

function tree(paths: readonly string[]): Plan['roots'][number] {
  const children = paths
    .filter(path => basename(path).startsWith('test_'))
    .map(path => ({ kind: 'module' as const, path, explicit: false, doctestOnly: false }))
  return { kind: 'directory', path: ROOT, conftest: null, package: false, children }
}

function collector(
  path: string,
  outcome: CollectorTrace['outcome'],
  failures: readonly Failure[] = [],
): CollectorTrace {
  const [failure = null, ...behind] = failures
  const reason = outcome === 'unknown' ? 'a condition could not be evaluated' : null
  return { path: join(ROOT, path), outcome, reason, failure, behind }
}
