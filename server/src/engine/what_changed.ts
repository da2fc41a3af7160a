/**
 * What is no longer true when an analysis begins: of the disk, of the environment, of the simulation that is kept. It
 * is told of changes, and looks for itself where it is told that anything may have changed, or where a file was opened
 * or closed: that is no change of anything if its text is the disk's.
 */
import { decodeSource } from '../files/decode.ts'
import type { DiskFileSystem } from '../files/disk.ts'
import { recheck } from '../files/disk_record.ts'
import { remember } from '../files/memo.ts'
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
  forget({ changed, texts }: Pick<Job, 'changed' | 'texts'>): void {
    const { disk, remembered } = this
    const looked = new Map<string, string | null>()
    const isOnDisk = (path: string, text: string) =>
      remember(looked, path, () => this.textSeen(path)) === text
    const isClosedUnchanged = (path: string) => {
      const text = this.open.get(path)
      return text !== undefined && !texts.has(path) && isOnDisk(path, text)
    }
    if (changed === null) {
      if (!this.isAsBefore()) {
        disk.forget()
        remembered.forgetEnvironment()
        remembered.kept.drop()
        this.isWhole = true
      }
    } else if (changed.length > 0) {
      disk.forget(changed)
      this.isWhole = false
      if (changed.some(path => remembered.concernsEnvironment(path))) remembered.forgetEnvironment()
      if (!changed.every(isClosedUnchanged)) remembered.kept.drop()
    }
    remembered.kept.begin(texts, isOnDisk)
    this.open = texts
  }

  /** Would the disk answer all that it was asked as it did? What is open hides the file on the disk. */
  private isAsBefore(): boolean {
    if (!this.isWhole) return false
    const { files, ...others } = this.disk.record()
    const seen = new Map([...files].filter(([path]) => !this.open.has(path)))
    return recheck({ files: seen, ...others }) !== null
  }

  /** The text on the disk; null where there is none, or another one than was read there before. */
  private textSeen(path: string): string | null {
    const { disk } = this
    const before = disk.contentHash(path)
    const bytes = disk.read(path)
    if (!bytes || (before !== null && disk.contentHash(path) !== before)) return null
    const decoded = decodeSource(bytes)
    return 'text' in decoded ? decoded.text : null
  }
}
