/** The facts of a freeze: what the message of its tag says. Plain text, as git shows it. */
import type { BarResult } from './gate.ts'
import type { Health } from './health.ts'
import { count } from './style.ts'

export interface FreezeFacts {
  readonly name: string
  readonly commit: string
  readonly committed: string
  readonly tool: string
  readonly results: readonly BarResult[]
  readonly model: Health
}

/** The message: the name, a blank line, and one fact a line. */
export function freezeMessage({ name, commit, committed, tool, results, model }: FreezeFacts): string {
  const { files, collected, findings, environment, verdicts } = model
  const { error, warning } = findings.bySeverity
  const total = files.collects + files.fails + files.skips + files.unknown
  const facts = [
    ['commit', `${commit}, ${committed}`],
    [
      'collected',
      `${count(collected ?? 0, 'test')}; ${files.collects} of ${count(total, 'test file')} collect`,
    ],
    ['findings', `${count(error, 'error')}, ${count(warning, 'warning')}`],
    ['confirmed', verdicts === null ? 'no' : `by a pass of pytest: nothing refuted, nothing unforeseen`],
    ['python', `${environment.python}, pytest ${environment.pytest}, started as ${environment.invocation}`],
    ['checked by', tool],
    ...results.map(({ bar, words }) => [bar, words]),
  ]
  const width = Math.max(...facts.map(([what]) => what!.length))
  return `${name}\n\n${facts.map(([what, words]) => `${what!.padEnd(width)}  ${words}\n`).join('')}`
}
