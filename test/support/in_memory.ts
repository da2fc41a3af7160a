/**
 * A case as the analyser gets it: the project in memory at a place that says nothing, over this machine's disk,
 * where the interpreter with its standard library and pytest really lie. The same environment serves both
 * halves of a case, so neither can be right by the grace of a made-up one.
 */
import { DiskFileSystem } from '../../server/src/files/disk.ts'
import type { FileSystem } from '../../server/src/files/file_system.ts'
import { OverlayFileSystem } from '../../server/src/files/overlay.ts'
import { join, relative } from '../../server/src/files/paths.ts'
import { type Case, installedFiles } from './case_file.ts'
import type { Python } from './pythons.ts'

export interface InMemory {
  readonly fs: FileSystem
  readonly root: string
  /** What to name as the project's Python: an interpreter, or a folder with an environment. */
  readonly python: string
  /** An environment that exists in memory only can't be started. */
  readonly startable: boolean
}

/** Shared: what one case learned of the interpreter's folders the next one need not ask for. */
const disk = new DiskFileSystem()

export function inMemory(c: Case, python: Python): InMemory {
  const root = join('/case', c.name)
  const texts = new Map<string, string | null>()
  for (const [path, text] of c.files) texts.set(join(root, path.endsWith('/') ? `${path}.keep` : path), text)
  const startable = c.sitePackages.size === 0
  const prefix = '/case/environment'
  if (!startable) {
    const here = (path: string) => join(prefix, relative(python.prefix, path))
    const sitePackages = here(python.sitePackages)
    const config = disk.read(join(python.prefix, 'pyvenv.cfg'))
    texts.set(join(prefix, 'pyvenv.cfg'), new TextDecoder().decode(config ?? new Uint8Array()))
    texts.set(here(python.interpreter), '')
    texts.set(join(sitePackages, 'zz_shared.pth'), `${python.sitePackages}\n`)
    for (const [path, text] of installedFiles(c, root)) texts.set(join(sitePackages, path), text)
  }
  const fs = new OverlayFileSystem(disk, texts)
  return { fs, root, python: startable ? python.interpreter : prefix, startable }
}
