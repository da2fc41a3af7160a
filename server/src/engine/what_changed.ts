/**
 * What is no longer true when an analysis begins: of the disk, of the environment, of the simulation that is kept. It
 * is told of changes, and looks for itself where it is told that anything may have changed, or where a file was opened
 * or closed: that is no change of anything if its text is the disk's.
 */
import { decodeSource } from '../files/decode.ts'
import type { DiskFileSystem } from '../files/disk.ts'
import { recheck } from '../files/disk_record.ts'
import { remember } from '../files/memo.ts'
import { byAllSpellings } from '../files/overlay.ts'
import type { Remembered } from './analyze.ts'
import type { Job } from './job.ts'

export class WhatChanged {
  /** The disk still has on record all that what is remembered rests on. */
  private isWhole = true
  /** The open texts that were analysed last. */
  private open: Job['texts'] = new Map()

  constructor(
    private readonly disk: DiskFileSystem,
    private readonly remembered: Remembered,
  ) {}

  /** To be called before a job is done, once. Forgets what may be otherwise now. */
  forget({ changed, anything, texts }: Pick<Job, 'changed' | 'anything' | 'texts'>): void {
    const { disk, remembered } = this
    if (anything && !this.isAsBefore()) {
      disk.forget()
      remembered.forgetEnvironment()
      remembered.changed(changed)
      this.isWhole = true
    } else {
      // What was written to them while they were open nobody has noted.
      const closed = [...this.open.keys()].filter(path => !texts.has(path))
      const named = [...new Set([...changed, ...closed])]
      const concerning = new Set(disk.concerning(named))
      const news = named
        .filter(path => concerning.has(path) || remembered.concernsEnvironment(path))
        .filter(path => texts.has(path) || !this.isClosedUnchanged(path))
      if (news.length > 0) this.forgetPaths(news)
    }
    const looked = new Map<string, string | null>()
    remembered.kept.begin(
      byAllSpellings(disk, texts),
      (path, text) => remember(looked, path, () => this.textSeen(path)) === text,
    )
    this.open = texts
  }

  private forgetPaths(paths: readonly string[]): void {
    const { disk, remembered } = this
    const spelled = paths.flatMap(path => [path, ...disk.spellings(path)])
    disk.forget(paths)
    this.isWhole = false
    if (spelled.some(path => remembered.concernsEnvironment(path))) remembered.forgetEnvironment()
    remembered.changed(spelled)
  }

  /** Would the disk answer all that it was asked as it did? What is open hides the file on the disk. */
  private isAsBefore(): boolean {
    if (!this.isWhole) return false
    const { files, ...others } = this.disk.record()
    const open = byAllSpellings(this.disk, this.open)
    const seen = new Map([...files].filter(([path]) => !open.has(path)))
    return recheck({ files: seen, ...others }) !== null
  }

  /** It was open with the text that it has on the disk now, in the place that is known. */
  private isClosedUnchanged(path: string): boolean {
    const text = this.open.get(path)
    return text !== undefined && decoded(this.disk.readAgain(path)) === text
  }

  /** The text on the disk; null where there is none, or another one than was read there before. */
  private textSeen(path: string): string | null {
    const { disk } = this
    const hash = () => disk.seen(path)?.hash ?? null
    const before = hash()
    const bytes = disk.read(path)
    return before === null || hash() === before ? decoded(bytes) : null
  }
}

function decoded(bytes: Uint8Array | null): string | null {
  const source = bytes && decodeSource(bytes)
  return source && 'text' in source ? source.text : null
}
