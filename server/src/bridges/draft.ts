/**
 * Edits made one after another without a disk: what the workspace would be, and the changes that would make it so.
 */

import { textOf } from '../files/encode.ts'
import type { FileSystem } from '../files/file_system.ts'
import { contentHash } from '../files/hash.ts'
import { isWithin } from '../files/paths.ts'
import { type Change, contentKey } from '../files/transaction.ts'
import { walkFiles } from '../files/walk.ts'
import { movedTo, overlaid, type WorkspaceEdit } from './edit.ts'

/** A file as it was before all edits, and as it is after them. */
export interface Draft {
  /** null: it was made. */
  readonly from: string | null
  /** null: it is gone. */
  readonly to: string | null
  readonly before: string | null
  readonly after: string | null
}

export class Drafts {
  private readonly base: FileSystem
  private current: FileSystem
  /** Every file that an edit touched: where it is now, by where it was. */
  private readonly places = new Map<string, string | null>()
  private readonly made = new Set<string>()

  constructor(base: FileSystem) {
    this.base = base
    this.current = base
  }

  /** The workspace with all edits in it. */
  get fs(): FileSystem {
    return this.current
  }

  get isEmpty(): boolean {
    return this.places.size + this.made.size === 0
  }

  /** Makes an edit that was made for the workspace as it is now. False, and nothing is done, where it can't be. */
  add(edit: WorkspaceEdit): boolean {
    const { current } = this
    const next = overlaid(current, edit, path => {
      const bytes = current.read(path)
      return bytes && textOf(path, bytes)
    })
    if (!next) return false
    const touched = [
      ...[...edit.changed, ...edit.deleted].map(({ path }) => path),
      ...edit.renamed.flatMap(({ from }) => filesAt(current, from)),
    ]
    const origins = new Map(
      [...this.places].flatMap(([from, to]) => (to === null ? [] : [[to, from] as const])),
    )
    for (const path of touched) {
      const to = movedTo(edit, path)
      if (this.made.delete(path)) {
        if (to !== null) this.made.add(to)
      } else this.places.set(origins.get(path) ?? path, to)
    }
    for (const { path } of edit.created) this.made.add(path)
    this.current = next
    return true
  }

  /** All files that are not what they were, those that were there first. */
  drafts(): readonly Draft[] {
    const old = [...this.places].map(([from, to]) => ({
      from,
      to,
      before: this.text(this.base, from),
      after: to === null ? null : this.text(this.current, to),
    }))
    const made = [...this.made].map(to => ({
      from: null,
      to,
      before: null,
      after: this.text(this.current, to),
    }))
    return [...old, ...made].filter(({ from, to, before, after }) => from !== to || before !== after)
  }

  /** What has to be written for it. */
  changes(): readonly Change[] {
    return this.drafts().flatMap(({ from, to, before, after }): Change[] => {
      if (from === null) return to === null ? [] : [{ kind: 'create', path: to, text: after ?? '' }]
      const bytes = this.base.read(from)
      const was = bytes ? contentKey(from, bytes) : contentHash('')
      if (to === null) return [{ kind: 'delete', path: from, was }]
      if (to !== from) return [{ kind: 'rename', path: from, was, to, text: after === before ? null : after }]
      return [{ kind: 'write', path: from, was, text: after ?? '' }]
    })
  }

  private text(fs: FileSystem, path: string): string | null {
    const bytes = fs.read(path)
    return bytes && textOf(path, bytes)
  }
}

function filesAt(fs: FileSystem, path: string): string[] {
  if (fs.stat(path)?.kind !== 'directory') return [path]
  return [...walkFiles(fs, path, () => true)].map(file => file.path).filter(file => isWithin(file, path))
}
