/** A relative import that climbs too far: the file has moved, or the folders that it counts on are no packages yet. */
import { dirname, join } from '../../files/paths.ts'
import { editOf } from '../edit.ts'
import { causeOf, type Fixer, type Proposal } from '../fix.ts'
import { proposalsForMover } from '../moved_name.ts'
import { textAt } from '../replace.ts'

export const relativeImportBeyondTopLevel: Fixer = {
  rule: 'relative-import-beyond-top-level',
  *propose(finding, context): Iterable<Proposal> {
    const failure = causeOf(context, finding)?.failure
    if (failure?.detail.kind !== 'relative-import') return
    yield* proposalsForMover(finding, context)
    const level = /^\.+/.exec(textAt(context, finding.span))?.[0].length ?? 0
    const missing: string[] = []
    let folder = dirname(finding.span.path)
    for (let dots = 0; dots < level; dots++, folder = dirname(folder)) {
      if (folder === context.plan.rootdir || folder === dirname(folder)) return
      const init = join(folder, '__init__.py')
      if (context.fs.stat(init) === null) missing.push(init)
    }
    if (missing.length === 0) return
    yield {
      key: 'packages',
      title:
        missing.length === 1
          ? 'Add the __init__.py that makes its folder a package'
          : `Add ${missing.length} __init__.py files`,
      safety: 'unsafe',
      edit: editOf({ created: missing.map(path => ({ path, text: '' })) }),
      command: null,
      because: 'a relative import starts from a package',
    }
  },
}
