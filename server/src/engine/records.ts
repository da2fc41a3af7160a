/**
 * Free confirmation: what the probe wrote while the user ran pytest with `-p precollect_probe`. Such a run counts
 * like a pass of our own, over the files that it came to.
 */

import { type ProbeRecord, readProbe } from '../confirm/events.ts'
import type { Pass } from '../confirm/evidence.ts'
import type { Observation } from '../confirm/observation.ts'
import { cacheFolder } from '../files/cache_folder.ts'
import { DiskFileSystem } from '../files/disk.ts'
import { join } from '../files/paths.ts'
import { removeFile } from '../files/write.ts'
import { type PassBasis, passFrom } from './pass.ts'

/** The finished records of this project in this environment, oldest first; they are taken away. Never throws. */
export function takeRecords(
  basis: PassBasis,
  env: Readonly<Record<string, string | undefined>>,
): readonly Pass[] {
  const folder = join(cacheFolder(env), 'records')
  const disk = new DiskFileSystem()
  const names = (disk.list(folder) ?? []).map(entry => entry.name).filter(name => name.endsWith('.ndjson'))
  return names.flatMap(name => {
    const path = join(folder, name)
    const bytes = disk.read(path)
    if (!bytes) return []
    const record = readProbe(bytes)
    if (!record.finished || record.rootdir !== basis.rootdir) return []
    // In another environment, as tox has them, other modules are installed.
    if (basis.prefix !== '' && disk.realpath(record.prefix ?? '') !== disk.realpath(basis.prefix)) return []
    removeFile(path)
    const started = Math.floor(Number.parseInt(name, 10) / 1e6)
    return [passOf(record, started, basis)]
  })
}

function passOf(record: ProbeRecord, started: number, basis: PassBasis): Pass {
  const files = record.collectors.filter(it => it.kind === 'module' || it.kind === 'file')
  const seen = new Set(files.map(it => it.path))
  const all = basis.collectors.every(({ path }) => seen.has(path))
  const observation: Observation = {
    ...record,
    end: { kind: 'exited', code: record.exitCode ?? 0 },
    stderr: '',
    milliseconds: Math.round(files.reduce((sum, it) => sum + it.seconds, 0) * 1000),
  }
  // What the files import may have changed since: nobody knows what of it the run saw.
  return passFrom(observation, all ? null : [...seen], started, new Map())
}
