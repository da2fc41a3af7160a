/** Two test files of one module name: give one of them another name, or make packages of their folders. */
import { basename, dirname, join } from '../../files/paths.ts'
import { editOf } from '../edit.ts'
import { causeOf, type FixContext, type Fixer, type Proposal } from '../fix.ts'

export const basenameConflict: Fixer = {
  rule: 'basename-conflict',
  *propose(finding, context): Iterable<Proposal> {
    const detail = causeOf(context, finding)?.failure.detail
    if (detail?.kind !== 'file-mismatch') return
    const { second, name } = detail
    const to = basename(second) === 'conftest.py' ? null : freeName(context, second)
    const isImported = context.trace.modules.some(({ file, by }) => file === second && by.path !== second)
    if (to !== null) {
      yield {
        key: 'rename',
        title: `Rename it to ${basename(to)}`,
        safety: isImported ? 'unsafe' : 'safe',
        edit: editOf({ renamed: [{ from: second, to }] }),
        command: null,
        because: 'a name of its own, after its folder, ends the conflict whatever the import mode is',
      }
    }
    const inits = [detail.first, second].map(file => join(dirname(file), '__init__.py'))
    const missing = [...new Set(inits)].filter(path => context.fs.stat(path) === null)
    if (missing.length > 0) {
      yield {
        key: 'packages',
        title: `Make packages of the folders of both files named '${name}'`,
        safety: 'unsafe',
        edit: editOf({ created: missing.map(path => ({ path, text: '' })) }),
        command: null,
        because: 'modules of packages are told apart by the names of their folders',
      }
    }
  },
}

/** 'web/test_basket.py' -> 'web/test_web_basket.py', with more folders or a number where that is taken. */
function freeName({ fs, trace, plan }: FixContext, path: string): string | null {
  const taken = new Set([
    ...trace.collectors.map(collector => basename(collector.path)),
    ...trace.modules.map(module => basename(module.file)),
  ])
  const [, before = '', rest = ''] = /^(test_|)(.*)$/.exec(basename(path))!
  let lead = ''
  for (
    let folder = dirname(path);
    folder !== plan.rootdir && folder !== dirname(folder);
    folder = dirname(folder)
  ) {
    lead = `${basename(folder).replaceAll(/\W/g, '_')}_${lead}`
    const name = `${before}${lead}${rest}`
    const to = join(dirname(path), name)
    if (!taken.has(name) && fs.stat(to) === null) return to
  }
  return null
}
