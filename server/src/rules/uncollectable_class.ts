/** A class of tests with a constructor: pytest cannot make instances of it and leaves its tests out. */
import { detailsOf, type Rule, tell } from './rule.ts'

const TODO = 'set the tests up in a fixture or setup_method, or set __test__ = False if it holds no tests'

export const uncollectableClass: Rule = {
  id: 'uncollectable-class',
  summary: 'a class of tests has a constructor, so that pytest leaves its tests out',
  severity: 'warning',
  since: '0.1.0',
  doc: {
    breaks:
      'None of the tests of the class is collected. Where `filterwarnings` makes an error of the warning, the class ' +
      'fails to be collected.',
    why: 'pytest makes an instance for each test and has nothing to pass to `__init__` or `__new__`, inherited ones included.',
    todo:
      'Set the tests up in a fixture or in `setup_method`. If the class holds no tests and is only called so, ' +
      'set `__test__ = False` in it.',
    pytest:
      "PytestCollectionWarning: cannot collect test class '{name}' because it has a __init__ constructor (from: {file})",
    limits:
      'Classes with bases, metaclasses or decorators that are not known are not judged (a dataclass has a ' +
      'constructor as well), nor are classes that a test file imports.',
  },
  *check(context) {
    for (const { cause, detail } of detailsOf(context, 'uncollectable-class', 'uncollectable-class')) {
      yield tell(context, cause, {
        what: `class ${detail.name} has a constructor (${detail.by}), and filterwarnings makes an error of pytest's warning`,
        todo: TODO,
      })
    }
    for (const event of context.trace.events) {
      if (event.event !== 'uncollectable-class') continue
      yield {
        span: event.span,
        subject: event.name,
        what: `class ${event.name} is not collected: it has a constructor (${event.by})`,
        why: 'pytest warns and leaves its tests out',
        todo: TODO,
      }
    }
  },
}
