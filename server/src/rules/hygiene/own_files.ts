/** The workspace's own files and folders: no links, no environments, no installed packages, no repository. */
import { join } from '../../files/paths.ts'
import type { HygieneContext } from './check.ts'

const FOREIGN = new Set(['.git', '.hg', '.svn', 'node_modules', '.tox', '.nox', 'site-packages'])

type About = Pick<HygieneContext, 'fs' | 'workspace'>

/** The files with such a name, in no order that matters. */
export function* ownFiles(about: About, wanted: (name: string) => boolean): Generator<string> {
  for (const { path, name, kind } of entries(about)) if (kind === 'file' && wanted(name)) yield path
}

/** The folders with such a name; what lies below them is looked at too. */
export function* ownFolders(about: About, wanted: (name: string) => boolean): Generator<string> {
  for (const { path, name, kind } of entries(about)) if (kind === 'directory' && wanted(name)) yield path
}

function* entries({ fs, workspace }: About) {
  const waiting = [workspace]
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const listed = fs.list(folder) ?? []
    if (folder !== workspace && listed.some(({ name }) => name === 'pyvenv.cfg' || name === 'conda-meta'))
      continue
    for (const { name, kind, link } of listed) {
      if (link) continue
      const path = join(folder, name)
      yield { path, name, kind }
      if (kind === 'directory' && !FOREIGN.has(name)) waiting.push(path)
    }
  }
}
