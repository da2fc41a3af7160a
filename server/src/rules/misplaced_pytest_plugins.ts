/** `pytest_plugins` in a conftest that pytest loads only when it comes to the folder. */
import { causesOf, type Rule, tell } from './rule.ts'

const ID = 'misplaced-pytest-plugins'

export const misplacedPytestPlugins: Rule = {
  id: ID,
  summary: 'pytest_plugins is defined in a conftest below the top',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks:
      'The folder of the conftest is not collected. Before pytest 8 nothing at all is: all conftests are loaded at ' +
      'once there.',
    why:
      'A plugin is in force for the whole run, so a conftest that is loaded while collection is under way may not ' +
      'ask for one. Loaded before are the conftests of the folders that pytest is started with, of those above ' +
      'them, and of folders named `test*` right below them: the same file can be fine in one run and refused in ' +
      'another.',
    todo: 'Move `pytest_plugins` to the conftest of the root folder, or import the fixtures that are needed.',
    pytest:
      "Failed: Defining 'pytest_plugins' in a non-top-level conftest is no longer supported:\nIt affects the entire test suite instead of just below the conftest as expected.\n  {conftest}\nPlease move it to a top level conftest file at the rootdir:\n  {confcutdir}",
    limits:
      'Under `--pyargs` pytest allows it. Where it is assigned under an unknown condition the folder is not judged.',
  },
  *check(context) {
    for (const cause of causesOf(context, ID)) {
      yield tell(context, cause, {
        what: 'pytest_plugins is not allowed in this conftest: it is not loaded until its folder is collected',
        todo: 'move pytest_plugins to the conftest.py of the root folder',
      })
    }
  },
}
