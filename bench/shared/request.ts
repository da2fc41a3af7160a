/** What the language server asks to be analysed of a project, for benchmarks that stand in its place. */
import type { AnalysisRequest } from '../../server/src/engine/analyze.ts'
import type { Project } from './run.ts'

/** `env`: further variables. */
export function requestFor(
  { cwd, python, args }: Project,
  env: Readonly<Record<string, string>>,
): AnalysisRequest {
  return {
    cwd,
    paths: [],
    pytestArgs: args.filter(arg => arg !== '-q'),
    invocation: null,
    python,
    trusted: true,
    env: { PATH: process.env.PATH ?? '', ...env },
    envIsExact: false,
    select: [],
    ignore: [],
  }
}
