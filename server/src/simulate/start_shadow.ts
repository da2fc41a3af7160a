/**
 * Files of the project that stand in front of a standard module which pytest imports to start: the folder of
 * `python -m pytest` and those of PYTHONPATH come before the library. Later files, and those in folders that pytest
 * itself adds, hide nothing that is loaded already.
 */
import { dirname, join } from '../files/paths.ts'
import type { Span } from '../files/span.ts'
import { exceptionClass } from './classes.ts'
import { stringOf } from './evaluate.ts'
import type { Spec } from './finder.ts'
import { standardModulesBelow } from './foreign.ts'
import type { Machine } from './machine.ts'
import { mayBind } from './names.ts'
import type { Exc } from './values.ts'

/** Loaded before any folder of the project is on the path, or frozen: measured on 3.6 to 3.13. */
const BEFORE_THE_PATH: ReadonlySet<string> = new Set(
  '__main__ _bootlocale _collections_abc _sitebuiltins _weakrefset abc codecs encodings genericpath importlib io linecache ntpath os posixpath runpy site stat sysconfig warnings zipimport'.split(
    ' ',
  ),
)

export interface StartShadow {
  readonly name: string
  readonly file: string
  /** What pytest's start ends with for certain; null where the file may offer all that is asked of it. */
  readonly failure: Exc | null
}

/** The first standard module of pytest's start that a file of the project hides; the hiding is noted as an event. */
export function shadowAtStart(m: Machine): StartShadow | null {
  const path = [...(m.startEntry ? [stringOf(m.startEntry) ?? ''] : []), ...m.environment.sysPath]
  for (const name of m.startModules) {
    if (name.includes('.') || BEFORE_THE_PATH.has(name) || !m.finder.isStandard(name)) continue
    const spec = m.finder.findTopLevel(name, path)
    if (!spec?.file || spec.kind === 'extension' || !m.isProject(spec.file)) continue
    const hidden = m.finder.findHidden(name, path, spec)
    if (!hidden?.file) continue
    // A walk through half of the library: only for a file that is in question.
    const before = loadedBefore(m)
    if (before === null) return null
    if (before.has(name)) continue
    const span: Span = { path: spec.file, start: 0, end: 0 }
    m.note({
      event: 'shadowed',
      name,
      by: spec.file,
      hidden: hidden.file,
      hiddenKind: 'standard library',
      span,
    })
    return { name, file: spec.file, failure: failureOf(m, name, spec.file, span) }
  }
  return null
}

/** What the lines and finders import that installers leave for `site` to run: namespaces, editable installations. */
const OF_EDITABLE_INSTALLS =
  'importlib.abc importlib.machinery importlib.util itertools os pathlib threading types typing'.split(' ')

/** The standard modules that code may load before the project's folders are on the path; null where any may be. */
function loadedBefore(m: Machine): ReadonlySet<string> | null {
  const { opaquePth, editableFinders, namespacePth, sysPath } = m.environment
  const mayBeAny =
    opaquePth.length > 0 ||
    Boolean(m.plan.invocation.env.PYTHONWARNINGS) ||
    ['sitecustomize', 'usercustomize'].some(name => m.finder.findTopLevel(name, sysPath) !== null)
  if (mayBeAny) return null
  if (editableFinders.length === 0 && Object.keys(namespacePth).length === 0) return new Set()
  return standardModulesBelow(m, OF_EDITABLE_INSTALLS)
}

/** A statement of a module of the start that asks the file for a name that it does not bind. */
function failureOf(m: Machine, name: string, file: string, focus: Span): Exc | null {
  for (const importer of m.startModules) {
    const path = importer === name ? null : fileOf(m, importer)
    const text = path === null ? null : m.world.text(path)
    if (!text?.includes(name)) continue
    const unit = m.world.code(path!, false)
    if ('exception' in unit) continue
    for (const op of unit.code.ops) {
      if (op.op === 'import' && op.names.some(each => each.module === name && each.as === null)) {
        const missing = attributesAsked(text, name).find(wanted => !mayBind(m, file, wanted))
        if (missing) return missingAttribute(m, name, missing, focus)
      }
      if (op.op !== 'from' || op.module !== name || op.level > 0 || op.names === '*') continue
      const missing = op.names.find(wanted => !mayBind(m, file, wanted.name))
      if (!missing) continue
      return m.exception(
        exceptionClass('ImportError'),
        `cannot import name '${missing.name}' from '${name}' (${file})`,
        { kind: 'missing-symbol', module: name, file, name: missing.name, cycle: null, has: [], by: null },
        { focus },
      )
    }
  }
  return null
}

/** The attributes of a module that decorators, bases and assignments at the left margin ask for, which run at import. */
function attributesAsked(text: string, module: string): string[] {
  const asked = new RegExp(
    `^(?:@|class \\w+\\([^)#\\n]*|\\w+(?:: [^=\\n#'"]*)? = (?:\\w+\\()?)${module}\\.(\\w+)`,
    'gm',
  )
  return Array.from(text.matchAll(asked), ([, name]) => name!)
}

function missingAttribute(m: Machine, module: string, name: string, focus: Span): Exc {
  const advice = `(consider renaming '${focus.path}' since it has the same name as the standard library module named '${module}' and the import system gives it precedence)`
  return m.exception(
    exceptionClass('AttributeError'),
    `module '${module}' has no attribute '${name}'${m.environment.version[1] >= 13 ? ` ${advice}` : ''}`,
    { kind: 'missing-attribute', module, name, cycle: false, has: [] },
    { focus },
  )
}

/** Where a module of the start lies; null for what is no Python file. */
function fileOf(m: Machine, name: string): string | null {
  const [top = '', ...rest] = name.split('.')
  let spec: Spec | null = m.finder.findTopLevel(top, m.environment.sysPath)
  let full = top
  for (const tail of rest) {
    if (!spec?.file) return null
    full = `${full}.${tail}`
    spec = m.finder.findSubmodule(full, tail, spec.path ?? [join(dirname(spec.file))])
  }
  return spec?.file?.endsWith('.py') ? spec.file : null
}
