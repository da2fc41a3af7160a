/** Tests that need `python -m pytest`: the configuration can put the folder on `sys.path` for both. */
import { dirname, relative } from '../../files/paths.ts'
import { addToList } from '../config_edit.ts'
import type { Fixer, Proposal } from '../fix.ts'

export const invocationDependent: Fixer = {
  rule: 'invocation-dependent',
  *propose(_, context): Iterable<Proposal> {
    const { invocation, inipath, rootdir } = context.plan
    if (invocation.kind !== 'python -m pytest') return
    const item = relative(inipath === null ? rootdir : dirname(inipath), invocation.cwd)
    yield {
      key: 'pythonpath',
      title: `Add "${item}" to pythonpath in the configuration of pytest`,
      safety: 'safe',
      edit: addToList(context, { key: 'pythonpath', item, words: true }),
      command: null,
      because: 'it does what `python -m` does, however pytest is started',
    }
  },
}
