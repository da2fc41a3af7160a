/** The tests can be collected with one of `pytest` and `python -m pytest` only. */
import { said, wholeFile } from './classify.ts'
import { shown } from './impact.ts'
import type { Rule } from './rule.ts'

export const invocationDependent: Rule = {
  id: 'invocation-dependent',
  summary: 'the tests can be collected with only one of `pytest` and `python -m pytest`',
  severity: 'warning',
  since: '0.1.0',
  doc: {
    breaks:
      'Nothing here; for everyone who starts pytest in the other way, an editor or a colleague, test files fail to ' +
      'import, or import another copy of a module.',
    why:
      '`python -m pytest` puts the working folder on `sys.path`, in front of everything that is installed; the ' +
      '`pytest` command does not.',
    todo:
      'Say which folders belong on the path: `pythonpath = ["."]` or `["src"]` in the configuration of pytest, or ' +
      'install the project (`pip install -e .`). Then both ways are the same.',
    pytest: "E   ModuleNotFoundError: No module named '{module}'",
    limits:
      'Silent where the files of the project (tox, nox, make, CI) state the way that is looked at. Where the chosen ' +
      'way fails, the errors tell it.',
  },
  *check(context) {
    const { otherStart, plan } = context
    const [first] = otherStart?.breaks ?? []
    if (!otherStart || !first) return
    const { kind, cwd } = plan.invocation
    const files = otherStart.breaks.filter(({ collector }) => collector !== plan.rootdir)
    const count = files.length === 1 ? 'one test file fails' : `${files.length} test files fail`
    const lost = files.length < otherStart.breaks.length ? 'the whole run stops' : count
    const folder = shown(context, cwd)
    const { failure } = first
    yield {
      span: plan.inipath === null ? failure.focus : wholeFile(plan.inipath),
      subject: otherStart.kind,
      what: `the tests can be collected with \`${kind}\` only: with \`${otherStart.kind}\` ${lost}`,
      why: `only \`python -m pytest\` puts ${folder === '.' ? 'the root folder' : `'${folder}'`} on sys.path; the first error is ${failure.exception}: ${said(failure.message, plan.rootdir)}`,
      todo:
        kind === 'python -m pytest'
          ? `set pythonpath to "${folder}" in the configuration of pytest`
          : 'install the project in editable form, so that there is only one copy of it',
      related: otherStart.breaks.map(({ failure: { focus, message } }) => ({ span: focus, message })),
    }
  },
}
