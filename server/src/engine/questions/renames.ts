/** What else has to change when files or folders are renamed or moved: the imports of what they hold, and what breaks. */
import { editOf, type FileChange, type Renamed, type WorkspaceEdit } from '../../bridges/edit.ts'
import { nameBelow } from '../../bridges/module_names.ts'
import { rewritten } from '../../bridges/rewrite.ts'
import { inWords } from '../../bridges/verify.ts'
import { isWithin } from '../../files/paths.ts'
import { contextOf, effectOn } from '../fixes.ts'
import type { Asked } from './question.ts'

export interface RenameOffer {
  /** The rewriting of importers; the renaming itself is the editor's. */
  readonly edit: WorkspaceEdit
  /** What the collection loses by the renaming with that edit, in words; null where it loses nothing. */
  readonly loss: string | null
}

/** null where nothing imports what is renamed and nothing is lost. */
export function renameOf({ analysis }: Asked, renamed: readonly Renamed[]): RenameOffer | null {
  const context = contextOf(analysis)
  const { index } = context
  const modules = new Map<string, string>()
  for (const { path, names } of index.modules()) {
    const move = renamed.find(({ from }) => isWithin(path, from))
    if (!move) continue
    const to = move.to + path.slice(move.from.length)
    for (const name of names) {
      const target = nameBelow(entryOf(path, name), to)
      if (target && target !== name) modules.set(name, target)
    }
  }
  const importers = new Set([...modules.keys()].flatMap(name => index.wanted(name).importers))
  const changed = [...importers].flatMap((path): FileChange[] => {
    const made = rewritten(path, { modules, names: new Map() }, context, index)
    return made ? [made.change] : []
  })
  const effect = effectOn(analysis, editOf({ changed, renamed }))
  const harm = effect && { ...effect, back: [], uncovered: [], dropped: [] }
  const isHarmed = harm && harm.broken.length + harm.clouded.length + harm.lost.length > 0
  if (changed.length === 0 && !isHarmed) return null
  return { edit: editOf({ changed }), loss: isHarmed ? inWords(harm) : null }
}

/** The folder below which a file has that dotted name. */
function entryOf(path: string, name: string): string {
  const file = path.replace(/\/__init__\.py$|\.py$/, '')
  return file.slice(0, file.length - name.length - 1)
}
