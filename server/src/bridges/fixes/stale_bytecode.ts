/** Byte code that another Python left behind, or whose source is gone: it goes. */
import { basename } from '../../files/paths.ts'
import { editOf } from '../edit.ts'
import { causeOf, type Fixer, type Proposal } from '../fix.ts'

export const staleBytecode: Fixer = {
  rule: 'stale-bytecode',
  *propose(finding, context): Iterable<Proposal> {
    const detail = causeOf(context, finding)?.failure.detail
    if (detail?.kind !== 'bytecode') return
    yield {
      key: 'delete',
      title: `Delete ${basename(detail.file)}`,
      safety: 'safe',
      edit: editOf({ deleted: [{ path: detail.file, content: null }] }),
      command: null,
      because: 'this Python cannot read it, and it hides what else has the name',
    }
  },
}
