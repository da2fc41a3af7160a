/** An import gets a module, or the wrong one, or none, because of what an earlier file did to sys.path. */
import type { Cause } from './causes.ts'
import { others, shown } from './impact.ts'
import { type Leaning, victims, without } from './leanings.ts'
import { causesOf, type Draft, type Rule, type RuleContext, tell } from './rule.ts'

const ID = 'leaked-path'

export const leakedPath: Rule = {
  id: ID,
  summary: 'what an import finds depends on which files were collected before it',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks:
      'A test file changes `sys.path` when it is imported, and files that are collected later find a module only ' +
      'because of that, or find another one, or none. Or two folders hold a module of the same name, `helpers.py` ' +
      'or `conftest.py`, and the import in one of them gets the file of the other.',
    why:
      'Entries stay on `sys.path` for the whole run, and pytest itself adds the folder of every test file and ' +
      'conftest that lies in no package. A name that is in `sys.modules` is not looked for again: of several ' +
      '`helpers.py` the one that was imported first serves everybody. `conftest` is the other way round: pytest ' +
      'takes the name out before it loads the next one, so `from conftest import x` gets the conftest that was ' +
      'loaded last, which below its own folder is the nearest one and elsewhere may be any (pytest 7 loads all of ' +
      'them before the first test file; with `--import-mode=importlib` none can be imported by that name).',
    todo:
      'Put folders on the path for all files at once, with the `pythonpath` setting of pytest, and take the edits ' +
      'out of the test files. Give helpers of different folders different names, or make the folders packages and ' +
      'import `tests.unit.helpers`. What a conftest should share belongs in a fixture or a module of its own.',
    pytest:
      "E   ModuleNotFoundError: No module named '{module}'\nE   ImportError: cannot import name '{symbol}' from 'conftest' ({another folder}/conftest.py)",
    limits:
      'An error where an import fails. A warning where a file gets the wrong module, or collects only after ' +
      "another one whose code changed `sys.path`; a note where it was pytest's own entry for another test file " +
      'that helped. Edits in a conftest count for the files below it; files that edit `sys.path` themselves, or ' +
      'import something that does, are taken to help themselves.',
  },
  *check(context) {
    for (const cause of causesOf(context, ID)) yield broken(context, cause)
    for (const [, [first]] of victims(context, 'namesake')) if (first) yield* taken(context, first)
    for (const [by, leanings] of victims(context, 'path')) {
      const [first] = leanings
      if (!first || context.causes.some(({ rule, span }) => rule === ID && span === by.span)) continue
      const entry = shown(context, first.entry ?? '')
      const code = by.span.end > 0
      yield {
        span: code ? by.span : first.span,
        subject: code ? entry : first.name,
        severity: code ? 'warning' : 'info',
        what: code
          ? `this puts ${folder(entry)} on sys.path for every file that is collected later`
          : `'${first.name}' is found only because ${shown(context, by.collector)} was collected before`,
        why: code
          ? `${others(context, leanings)} through it: ${without(context, leanings)}`
          : `pytest put ${folder(entry)} on sys.path for that file: ${without(context, leanings)}`,
        todo: `set pythonpath to "${entry}" in the configuration of pytest`,
        related: leanings.slice(code ? 0 : 1).map(({ name, span }) => ({
          span,
          message: `'${name}' is found through it here`,
        })),
      }
    }
  },
}

/** The import binds, and to the wrong file. Where that fails, the failure tells it. */
function* taken(context: RuleContext, { name, by, meant, span }: Leaning): Generator<Draft> {
  const fails = context.causes.some(cause => cause.failures.some(failure => failure.span.path === span.path))
  if (fails || meant === null) return
  yield {
    span,
    subject: name,
    severity: 'warning',
    what: `'${name}' is ${shown(context, by.span.path)} here, not ${shown(context, meant)}`,
    why:
      name === 'conftest'
        ? 'the name belongs to the conftest that was loaded last'
        : 'that file was imported first, and its name is taken from then on',
    todo: apart(name),
    related: [{ span: { path: meant, start: 0, end: 0 }, message: `the '${name}' of this folder` }],
  }
}

function broken(context: RuleContext, cause: Cause): Draft {
  const { detail, focus } = cause.failure
  const misled = detail.kind === 'module-not-found' || detail.kind === 'missing-symbol' ? detail.misled : null
  const by = misled?.by.span ?? focus
  const meant = misled?.meant ?? null
  const wanted =
    detail.kind === 'missing-symbol'
      ? `'${detail.name}' cannot be imported from '${detail.module}'`
      : `module '${detail.kind === 'module-not-found' ? detail.module : cause.subject}' cannot be found`
  const related =
    meant === null ? [] : [{ span: { path: meant, start: 0, end: 0 }, message: 'this was meant' }]
  if (cause.span === focus) {
    return tell(context, cause, {
      what: `${wanted}: '${cause.subject}' is ${shown(context, by.path)} here${meant === null ? '' : `, not ${shown(context, meant)}`}`,
      todo: apart(cause.subject),
      related,
    })
  }
  const victims = cause.failures.map(({ focus: span, message }) => ({ span, message }))
  return tell(context, cause, {
    what:
      meant === null
        ? `this takes a folder off sys.path: ${wanted} after it`
        : `this puts another '${cause.subject}' in front on sys.path: ${wanted} after it`,
    todo:
      meant === null
        ? 'leave sys.path as it is, or put back what it held before'
        : 'take the edit out and import the module in another way; sys.path stays changed for all later files',
    related: [...victims, ...related],
  })
}

function apart(name: string): string {
  return name === 'conftest'
    ? 'move what is imported into a module with a name of its own, or make it a fixture'
    : `give one of the two files another name, or make the folders packages and import it as '{folder}.${name}'`
}

function folder(entry: string): string {
  return entry === '.' ? 'the root folder' : `'${entry}'`
}
