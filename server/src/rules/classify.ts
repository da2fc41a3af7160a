/**
 * Which rule a failure belongs to, under which subject, and where the change has to be made. Every kind of
 * failure has exactly one rule; a name that a local file hides, or a third-party module that fails inside
 * itself, comes before the kind.
 */
import { basename, dirname, join } from '../files/paths.ts'
import type { Span } from '../files/span.ts'
import { hasWord } from '../files/words.ts'
import type { Failure, FailureDetail, TraceEvent } from '../simulate/trace.ts'

export interface Classified {
  readonly rule: string
  readonly subject: string
  readonly span: Span
}

export type Shadowed = Extract<TraceEvent, { event: 'shadowed' }>
export type Collision = Extract<TraceEvent, { event: 'collision' }>

/** What a failure is judged against. */
export interface Surroundings {
  readonly root: string
  readonly isProject: (path: string) => boolean
  /** Names for which a project file was taken although another file of that name exists, by name. */
  readonly shadowed: ReadonlyMap<string, Shadowed>
  /** `foo.py` beside `foo/__init__.py`, by the path of the package's `__init__.py`. */
  readonly collisions: ReadonlyMap<string, Collision>
  /** Does the standard library or an installed distribution have a top-level module of that name? */
  readonly installed: (name: string) => boolean
  readonly exists: (path: string) => boolean
  readonly text: (path: string) => string | null
}

export function classify(failure: Failure, around: Surroundings): Classified {
  const { detail } = failure
  const subject = subjectOf(failure, around.root)
  // Below third-party code the token may lie in it; what can change is the project's own line.
  const span = failure.focus.path === failure.span.path ? failure.focus : failure.span
  const here = (rule: string): Classified => ({ rule, subject, span })
  const legacy = legacyHook(detail)
  if (legacy) return { ...here('legacy-import-hook'), ...legacy }
  const left = leftBehind(detail)
  if (left) return { ...here(left.rule), ...left }
  const hidden = shadow(detail, around)
  if (hidden) return { rule: 'shadowed-module', subject: hidden.name, span: wholeFile(hidden.path) }
  if (failure.foreign && failsInside(detail)) return here('broken-import')
  switch (detail.kind) {
    case 'module-not-found':
      return here('unresolved-import')
    case 'missing-symbol': {
      if (detail.cycle) return here('circular-import')
      const collision = detail.file === null ? undefined : around.collisions.get(detail.file)
      if (collision && mentions(around.text(collision.module), detail.name)) {
        return {
          rule: 'module-package-collision',
          subject: collision.name,
          span: wholeFile(collision.module),
        }
      }
      return here('missing-symbol')
    }
    case 'missing-attribute': {
      const rule = detail.cycle ? 'circular-import' : 'missing-attribute'
      // What the hook says is right: the place that asks has to change.
      return detail.byHook ? { rule, subject, span: failure.focus } : here(rule)
    }
    case 'relative-import':
      return here('relative-import-beyond-top-level')
    case 'bytecode':
      return here('stale-bytecode')
    case 'syntax':
      return here('syntax-error')
    case 'undefined-name':
      return here('undefined-name')
    case 'unknown-marker':
      return here('unregistered-marker')
    case 'duplicate-metric':
      return here('duplicate-metric')
    case 'django':
      return here('unconfigured-django')
    case 'registered-twice':
      return here(detail.what === 'table' ? 'duplicate-table' : 'duplicate-registration')
    case 'file-mismatch':
      return here('basename-conflict')
    case 'warning':
      return here(detail.marker === null ? 'warning-as-error' : 'unregistered-marker')
    case 'skip-misused':
      return here('module-level-skip')
    case 'parametrize':
      return here('invalid-parametrize')
    case 'uncollectable-class':
      return here('uncollectable-class')
    case 'refused-test':
      return here('uncollectable-test')
    case 'plugin':
      return here('missing-plugin')
    case 'hook':
      return here('broken-conftest')
    case 'misplaced-plugins':
      return here('misplaced-pytest-plugins')
    case 'unknown-marker-selected':
      return here('invalid-mark-expression')
    case 'configuration':
      return here('invalid-configuration')
    case 'exit':
      return here('import-time-exception')
    case 'unset-variable':
    case 'raised':
    case 'other':
      return here(refusesConftest(failure) ? 'broken-conftest' : 'import-time-exception')
    default:
      return unreachable(detail)
  }
}

/** State of the process that code changed decided it: the statement that did so is the place to change. */
function leftBehind(detail: FailureDetail): (Pick<Classified, 'rule' | 'subject'> & { span?: Span }) | null {
  if (detail.kind === 'missing-attribute')
    return detail.by ? { rule: 'leaked-stub', subject: detail.module, span: detail.by.span } : null
  if (detail.kind !== 'module-not-found' && detail.kind !== 'missing-symbol') return null
  const stub = detail.kind === 'missing-symbol' ? detail : detail.blocker?.stub ? detail.blocker : null
  if (detail.kind === 'module-not-found' ? stub : detail.by) {
    const subject = detail.kind === 'module-not-found' ? (detail.blocker?.name ?? '') : detail.module
    return { rule: 'leaked-stub', subject, ...(stub?.by ? { span: stub.by.span } : {}) }
  }
  const { misled } = detail
  if (!misled) return null
  const subject = topLevel(detail.module)
  // Where pytest's own order decided, nobody wrote a statement: the import stands for it.
  return { rule: 'leaked-path', subject, ...(misled.by.span.end > 0 ? { span: misled.by.span } : {}) }
}

/** What old hooks and modules used to serve: the name itself tells, or a finder that is no longer asked. */
function legacyHook(detail: FailureDetail): { subject: string; span?: Span } | null {
  if (detail.kind !== 'module-not-found' || detail.blocker?.stub) return null
  const old = /^(?:(?:distutils|pkg_resources)(?=\.|$)|(?:.*\.)?six\.moves(?=\.|$))/.exec(detail.module)?.[0]
  if (old !== undefined && !detail.blocker) return { subject: old }
  return detail.finder ? { subject: detail.module, span: detail.finder } : null
}

function topLevel(module: string): string {
  return module.split('.', 1)[0]!
}

/** The place that stands for a whole file. */
export function wholeFile(path: string): Span {
  return { path, start: 0, end: 0 }
}

function unreachable(detail: never): never {
  throw new Error(`no rule for ${JSON.stringify(detail)}`)
}

/** Kinds that say nothing of the project's own file when third-party code raises them. */
function failsInside(detail: FailureDetail): boolean {
  switch (detail.kind) {
    case 'warning': // the project's own filters made an error of it
    case 'unknown-marker':
    case 'duplicate-metric':
    case 'django':
    case 'registered-twice':
    case 'file-mismatch':
    case 'plugin':
    case 'misplaced-plugins':
    case 'unknown-marker-selected':
    case 'configuration':
    case 'skip-misused':
      return false
    default:
      return true
  }
}

/** pytest's own exceptions at a conftest: what it says is valid Python that pytest does not take. */
const REFUSALS: ReadonlySet<string> = new Set(['Failed', 'Skipped', 'PluginValidationError', 'UsageError'])

function refusesConftest({ span, exception }: Failure): boolean {
  return basename(span.path) === 'conftest.py' && REFUSALS.has(exception)
}

/**
 * The project file that was taken in place of the module that was meant. Said only where the other one is
 * known to serve better: it is a package and ours is not, it has the submodule, or it has the name.
 */
function shadow(detail: FailureDetail, around: Surroundings): { name: string; path: string } | null {
  if (detail.kind === 'module-not-found') return shadowOfModule(detail, around)
  if (detail.kind !== 'missing-symbol' && detail.kind !== 'missing-attribute') return null
  const event = around.shadowed.get(detail.module)
  if (!event || event.hiddenKind === 'project') return null
  if (detail.kind === 'missing-symbol' && detail.file !== event.by) return null
  const text = textOfModule(event.hidden, around)
  // An installed module of that name may be this very project, and lack the name as well.
  const serves = text === null ? event.hiddenKind === 'standard library' : mentions(text, detail.name)
  return serves ? { name: event.name, path: event.by } : null
}

function shadowOfModule(
  { module, blocker }: Extract<FailureDetail, { kind: 'module-not-found' }>,
  around: Surroundings,
): { name: string; path: string } | null {
  if (blocker?.stub) return null
  if (blocker?.path && around.isProject(blocker.path)) {
    const event = around.shadowed.get(blocker.name)
    const hides = event ? event.hiddenKind !== 'project' : around.installed(blocker.name)
    if (hides) return { name: blocker.name, path: blocker.path }
  }
  const dot = module.lastIndexOf('.')
  const event = dot < 0 ? undefined : around.shadowed.get(module.slice(0, dot))
  if (!event || event.hiddenKind === 'project') return null
  const folder = basename(event.hidden) === '__init__.py' ? dirname(event.hidden) : event.hidden
  const wanted = join(folder, module.slice(dot + 1))
  return around.exists(`${wanted}.py`) || around.exists(wanted) ? { name: event.name, path: event.by } : null
}

function textOfModule(path: string, around: Surroundings): string | null {
  return around.text(path) ?? around.text(join(path, '__init__.py'))
}

function mentions(text: string | null, name: string): boolean {
  return text !== null && hasWord(text, name)
}

/** What the failure is about, with nothing in it that an edit elsewhere or another machine would change. */
function subjectOf(failure: Failure, root: string): string {
  const { detail } = failure
  switch (detail.kind) {
    case 'module-not-found':
      return detail.module
    case 'missing-symbol':
    case 'missing-attribute':
      return `${detail.module}.${detail.name}`
    case 'relative-import':
      return detail.reason
    case 'undefined-name':
    case 'unknown-marker':
    case 'unknown-marker-selected':
    case 'registered-twice':
    case 'file-mismatch':
    case 'uncollectable-class':
    case 'refused-test':
    case 'bytecode':
      return detail.name
    case 'parametrize':
      return detail.argument === null ? detail.test : `${detail.test}, ${detail.argument}`
    case 'duplicate-metric':
      return detail.metric
    case 'warning':
      return detail.marker ?? detail.category
    case 'plugin':
      return detail.plugin
    case 'hook':
      return detail.hook
    case 'misplaced-plugins':
      return 'pytest_plugins'
    case 'configuration':
      return detail.subject
    case 'syntax': // the message holds line numbers
    case 'exit':
    case 'skip-misused':
      return failure.exception
    case 'unset-variable':
      return detail.name
    case 'django':
    case 'raised':
    case 'other':
      return `${failure.exception}: ${said(failure.message, root)}`
    default:
      return unreachable(detail)
  }
}

/** A message in one line, with paths below the root made relative. */
export function said(message: string, root: string): string {
  const line = message.trim().replaceAll(/\s*[\r\n]+\s*/g, ' ')
  return root === '/' ? line : line.replaceAll(`${root}/`, '')
}
