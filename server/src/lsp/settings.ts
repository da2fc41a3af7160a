/**
 * The settings, each described once: the server holds what it is given against this, and what VS Code offers
 * (clients/vscode/package.json) and the table in docs/editors.md are written from it by scripts/docs.mjs.
 *
 * Trust is not a setting: a folder's own settings file could grant it. Only the client's start-up options can.
 */
import type { ConfirmMode } from '../engine/confirmation.ts'

export interface Settings {
  /** Interpreter or environment folder, absolute or relative to the workspace folder; null: search. */
  readonly python: string | null
  readonly invocation: 'pytest' | 'python -m pytest' | null
  readonly pytestArgs: readonly string[]
  readonly select: readonly string[]
  readonly ignore: readonly string[]
  /** When pytest is run to confirm what was found; only ever in a trusted folder. */
  readonly confirm: ConfirmMode
  /** Minutes between full passes in the mode `periodic`. */
  readonly confirmInterval: number
  /** Where the rules' pages are served; a rule's page is this followed by its name. null: no links. */
  readonly ruleDocs: string | null
}

export interface Setting<T = unknown> {
  readonly type: 'text' | 'list' | 'minutes'
  /** Where it is null, so may the value be: not set. */
  readonly default: T
  /** Markdown. */
  readonly description: string
  /** The only texts there are, with what each means. */
  readonly choices?: Readonly<Record<string, string>>
  /** What a value has to be, in the words of a message. */
  readonly expected: string
}

export const SETTINGS: { readonly [K in keyof Settings]: Setting<Settings[K]> } = {
  python: {
    type: 'text',
    default: null,
    description:
      'The Python interpreter or the environment folder that pytest runs in, absolute or relative to the workspace folder. If empty, it is searched: `.venv` and its like first.',
    expected: 'a string or null',
  },
  invocation: {
    type: 'text',
    default: null,
    description:
      "How pytest is started; if empty, as the project's own files say. The same tests may be collected by one command and fail under the other.",
    choices: {
      pytest: 'The working directory is not on sys.path',
      'python -m pytest': 'The working directory is on sys.path',
    },
    expected: "'pytest', 'python -m pytest' or null",
  },
  pytestArgs: {
    type: 'list',
    default: [],
    description: 'Arguments that pytest is started with, such as `tests/unit` or `--import-mode=importlib`.',
    expected: 'a list of strings',
  },
  select: {
    type: 'list',
    default: [],
    description: 'The rules whose findings are shown. If empty, those that `pyproject.toml` selects, or all.',
    expected: 'a list of rule names',
  },
  ignore: {
    type: 'list',
    default: [],
    description: 'Rules whose findings are not shown, in addition to those that `pyproject.toml` ignores.',
    expected: 'a list of rule names',
  },
  confirm: {
    type: 'text',
    default: 'manual',
    description:
      "When `pytest --collect-only` is run to confirm what was found. This executes the project's code, and never happens in a folder that is not trusted.",
    choices: {
      off: 'Never',
      manual: 'When the command is given',
      onSave: 'After the first analysis, and when a file is saved',
      periodic: 'After the first analysis, after changes, and at an interval',
    },
    expected: "'off', 'manual', 'onSave' or 'periodic'",
  },
  confirmInterval: {
    type: 'minutes',
    default: 10,
    description: 'Minutes between full runs of pytest where `precollect.confirm` is `periodic`.',
    expected: 'a number of minutes',
  },
  ruleDocs: {
    type: 'text',
    default: null,
    description:
      "Where the pages of the rules are served, up to the name of the rule. If set, the rule's name in a diagnostic links to its page.",
    expected: 'a URL or null',
  },
}

/** May the setting hold this value? */
export function fits({ type, default: unset, choices }: Setting, value: unknown): boolean {
  if (value === null) return unset === null
  if (type === 'list') return Array.isArray(value) && value.every(item => typeof item === 'string')
  if (type === 'minutes') return typeof value === 'number' && value > 0
  return typeof value === 'string' && (!choices || Object.hasOwn(choices, value))
}

/** The settings as a table in Markdown. */
export function settingsTable(): string {
  const rows = Object.entries(SETTINGS).map(([key, setting]: [string, Setting]) => {
    const { default: unset, expected, choices = {}, description } = setting
    const means = Object.entries(choices).map(([value, meaning]) => `\`${value}\`: ${lowered(meaning)}`)
    const meaning = [description, ...(means.length > 0 ? [`${means.join('; ')}.`] : [])].join(' ')
    return `| \`${key}\` | ${expected} | \`${JSON.stringify(unset)}\` | ${meaning} |`
  })
  return ['| setting | value | if not set | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

function lowered(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

/** The settings as VS Code's `contributes.configuration.properties` has them. */
export function vscodeProperties(): Record<string, object> {
  return Object.fromEntries(
    Object.entries(SETTINGS).map(([key, setting]) => [`precollect.${key}`, vscodeProperty(setting)]),
  )
}

const SHAPES: Readonly<Record<Setting['type'], object>> = {
  text: { type: 'string' },
  list: { type: 'array', items: { type: 'string' } },
  minutes: { type: 'number', exclusiveMinimum: 0 },
}

function vscodeProperty({ type, default: unset, description, choices }: Setting): object {
  // Its settings can't be null: an empty text is "not set".
  const offered = choices && Object.entries(unset === null ? { '': 'Not set', ...choices } : choices)
  return {
    ...SHAPES[type],
    ...(offered && {
      enum: offered.map(([value]) => value),
      enumDescriptions: offered.map(([, means]) => means),
    }),
    default: unset ?? '',
    scope: 'resource',
    markdownDescription: description,
  }
}
