/**
 * A check of the hygiene of an environment: what may make tests differ from machine to machine, or be in the way,
 * without being a fault in the project's files. Checks read files and start nothing.
 */
import type { OtherEnvironment } from '../../environment/beside.ts'
import type { Environment } from '../../environment/environment.ts'
import type { Needs } from '../../environment/requirements.ts'
import type { FileSystem } from '../../files/file_system.ts'
import { relative } from '../../files/paths.ts'
import type { Severity } from '../finding.ts'

export interface Complaint {
  readonly check: string
  readonly severity: Severity
  readonly what: string
  /** '' where there is nothing to do. */
  readonly todo: string
  /** Caches that can be removed, as they are made again by whoever needs them; absolute. */
  readonly removable: readonly Removable[]
}

export interface Removable {
  readonly path: string
  readonly bytes: number
}

export interface HygieneContext {
  readonly fs: FileSystem
  /** Absolute; what is complained of as the project's own lies below it. */
  readonly workspace: string
  readonly environment: Environment
  readonly otherEnvironments: readonly OtherEnvironment[]
  readonly needs: Needs
  readonly env: Readonly<Record<string, string>>
}

export interface HygieneCheck {
  readonly id: string
  /** One line for the documentation, without a full stop. */
  readonly summary: string
  check(context: HygieneContext): Iterable<Said>
}

/** What a check says; by itself a warning, with nothing to do or remove. */
export type Said = Partial<Omit<Complaint, 'check'>> & Pick<Complaint, 'what'>

/** A path as the user would write it: relative where it lies in the workspace. */
export function seen({ workspace }: Pick<HygieneContext, 'workspace'>, path: string): string {
  const short = relative(workspace, path)
  return short.startsWith('..') ? path : short
}
