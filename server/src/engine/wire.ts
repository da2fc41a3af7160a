/**
 * The messages between `remote.ts` and `analysis_worker.ts`, and the two numbers in shared memory by which a thread
 * that is in the middle of an analysis hears of them.
 *
 * Jobs and long questions come by the worker's own port, one after another. Short questions have a port of their own,
 * which the worker also looks into while it analyses: they are answered from what was analysed before.
 */
import type { MessagePort } from 'node:worker_threads'
import type { AnalysisView, FirstWord, Job } from './job.ts'
import type { Kind, Question, Reply } from './questions/question.ts'

export interface Setup {
  readonly questions: MessagePort
  readonly signals: Int32Array<SharedArrayBuffer>
}

/** Indexes into `Setup.signals`. */
export const Signal = {
  /** Tasks with this id and smaller ones are given up. */
  givenUp: 0,
  /** How many short questions were ever asked. */
  asked: 1,
} as const

/** The open texts that are others than in the job before; null: no longer open. */
export type TextsSince = ReadonlyMap<string, string | null>

/** `id`s rise, over jobs and questions alike. */
export type Task = { readonly id: number } & (
  | { readonly kind: 'job'; readonly job: Omit<Job, 'texts'>; readonly texts: TextsSince }
  | { readonly kind: 'question'; readonly question: Question }
)

/** The worker's word on a task. A view's texts are left out where those of the view before were the same. */
export type Answer = { readonly id: number } & (
  | { readonly kind: 'view'; readonly view: AnalysisView; readonly unchanged: readonly string[] }
  /** The view follows. */
  | { readonly kind: 'first word'; readonly word: FirstWord }
  | { readonly kind: 'reply'; readonly reply: Reply<Kind> | null }
  | { readonly kind: 'given up' }
  | { readonly kind: 'fault'; readonly message: string }
)
