/** Lays projects out on the real disk, in temporary folders, for tests that run real programs on them. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, normalize, relative } from '../../server/src/files/paths.ts'
import type { Python } from './pythons.ts'

export interface Laid {
  readonly root: string
  remove(): void
}

/** Writes `files` (relative path -> text; a path that ends in '/' is a folder) below a new folder `name`. */
export function layOut(name: string, files: Iterable<readonly [string, string]>): Laid {
  const scratch = normalize(realpathSync(mkdtempSync(join(normalize(tmpdir()), 'case-'))))
  const root = join(scratch, name)
  mkdirSync(root)
  write(root, files)
  return { root, remove: () => rmSync(scratch, { recursive: true, force: true, maxRetries: 3 }) }
}

/**
 * A virtual environment in `folder` with `files` in its site-packages, which sees all that is installed in
 * `python` as well. Returns its interpreter.
 */
export function layOutEnvironment(
  folder: string,
  python: Python,
  files: Iterable<readonly [string, string]>,
): string {
  const interpreter = bareEnvironment(folder, python)
  const sitePackages = join(folder, relative(python.prefix, python.sitePackages))
  write(sitePackages, files)
  write(sitePackages, [['zz_shared.pth', `${python.sitePackages}\n`]])
  return interpreter
}

/** A virtual environment in `folder` with nothing installed in it. Returns its interpreter. */
export function bareEnvironment(folder: string, python: Python): string {
  const made = spawnSync(python.interpreter, ['-m', 'venv', '--without-pip', folder], { encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`no virtual environment: ${made.stderr}`)
  return join(folder, relative(python.prefix, python.interpreter))
}

function write(root: string, files: Iterable<readonly [string, string]>): void {
  for (const [path, text] of files) {
    const full = join(root, path)
    mkdirSync(path.endsWith('/') ? full : dirname(full), { recursive: true })
    if (!path.endsWith('/')) writeFileSync(full, text)
  }
}
