/** A file of the project stands in front of a module of the standard library or of a distribution. */
import { basename, dirname } from '../files/paths.ts'
import type { TraceEvent } from '../simulate/trace.ts'
import { wholeFile } from './classify.ts'
import type { Severity } from './finding.ts'
import { shown } from './impact.ts'
import { causesOf, type Draft, type Rule, type RuleContext, tell } from './rule.ts'

const ID = 'shadowed-module'

type Shadowed = Extract<TraceEvent, { event: 'shadowed' }>

export const shadowedModule: Rule = {
  id: ID,
  summary: 'a file of the project hides a standard or installed module of the same name',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks:
      'Every import of the hidden module gets the file of the project instead: names and submodules that the real ' +
      'one has are missing, in the project and in every library that uses it.',
    why:
      "pytest puts the project's folders in front of the installed ones on `sys.path`, and the first entry that " +
      'has the name wins.',
    todo: 'Rename the file or folder of the project; no setting can bring back the hidden module under its name.',
    pytest:
      "E   ModuleNotFoundError: No module named '{name}.{submodule}'; '{name}' is not a package\nE   ImportError: cannot import name '{symbol}' from '{name}' ({project file})",
    limits:
      'An error only where a failure comes of it. Otherwise a hidden standard module is a warning and a hidden ' +
      'distribution a note, since the distribution may be this very project, installed.',
  },
  *check(context) {
    const told = new Set<string>()
    for (const cause of causesOf(context, ID)) {
      told.add(cause.span.path)
      const event = eventOf(context, cause.span.path)
      yield tell(context, cause, {
        what: `${shown(context, cause.span.path)} hides ${kindOf(event)} '${cause.subject}'`,
        todo: `rename ${shown(context, named(cause.span.path))}: the import meant the module that it hides`,
        related: [
          { span: cause.failure.focus, message: cause.failure.message },
          ...(event ? [{ span: wholeFile(event.hidden), message: `the hidden '${cause.subject}'` }] : []),
        ],
      })
    }
    for (const event of context.trace.events) {
      if (event.event !== 'shadowed' || event.hiddenKind === 'project' || told.has(event.by)) continue
      told.add(event.by)
      yield notice(context, event)
    }
  },
}

function notice(context: RuleContext, event: Shadowed): Draft {
  const severity: Severity = event.hiddenKind === 'standard library' ? 'warning' : 'info'
  return {
    span: wholeFile(event.by),
    subject: event.name,
    severity,
    what: `${shown(context, event.by)} hides ${kindOf(event)} '${event.name}'`,
    why: `every import of '${event.name}' gets this file, also those of installed libraries`,
    todo: severity === 'warning' ? 'rename it' : 'rename it, unless the installed one is this project itself',
    related: [
      { span: event.span, message: `'${event.name}' is imported here` },
      { span: wholeFile(event.hidden), message: `the hidden '${event.name}'` },
    ],
  }
}

function eventOf(context: RuleContext, by: string): Shadowed | undefined {
  for (const event of context.trace.events) {
    if (event.event === 'shadowed' && event.by === by) return event
  }
  return undefined
}

function kindOf(event: Shadowed | undefined): string {
  return event?.hiddenKind === 'standard library' ? 'the standard module' : 'the installed module'
}

/** What bears the module's name: the file, or a package's folder. */
function named(path: string): string {
  return basename(path) === '__init__.py' ? dirname(path) : path
}
