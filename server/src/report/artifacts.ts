/**
 * The three files of `precollect confirm --artifacts DIR`, for scripts that work through collection errors. They
 * hold only what pytest was seen to do; the names of their fields are fixed.
 */

import { innermost } from '../confirm/judge.ts'
import { kindOfError, missingOf } from '../confirm/kind_of_error.ts'
import type { Observation, ObservedCollector, ObservedException } from '../confirm/observation.ts'
import { explaining, tracebackText } from '../confirm/traceback.ts'
import { dirname, relative } from '../files/paths.ts'

export interface Artifact {
  readonly name: string
  readonly text: string
}

export interface ArtifactContext {
  readonly root: string
  readonly command: string
  /** Errors of the run before; null: unknown. */
  readonly baseline: number | null
  readonly now: Date
}

const SHORT_MESSAGE = 500
const EXAMPLES = 5
const TOP = 20

export function artifacts(observation: Observation, context: ArtifactContext): readonly Artifact[] {
  return [
    { name: 'import_failures.ndjson', text: importFailures(observation, context) },
    { name: 'collect_failures.log', text: collectFailures(observation, context) },
    {
      name: 'pytest_collection_errors_detailed.json',
      text: `${JSON.stringify(detailedErrors(observation, context), null, 2)}\n`,
    },
  ]
}

function importFailures({ failedImports }: Observation, { root }: ArtifactContext): string {
  return failedImports
    .map(({ at, collector, module, type, message, path, line }) =>
      JSON.stringify({
        ts: new Date(at * 1000).toISOString(),
        stage: collector === null ? 'configure' : 'collect',
        fullname: module,
        error: [type, message].filter(Boolean).join(': '),
        trace: path === null ? '' : `${relative(root, path)}:${line}`,
      }),
    )
    .map(line => `${line}\n`)
    .join('')
}

function collectFailures(observation: Observation, { root }: ArtifactContext): string {
  return failures(observation)
    .map(({ nodeid, exceptions, reason }) => {
      const words = exceptions.length > 0 ? tracebackText(exceptions, root) : (reason ?? '')
      return `=== ${nodeid} ===\n${words.trimEnd()}\n\n`
    })
    .join('')
}

type Failed = Pick<ObservedCollector, 'nodeid' | 'path' | 'exceptions' | 'reason'>

/** Failed collectors, and what ended the run as one of its own. */
function failures({ collectors, stop, rootdir }: Observation): readonly Failed[] {
  const failed: Failed[] = collectors.filter(it => it.outcome === 'fails' || it.outcome === 'aborts')
  if (!stop) return failed
  const { exceptions } = stop
  return [...failed, { nodeid: `(${stop.phase})`, path: rootdir ?? '.', exceptions, reason: null }]
}

interface DetailedError {
  readonly test_path: string
  readonly error_type: string
  readonly error_class: string
  readonly error_message: string
  readonly full_message: string
  readonly missing_module: string | null
  readonly missing_symbol: string | null
  readonly missing_attribute: string | null
  readonly source_file: string | null
  readonly line_number: number | null
  readonly traceback: string
}

function detailedErrors(observation: Observation, { root, command, baseline, now }: ArtifactContext): object {
  const errors = failures(observation).map(failed => detailed(failed, root))
  const count = (of: (error: DetailedError) => string | null) => histogram(errors.map(of))
  const types = count(error => error.error_type)
  const classes = count(error => error.error_class)
  const modules = count(error => error.missing_module)
  const folders = new Set(errors.map(error => dirname(error.test_path.split('::')[0]!)))
  const current = errors.length
  return {
    metadata: {
      timestamp: now.toISOString(),
      total_errors: current,
      pytest_command: command,
      repo_path: root,
      phase: 'collection',
      baseline,
      current,
      reduction_percentage: baseline ? Math.round((1000 * (baseline - current)) / baseline) / 10 : null,
    },
    summary: {
      total_errors: current,
      error_types: Object.fromEntries(types),
      error_classes: Object.fromEntries(classes),
      affected_test_directories: [...folders].sort(),
      unique_missing_modules: modules.map(([name]) => name),
    },
    top_offenders: {
      missing_modules: modules.slice(0, TOP),
      error_types: types.slice(0, TOP),
      error_classes: classes.slice(0, TOP),
    },
    actionable_insights: insights(modules, types),
    detailed_errors: errors,
    examples_by_type: Object.fromEntries(
      types.map(([type]) => [type, errors.filter(error => error.error_type === type).slice(0, EXAMPLES)]),
    ),
  }
}

function detailed({ nodeid, exceptions, reason }: Failed, root: string): DetailedError {
  const shown = explaining(exceptions)
  const message = shown?.message ?? reason ?? ''
  const missing = shown ? missingOf(shown) : { module: null, symbol: null, attribute: null }
  const place = placeOf(shown, exceptions)
  return {
    test_path: nodeid,
    error_type: kindOfError(exceptions),
    error_class: shown?.type ?? '',
    error_message: message.slice(0, SHORT_MESSAGE),
    full_message: message,
    missing_module: missing.module,
    missing_symbol: missing.symbol,
    missing_attribute: missing.attribute,
    source_file: place && relative(root, place.path),
    line_number: place?.line ?? null,
    traceback: tracebackText(exceptions, root),
  }
}

function placeOf(shown: ObservedException | null, exceptions: readonly ObservedException[]) {
  return (shown && innermost(shown)) ?? exceptions.map(innermost).find(it => it !== null) ?? null
}

function insights(modules: readonly Count[], types: readonly Count[]): object[] {
  const [module] = modules
  const [type] = types
  const about = (name: string, [what, errors]: Count, recommendation: string) => ({
    type: name,
    severity: errors > 10 ? 'high' : errors > 3 ? 'medium' : 'low',
    message: `${what}: ${errors} ${errors === 1 ? 'error' : 'errors'}`,
    recommendation,
  })
  return [
    ...(module
      ? [about('missing_module', module, `restore or install '${module[0]}', or correct its imports`)]
      : []),
    ...(type ? [about('error_type', type, `see what \`precollect rule ${type[0]}\` says`)] : []),
  ]
}

type Count = readonly [name: string, count: number]

function histogram(names: readonly (string | null)[]): Count[] {
  const counts = new Map<string, number>()
  for (const name of names) if (name) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
}
