/** A name is read from a module that is still being executed, further up in the same chain of imports. */
import { wholeFile } from './classify.ts'
import { shown } from './impact.ts'
import { causesOf, type Rule, tell } from './rule.ts'

export const circularImport: Rule = {
  id: 'circular-import',
  summary: 'a name is imported from a module that is still being imported itself',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks:
      'Two or more modules import each other, and one of them takes a name from another that has not got that ' +
      'far yet. Which test files fail depends on which module of the circle is imported first.',
    why:
      'A module is executed from top to bottom. While its own imports run it stands in `sys.modules` half ' +
      'finished, with the names bound so far and no others.',
    todo:
      'Move what both modules need into a third one; or import the module instead of the name and read the name ' +
      'when it is used; or import inside the function that needs it. If only types need it, put the import under ' +
      '`if TYPE_CHECKING:`.',
    pytest:
      "E   ImportError: cannot import name '{name}' from partially initialized module '{module}' (most likely due to a circular import) ({file})",
    limits:
      'The text differs between Python versions and, from 3.13, with the way pytest is started; the failure is the ' +
      'same. A circle that happens to work in the order of this run is not reported.',
  },
  *check(context) {
    for (const cause of causesOf(context, 'circular-import')) {
      const { detail } = cause.failure
      if (detail.kind !== 'missing-symbol' && detail.kind !== 'missing-attribute') continue
      const circle = detail.kind === 'missing-symbol' ? (detail.cycle ?? []) : []
      const way = circle.length > 0 ? ` (${circle.map(file => shown(context, file)).join(' > ')})` : ''
      yield tell(context, cause, {
        what: `'${detail.module}' is still being imported here and has no '${detail.name}' yet`,
        todo:
          `break the circle${way}: move what both sides need into a module of its own, ` +
          `or import '${detail.name}' where it is used`,
        related: [...new Set(circle)].map(file => ({ span: wholeFile(file), message: 'part of the circle' })),
      })
    }
  },
}
