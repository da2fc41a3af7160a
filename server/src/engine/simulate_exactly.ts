/**
 * A simulation that asks the interpreter for what no text can prove: whether files compile, and what its standard library
 * holds. It runs none of the project's code.
 */
import { judgeSyntax } from '../environment/probe.ts'
import { lookUpNames, type NameVerdict } from '../environment/standard_names.ts'
import type { FileSystem } from '../files/file_system.ts'
import { LineIndex } from '../files/lines.ts'
import type { Unreadable } from '../simulate/machine.ts'
import type { SimulationInput } from '../simulate/passed.ts'
import { doubtSuspects, simulate } from '../simulate/simulate.ts'
import { questionKey } from '../simulate/standard.ts'
import type { CollectorTrace, Trace } from '../simulate/trace.ts'
import type { AnalysisRequest } from './analyze.ts'
import type { Sources } from './sources.ts'

/** What the interpreter said of the files it was asked about. */
export type Verdicts = Map<string, Unreadable | 'fine'>

/**
 * Simulates, and again with what the interpreter said: of files that are suspected not to compile, and of names
 * that its standard library may lack. Answers that change nothing cost no second simulation.
 */
export async function simulateExactly(
  input: SimulationInput,
  verdicts: Verdicts,
  names: Map<string, NameVerdict>,
  sources: Sources,
  { trusted }: AnalysisRequest,
  kept: Parameters<typeof simulate>[1],
): Promise<Trace> {
  const { fs, environment } = input
  let trace = simulate(input, kept)
  const { executable } = environment
  // What is found to be broken may hide more behind it, hence more than one round.
  for (let round = 0; round < 4 && trusted && executable !== null; round++) {
    const { suspects, questions } = trace
    const asks = hasToAsk(trace)
    if (suspects.length === 0 && !asks) break
    const [judged, told] = await Promise.all([
      suspects.length > 0 ? judge(executable, suspects, fs, sources) : verdicts,
      asks ? lookUpNames(executable, questions) : [],
    ])
    for (const [path, verdict] of judged) verdicts.set(path, verdict)
    for (const [i, verdict] of told.entries()) names.set(questionKey(questions[i]!), verdict)
    const allFine = suspects.every(path => verdicts.get(path) === 'fine')
    if (allFine) trace = { ...trace, suspects: [] }
    const judgedNew = suspects.some(path => verdicts.has(path) && verdicts.get(path) !== 'fine')
    const lacking = told.some(verdict => typeof verdict === 'object')
    if (!judgedNew && !lacking) break
    trace = simulate(input)
  }
  return doubtSuspects(trace)
}

/** What is guarded everywhere is asked only along with the rest, and where something may be wrong because of it. */
export function hasToAsk({ questions, collectors, session }: Trace): boolean {
  if (questions.some(({ guarded }) => !guarded)) return true
  const isFine = ({ outcome }: CollectorTrace) => outcome === 'collects' || outcome === 'skips'
  return questions.length > 0 && (session.outcome !== 'runs' || !collectors.every(isFine))
}

async function judge(
  executable: string,
  paths: readonly string[],
  fs: FileSystem,
  sources: Sources,
): Promise<ReadonlyMap<string, Unreadable | 'fine'>> {
  const files = paths.flatMap(path => {
    const bytes = fs.read(path)
    return bytes ? [{ path, bytes }] : []
  })
  const verdicts = await judgeSyntax(executable, files)
  const known = new Map<string, Unreadable | 'fine'>()
  for (const [path, verdict] of verdicts) {
    if (verdict.ok) known.set(path, 'fine')
    else {
      const text = sources.text(path) ?? ''
      const start = Math.min(
        text.length,
        new LineIndex(text).start(verdict.line) + Math.max(0, verdict.column - 1),
      )
      known.set(path, {
        path,
        exception: verdict.exception,
        message: verdict.message,
        span: { path, start, end: start + 1 },
      })
    }
  }
  return known
}
