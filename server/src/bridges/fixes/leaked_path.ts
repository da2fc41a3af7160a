/** What later files find only thanks to an earlier one's edit of `sys.path`: the setting does it for all of them. */
import { dirname, isWithin, join, relative } from '../../files/paths.ts'
import { addToList } from '../config_edit.ts'
import type { Fixer, Proposal } from '../fix.ts'

export const leakedPath: Fixer = {
  rule: 'leaked-path',
  *propose(finding, context): Iterable<Proposal> {
    const { rootdir, inipath } = context.plan
    const entries = context.trace.events.flatMap(event =>
      event.event === 'leaning' &&
      event.kind === 'path' &&
      event.entry !== null &&
      (event.by.span.path === finding.span.path || event.span.path === finding.span.path)
        ? [event.entry]
        : [],
    )
    for (const entry of new Set(entries)) {
      if (!isWithin(entry, rootdir)) continue
      const item = relative(inipath === null ? rootdir : dirname(inipath), entry)
      yield {
        key: `pythonpath ${item}`,
        title: `Add "${item}" to pythonpath in the configuration of pytest`,
        safety: entry === join(rootdir, 'src') ? 'safe' : 'unsafe',
        edit: addToList(context, { key: 'pythonpath', item, words: true }),
        command: null,
        because: 'the folder is then on sys.path for every file, in whatever order they are collected',
      }
    }
  },
}
