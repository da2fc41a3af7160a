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
  if (runsCodeBefore(m)) return null
  const path = [...(m.startEntry ? [stringOf(m.startEntry) ?? ''] : []), ...m.environment.sysPath]
  for (const name of m.startModules) {
    if (name.includes('.') || BEFORE_THE_PATH.has(name) || !m.finder.isStandard(name)) continue
    const spec = m.finder.findTopLevel(name, path)
    if (!spec?.file || spec.kind === 'extension' || !m.isProject(spec.file)) continue
    const hidden = m.finder.findHidden(name, path, spec)
    if (!hidden?.file) continue
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

/** Does code run when Python starts that may have imported the real module before? */
function runsCodeBefore(m: Machine): boolean {
  const { opaquePth, editableFinders, namespacePth, sysPath } = m.environment
  return (
    opaquePth.length > 0 ||
    editableFinders.length > 0 ||
    Object.keys(namespacePth).length > 0 ||
    Boolean(m.plan.invocation.env.PYTHONWARNINGS) ||
    ['sitecustomize', 'usercustomize'].some(name => m.finder.findTopLevel(name, sysPath) !== null)
  )
}

/** A statement of a module of the start that asks the file for a name that it does not bind. */
function failureOf(m: Machine, name: string, file: string, focus: Span): Exc | null {
  for (const importer of m.startModules) {
    const path = importer === name ? null : fileOf(m, importer)
    if (!path || !m.world.text(path)?.includes(`from ${name} import`)) continue
    const unit = m.world.code(path, false)
    if ('exception' in unit) continue
    for (const op of unit.code.ops) {
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
