/**
 * The last resort for one test file that fails: the nearest conftest leaves it out of the collection. It mends nothing,
 * so it stands behind everything else, and is made only where the user says so.
 */
import { dirname, join, parents, relative } from '../../files/paths.ts'
import { testFiles } from '../../rules/test_files.ts'
import { changeOf, editOf, type TextChange } from '../edit.ts'
import { causeOf, type FixContext, type Fixer, type Proposal } from '../fix.ts'

export const leaveOut: Fixer = {
  rule: null,
  *propose(finding, context): Iterable<Proposal> {
    const [path, ...others] = finding.breaks
    if (path === undefined || others.length > 0 || causeOf(context, finding)?.stopsRun) return
    if (!testFiles(context.plan).has(path)) return
    const conftest = nearestConftest(path, context)
    const name = JSON.stringify(relative(dirname(conftest), path))
    const text = context.text(conftest)
    const shown = relative(context.plan.rootdir, conftest)
    yield {
      key: 'leave out',
      title: `Leave ${relative(context.plan.rootdir, path)} out of the collection, in ${shown}`,
      safety: 'unsafe',
      edit:
        text === null
          ? editOf({ created: [{ path: conftest, text: `collect_ignore = [${name}]\n` }] })
          : editOf({ changed: [changeOf(conftest, text, [ignoring(text, name)])] }),
      command: null,
      because: 'the other files can be collected without it; its tests are lost until it is mended',
      leavesOut: true,
    }
  },
}

/** The conftest that is nearest above the file; where there is none, one to be made in its folder. */
function nearestConftest(path: string, { fs, plan }: FixContext): string {
  const folders = [dirname(path), ...parents(dirname(path))]
  const upTo = folders.slice(0, folders.indexOf(plan.rootdir) + 1)
  const found = upTo.map(folder => join(folder, 'conftest.py')).find(each => fs.stat(each) !== null)
  return found ?? join(dirname(path), 'conftest.py')
}

function ignoring(text: string, name: string): TextChange {
  const list = /^collect_ignore[ \t]*=[ \t]*\[([^\]#]*)\]/m.exec(text)
  if (list) {
    const end = list.index + list[0].length - 1
    const items = list[1]!.trimEnd()
    const at = end - (list[1]!.length - items.length)
    return { start: at, end: at, text: items === '' ? name : items.endsWith(',') ? ` ${name}` : `, ${name}` }
  }
  const sign = /^collect_ignore\b/m.test(text) ? '+=' : '='
  const gap = text === '' ? '' : text.endsWith('\n') ? '\n' : '\n\n'
  return { start: text.length, end: text.length, text: `${gap}collect_ignore ${sign} [${name}]\n` }
}
