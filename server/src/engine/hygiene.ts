/** What is amiss with the environment of a workspace: the checks of it, and what an analysis found of the same kind. */

import { environmentsBeside } from '../environment/beside.ts'
import { Repository } from '../environment/git.ts'
import { tracked } from '../environment/revisions.ts'
import type { FileSystem } from '../files/file_system.ts'
import type { Finding } from '../rules/finding.ts'
import { runChecks } from '../rules/hygiene/all_checks.ts'
import type { Complaint, Removable } from '../rules/hygiene/check.ts'
import { type Analysis, type AnalysisRequest, analyze } from './analyze.ts'

export interface Hygiene {
  readonly analysis: Analysis
  /** Worst first. */
  readonly complaints: readonly Complaint[]
}

/** Rules that speak of the environment more than of the code. */
const RULES: ReadonlySet<string> = new Set([
  'wrong-interpreter',
  'missing-plugin',
  'shadowed-module',
  'legacy-import-hook',
])

const ORDER = ['error', 'warning', 'info']

/** Never throws on a user's files. */
export async function examine(fs: FileSystem, request: AnalysisRequest): Promise<Hygiene> {
  const analysis = await analyze(fs, request)
  const { environment, needs, findings, plan } = analysis
  const { cwd, env } = request
  const complaints = [
    ...runChecks({
      fs,
      workspace: cwd,
      environment,
      otherEnvironments: environmentsBeside(fs, { cwd, roots: [cwd] }, environment),
      needs,
      env,
    }),
    ...findings.filter(it => RULES.has(it.rule) || it.breaks.includes(plan.rootdir)).map(complaintOf),
  ]
  return {
    analysis,
    complaints: complaints.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity)),
  }
}

function complaintOf({ rule, severity, what, todo }: Finding): Complaint {
  return { check: rule, severity, what, todo, removable: [] }
}

export interface Caches {
  readonly removable: readonly Removable[]
  /** Those that git tracks, or where it can't be asked: each with the reason why it stays. */
  readonly kept: readonly { readonly path: string; readonly reason: string }[]
}

/** Which of the caches may go: those that git ignores or does not track. Starts git. */
export async function removableCaches(
  complaints: readonly Complaint[],
  { cwd, env }: Pick<AnalysisRequest, 'cwd' | 'env'>,
): Promise<Caches> {
  const caches = complaints.flatMap(({ removable }) => removable)
  const keep = (reason: string) => ({ removable: [], kept: caches.map(({ path }) => ({ path, reason })) })
  if (caches.length === 0) return { removable: [], kept: [] }
  const repository = await Repository.of(cwd, env)
  if (typeof repository === 'string') {
    // Where there is no repository nothing is tracked; where there is one that can't be asked nobody knows.
    return /not a git repository/.test(repository) ? { removable: caches, kept: [] } : keep(repository)
  }
  const known = await tracked(
    repository,
    caches.map(({ path }) => path),
  )
  if (typeof known === 'string') return keep(known)
  return {
    removable: caches.filter(({ path }) => !known.has(path)),
    kept: [...known].map(path => ({ path, reason: 'git tracks it' })),
  }
}
