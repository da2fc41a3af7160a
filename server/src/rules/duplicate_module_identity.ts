/** One file is imported under two names in one run. */
import type { TraceEvent } from '../simulate/trace.ts'
import { wholeFile } from './classify.ts'
import { shown } from './impact.ts'
import type { Draft, Rule, RuleContext } from './rule.ts'

type Twice = Extract<TraceEvent, { event: 'imported-twice' }>

export const duplicateModuleIdentity: Rule = {
  id: 'duplicate-module-identity',
  summary: 'one file is imported under two module names',
  severity: 'warning',
  since: '0.1.0',
  doc: {
    breaks:
      'Nothing by itself. But the file is executed twice: each of its classes exists twice, and `isinstance` and ' +
      '`except` say no to objects of the other one; what a test patches in one copy stays as it is in the other; ' +
      'metrics, tables and plugins that it registers are registered twice, which most registries refuse.',
    why:
      'A module is known by its name, not by its file. With the root folder and `src` both on `sys.path`, ' +
      '`src.app.models` and `app.models` are two modules of one file; so are `tests.helpers` and `helpers` where ' +
      'pytest has put the folder of a test file, or of a conftest, on the path.',
    todo:
      'Import it by one name everywhere, and take the folder that makes the other one possible off the path. Where ' +
      "it is pytest that adds a test folder, an `__init__.py` in it gives pytest's name and yours the same beginning.",
    pytest: '(nothing)',
    limits:
      'Told from what the imports of the collected files lead to, not from what could be imported. A file without ' +
      'classes and without lists, dictionaries or objects at module level is a note.',
  },
  *check(context) {
    for (const group of groups(context)) yield draft(context, group)
  },
}

/** Files whose two names differ in the same first part have one cause: "src.app.models" and "app.models". */
function groups({ trace }: RuleContext): readonly (readonly Twice[])[] {
  const found = new Map<string, Twice[]>()
  for (const event of trace.events) {
    if (event.event !== 'imported-twice') continue
    const key = beginnings(event).join('\0')
    const group = found.get(key)
    if (group) group.push(event)
    else found.set(key, [event])
  }
  return [...found.values()]
}

/** What stands before the part that the names have in common, sorted. */
function beginnings({ names }: Twice): string[] {
  const parts = names.map(({ name }) => name.split('.'))
  let same = 0
  const shortest = Math.min(...parts.map(each => each.length))
  while (same < shortest && parts.every(each => each.at(-1 - same) === parts[0]!.at(-1 - same))) same++
  return parts.map(each => each.slice(0, each.length - same).join('.')).sort()
}

function isWritten({ names }: Twice): boolean {
  return names.every(({ span }) => span.end > 0)
}

function draft(context: RuleContext, group: readonly Twice[]): Draft {
  const withClasses = group.filter(({ classes }) => classes.length > 0)
  // Better a file that statements import twice than a test file, of which one import is pytest's.
  const telling = withClasses.find(isWritten) ?? withClasses[0] ?? group.find(({ state }) => state)
  const event = telling ?? group.find(isWritten) ?? group[0]!
  // pytest's own imports have no statement.
  const written = event.names.filter(({ span }) => span.end > 0)
  const place = written.at(-1) ?? event.names.at(-1)!
  const others = event.names.filter(each => each !== place)
  const [class_] = event.classes
  const more = group.length - 1
  return {
    span: place.span,
    subject: event.names.map(({ name }) => name).join(' '),
    severity: telling ? 'warning' : 'info',
    what: `${shown(context, event.file)} is imported a second time, as '${place.name}' besides ${others.map(({ name }) => `'${name}'`).join(' and ')}`,
    why: [
      class_
        ? `the class ${class_} exists twice, and neither takes objects of the other one for its own`
        : '',
      class_ ? '' : 'the file is executed twice, and what one copy holds the other one does not see',
      more === 0 ? '' : `the same goes for ${more === 1 ? 'one more file' : `${more} more files`}`,
    ]
      .filter(Boolean)
      .join('; '),
    todo: 'import it by one name everywhere, and keep the folder that makes the other one possible off sys.path',
    related: [
      ...others.map(({ name, span }) => ({
        span,
        message: span.end > 0 ? `imported as '${name}' here` : `pytest imports it as '${name}'`,
      })),
      ...group
        .filter(each => each !== event)
        .map(({ file, names }) => ({
          span: wholeFile(file),
          message: `imported as ${names.map(({ name }) => `'${name}'`).join(' and ')} too`,
        })),
    ],
  }
}
