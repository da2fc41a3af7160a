/** A record holds while the disk would answer the same, and not a moment longer: on real files, with their times grown old. */
import { mkdirSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DiskFileSystem } from '../../server/src/files/disk.ts'
import { type DiskRecord, recheck, type Seen } from '../../server/src/files/disk_record.ts'
import { join } from '../../server/src/files/paths.ts'
import { makeScratch, type Scratch } from '../../server/src/files/scratch.ts'

let scratch: Scratch
const at = (path: string) => join(scratch.path, path)

beforeEach(() => {
  scratch = makeScratch()
  mkdirSync(at('pkg'))
  mkdirSync(at('other'))
  writeFileSync(at('pkg/a.py'), 'one')
  writeFileSync(at('pkg/b.py'), 'two')
  symlinkSync(at('pkg'), at('link'))
})
afterEach(() => scratch.remove())

/** What an analysis may ask, as if it were long ago: only where a change left times alone would it go unseen. */
function record(): DiskRecord {
  const fs = new DiskFileSystem()
  fs.read(at('pkg/a.py'))
  fs.list(at('pkg'))
  fs.stat(at('missing/deep.py'))
  fs.stat(at('other/absent.py'))
  fs.read(at('link/b.py'))
  fs.realpath(at('link/b.py'))
  const { files, folders, ...rest } = fs.record()
  return { files: old(files), folders: old(folders), ...rest }
}

function old<T extends Seen>(all: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return new Map(
    [...all].map(([path, seen]) => [
      path,
      { ...seen, identity: seen.identity && { ...seen.identity, young: false } },
    ]),
  )
}

describe('a record of the disk', () => {
  test('holds while nothing changes', () => {
    const before = record()
    expect(recheck(before)).toBe(before)
  })

  test('holds where only times changed, and has the new ones then', () => {
    const before = record()
    utimesSync(at('pkg/a.py'), 1, 1)
    const after = recheck(before)
    expect(after?.files.get(at('pkg/a.py'))?.identity?.mtimeMs).toBe(1000)
    expect(after?.files.get(at('pkg/a.py'))?.hash).toBe(before.files.get(at('pkg/a.py'))?.hash)
  })

  test('holds where names came that nobody asked for', () => {
    const before = record()
    writeFileSync(at('other/new.py'), '')
    writeFileSync(at('new.py'), '')
    expect(recheck(before)).not.toBeNull()
  })

  const edits: Readonly<Record<string, () => void>> = {
    'an edit': () => writeFileSync(at('pkg/a.py'), 'three'),
    'an edit that leaves size and time': () => {
      const { atime, mtime } = statSync(at('pkg/a.py'))
      writeFileSync(at('pkg/a.py'), 'eno')
      utimesSync(at('pkg/a.py'), atime, mtime)
    },
    'a new name in a folder that was listed': () => writeFileSync(at('pkg/c.py'), ''),
    'a name that was asked for': () => writeFileSync(at('other/absent.py'), ''),
    'a folder that was missing': () => {
      mkdirSync(at('missing'))
      writeFileSync(at('missing/deep.py'), '')
    },
    'a file that is gone': () => rmSync(at('pkg/b.py')),
    'a rename': () => renameSync(at('pkg/b.py'), at('pkg/c.py')),
    'another file in its place': () => {
      writeFileSync(at('other/a.py'), 'ONE')
      renameSync(at('other/a.py'), at('pkg/a.py'))
    },
    'a folder in the place of a file': () => {
      rmSync(at('pkg/b.py'))
      mkdirSync(at('pkg/b.py'))
    },
    'a link that leads elsewhere': () => {
      rmSync(at('link'))
      symlinkSync(at('other'), at('link'))
    },
  }
  test.each(Object.keys(edits))('does not hold after %s', what => {
    const before = record()
    edits[what]!()
    expect(recheck(before)).toBeNull()
  })
})
