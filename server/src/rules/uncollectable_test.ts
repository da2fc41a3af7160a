/** A test, a fixture or `pytestmark` that pytest refuses while it collects a module that imports well. */
import type { RefusedTest } from '../simulate/trace.ts'
import { said } from './classify.ts'
import { detailsOf, type Rule, tell } from './rule.ts'

export const uncollectableTest: Rule = {
  id: 'uncollectable-test',
  summary: 'pytest refuses a test, a fixture or pytestmark of a file that imports well',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks: 'The file, or the class that it stands in: none of its tests is collected.',
    why:
      'After the import pytest looks at the marks, fixtures and functions of the module. A test that yields is ' +
      'refused since pytest 8.4, and so is a `pytestmark` that holds no mark, or a fixture with a scope that does not exist. ' +
      'Under `--doctest-modules` the examples in docstrings are read as well.',
    todo: 'Correct what is named: a test asserts, a fixture yields, `pytestmark` holds a mark or a list of marks.',
    pytest:
      "'yield' keyword is allowed in fixtures, but not in tests ({name})\n\nE   TypeError: got {value} instead of Mark\n\n" +
      "Fixture '{name}' from {nodeid} got an unexpected scope value '{scope}'\n\n" +
      'ValueError: line {n} of the docstring for {name} lacks blank after >>>: {line}',
    limits: 'Functions behind decorators that are not known are not judged.',
  },
  *check(context) {
    for (const { cause, failure, detail } of detailsOf(context, 'uncollectable-test', 'refused-test')) {
      yield tell(context, cause, {
        what: said(failure.message, context.plan.rootdir),
        todo: REMEDIES[detail.problem],
      })
    }
  },
}

const REMEDIES: Readonly<Record<RefusedTest, string>> = {
  yields: 'parametrize the test instead, or make a fixture of what it yields',
  pytestmark: 'assign a mark or a list of marks: pytestmark = [pytest.mark.NAME]',
  docstring: 'put a blank behind each prompt, and indent the lines of an example alike',
  'fixture scope': 'use one of session, package, module, class and function',
}
