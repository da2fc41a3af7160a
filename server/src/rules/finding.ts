/** A fault told to a person: what, why, what to do, where, and which collectors it breaks. Plain JSON. */
import type { Span } from '../files/span.ts'

export type Severity = 'error' | 'warning' | 'info'

/** Code that could go without a loss; code that counts on what is obsolete. */
export type Tag = 'unnecessary' | 'deprecated'

export interface Finding {
  readonly rule: string
  readonly severity: Severity
  /** The place that must change. */
  readonly span: Span
  /** e.g. 'app.models.Group'. rule + path + subject make the fingerprint: it holds no line number. */
  readonly subject: string
  readonly what: string
  readonly why: string
  readonly todo: string
  /** Paths of collectors that fail because of it; empty for warnings. */
  readonly breaks: readonly string[]
  /** From a collector's file to `span`, both included. */
  readonly chain: readonly Span[]
  /** The statements that raise, where the place that must change is another one. */
  readonly raised?: readonly Span[]
  /** Other places worth a look: the first definition, the hidden file. */
  readonly related: readonly { readonly span: Span; readonly message: string }[]
  readonly fingerprint: string
  /** The rule's. */
  readonly tag?: Tag
}
