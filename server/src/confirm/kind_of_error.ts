/**
 * Which rule should have foreseen a failure, read from the exception alone: for counting what was missed, and for
 * reports that sort errors. The words are CPython's and pytest's.
 */
import type { ObservedException } from './observation.ts'
import { explaining } from './traceback.ts'

const BY_MESSAGE: readonly (readonly [message: RegExp, rule: string])[] = [
  [/not found in `markers` configuration option/, 'unregistered-marker'],
  [/partially initialized module/, 'circular-import'],
  [/^Duplicated timeseries/, 'duplicate-metric'],
  [/^attempted relative import/, 'relative-import-beyond-top-level'],
  [/^cannot import name/, 'missing-symbol'],
  [/^Using pytest\.skip outside of a test/, 'module-level-skip'],
]

const BY_TYPE: Readonly<Record<string, string>> = {
  ModuleNotFoundError: 'unresolved-import',
  ImportError: 'missing-symbol',
  SyntaxError: 'syntax-error',
  IndentationError: 'syntax-error',
  TabError: 'syntax-error',
  NameError: 'undefined-name',
  UsageError: 'invalid-configuration',
  ImportPathMismatchError: 'basename-conflict',
}

/** The rule's id; `import-time-exception` for all that no other rule is about. */
export function kindOfError(exceptions: readonly ObservedException[]): string {
  const shown = explaining(exceptions)
  if (!shown) return 'import-time-exception'
  const byMessage = BY_MESSAGE.find(([message]) => message.test(shown.message))
  if (byMessage) return byMessage[1]
  if (shown.type === 'AttributeError' && /^module '/.test(shown.message)) return 'missing-attribute'
  return BY_TYPE[shown.type] ?? 'import-time-exception'
}

/** What the exception says is missing: a module, a name of one, an attribute. */
export function missingOf({ message }: Pick<ObservedException, 'message'>): {
  readonly module: string | null
  readonly symbol: string | null
  readonly attribute: string | null
} {
  return {
    module: /^No module named '([^']+)'/.exec(message)?.[1] ?? null,
    symbol: /^cannot import name '([^']+)'/.exec(message)?.[1] ?? null,
    attribute: /has no attribute '([^']+)'/.exec(message)?.[1] ?? null,
  }
}
