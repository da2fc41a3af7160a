/**
 * What can be done about a finding. A fixer proposes, from plain data and without trying anything; what it proposes
 * becomes a fix once the simulation has shown what the edit does.
 */
import { createHash } from 'node:crypto'
import type { ModuleCode } from '../compile/module_code.ts'
import type { Environment } from '../environment/environment.ts'
import type { Needs } from '../environment/requirements.ts'
import type { FileSystem } from '../files/file_system.ts'
import type { Plan } from '../pytest/plan.ts'
import type { Cause } from '../rules/causes.ts'
import type { Finding } from '../rules/finding.ts'
import type { Trace } from '../simulate/trace.ts'
import type { WorkspaceEdit } from './edit.ts'
import type { History } from './history.ts'
import type { PastDefinition } from './past_definitions.ts'
import type { SymbolIndex } from './symbol_index.ts'
import type { Effect } from './verify.ts'

/**
 * safe: means what the code meant; unsafe: another meaning is possible, a person should look at it; manual: no
 * edit, but words or a command, such as installing a distribution.
 */
export type Safety = 'safe' | 'unsafe' | 'manual'

export interface Proposal {
  /** Of one finding unique, and the same from run to run: 'rewrite app.new.place', 'register'. */
  readonly key: string
  /** What is done, in the imperative: "Import from 'app.catalog'". */
  readonly title: string
  readonly safety: Safety
  /** null exactly where `safety` is manual. Where there is a command as well, the edit is made before it. */
  readonly edit: WorkspaceEdit | null
  /** For a shell, e.g. 'pip install PyYAML'; null where there is none. */
  readonly command: string | null
  /** Top-level modules that can be imported once the command was run: what it brings back is told like an edit's. */
  readonly provides?: readonly string[]
  /** Once the command was run, what the finding tells of is cured: what then comes is told like an edit's. */
  readonly settles?: true
  /** Why it is proposed, and why at this rank: "defines all 3 names that are wanted". */
  readonly because: string
  /** It is right only where nothing else comes to light: what it leaves out must not be missed. */
  readonly alone?: true
  /** It gives up test files, or tests: made only where the user says so, and never part of a plan. */
  readonly leavesOut?: true
  /** The key of a proposal that has to help for this one to be tried; without it, it is tried in any case. */
  readonly follows?: string
}

export interface Fix extends Omit<Proposal, 'key' | 'follows' | 'alone'> {
  /** Stable from run to run. */
  readonly id: string
  /** The fingerprint of the finding that it mends. */
  readonly finding: string
  /** What the simulation showed; null where there is no edit. */
  readonly effect: Effect | null
}

/** What a fixer sees: an analysis and the files that it was made of. */
export interface FixContext {
  readonly fs: FileSystem
  readonly environment: Environment
  readonly plan: Plan
  readonly trace: Trace
  readonly causes: readonly Cause[]
  readonly findings: readonly Finding[]
  readonly needs: Needs
  readonly index: SymbolIndex
  /** What git knows of files that are gone; empty where it can't be asked. */
  readonly history: History
  /** What it knows of names that files lack. */
  readonly past: readonly PastDefinition[]
  /** Decoded text of a file; null where it can't be read. */
  readonly text: (path: string) => string | null
  /** What a file does when it is imported; null where it can't be read. */
  readonly code: (path: string) => ModuleCode | null
}

export interface Fixer {
  /** The rule whose findings it mends; null: those of any rule. */
  readonly rule: string | null
  /** Best first. Never throws on a user's file; proposes nothing where it can't help. */
  readonly propose: (finding: Finding, context: FixContext) => Iterable<Proposal>
}

/** The id of a fix: of the finding's fingerprint and the proposal's key. */
export function fixId(fingerprint: string, key: string): string {
  return createHash('sha256').update(`${fingerprint}\0${key}`).digest('hex').slice(0, 16)
}

/** The cause that a finding tells of; null where it tells of none. */
export function causeOf({ causes }: Pick<FixContext, 'causes'>, finding: Finding): Cause | null {
  return causes.find(({ id }) => id === finding.fingerprint) ?? null
}
