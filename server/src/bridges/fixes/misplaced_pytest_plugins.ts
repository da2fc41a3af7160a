/** `pytest_plugins` in a conftest that is loaded late: it moves to the conftest of the root folder. */
import { join } from '../../files/paths.ts'
import { changeOf, editOf } from '../edit.ts'
import type { Fixer, Proposal } from '../fix.ts'
import { linesAround } from '../replace.ts'

export const misplacedPytestPlugins: Fixer = {
  rule: 'misplaced-pytest-plugins',
  *propose(finding, context): Iterable<Proposal> {
    const { path } = finding.span
    const text = context.text(path)
    const code = context.code(path)
    if (text === null || !code) return
    const assignments = code.ops.filter(
      op =>
        op.op === 'assign' &&
        op.targets.length === 1 &&
        op.targets[0]!.e === 'name' &&
        op.targets[0].id === 'pytest_plugins',
    )
    const [assignment] = assignments
    if (assignments.length !== 1 || !assignment) return
    const [start, end] = [code.places[2 * assignment.at]!, code.places[2 * assignment.at + 1]!]
    const lines = linesAround(text, start, end)
    const moved = text.slice(start, end)
    const root = join(context.plan.confcutdir, 'conftest.py')
    const rootText = context.text(root)
    if (rootText?.includes('pytest_plugins')) return
    const removed = changeOf(path, text, [{ ...lines, text: '' }])
    const lead = rootText === null || rootText === '' ? '' : rootText.endsWith('\n') ? '\n' : '\n\n'
    const added = `${lead}${moved}\n`
    const at = rootText?.length ?? 0
    yield {
      key: 'move',
      title: 'Move pytest_plugins to the conftest.py of the root folder',
      safety: 'safe',
      edit:
        rootText === null
          ? editOf({ changed: [removed], created: [{ path: root, text: added }] })
          : editOf({ changed: [removed, changeOf(root, rootText, [{ start: at, end: at, text: added }])] }),
      command: null,
      because: 'pytest loads that one before it collects anything',
    }
  },
}
