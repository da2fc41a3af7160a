/** Byte code whose source is gone is imported in its place. */
import { basename } from '../files/paths.ts'
import { shown } from './impact.ts'
import { detailsOf, type Rule, tell } from './rule.ts'

export const staleBytecode: Rule = {
  id: 'stale-bytecode',
  summary: 'a module is imported from byte code whose source is gone',
  severity: 'warning',
  since: '0.1.0',
  doc: {
    breaks:
      'The run of everyone else: a `name.pyc` that lies where `name.py` was is not in version control, so the ' +
      'import works here alone. With byte code of another version of Python it fails here too.',
    why:
      'Where there is no `name.py`, Python imports a `name.pyc` beside it (written by Python 2, by `compileall -b` ' +
      'or by a build). Byte code in `__pycache__` is only used together with its source: it keeps no deleted ' +
      "module alive, and it is not what pytest's `import file mismatch` comes from, whatever the hint there says.",
    todo: 'Delete the `.pyc`. If the module is still needed, bring its source back; else correct the import.',
    pytest: "E   ImportError: bad magic number in '{module}': {bytes}",
    limits:
      'An error where the byte code is of another Python (3.6 to 3.13 are known). What the module holds cannot be ' +
      'seen, so that names missing from it are not reported.',
  },
  *check(context) {
    for (const { cause, detail } of detailsOf(context, 'stale-bytecode', 'bytecode')) {
      const file = shown(context, detail.file)
      yield tell(context, cause, {
        what: `'${detail.name}' is imported from ${file}, which is byte code of another Python`,
        todo: `delete ${basename(detail.file)}; if the module is still needed, bring its source back`,
        related: [{ span: { path: detail.file, start: 0, end: 0 }, message: 'this file is taken' }],
      })
    }
    for (const event of context.trace.events) {
      if (event.event !== 'bytecode') continue
      const file = shown(context, event.file)
      yield {
        span: event.span,
        subject: event.name,
        what: `'${event.name}' is imported from ${file}, and its source is gone`,
        why: 'it works where that file was left behind, and nowhere else',
        todo: `delete ${file} and correct the import, or bring the source back`,
      }
    }
  },
}
