/** Caches of tools in the workspace, by the names they have and the tag that says of a folder that it is a cache. */
import { readText } from '../../environment/look.ts'
import { join } from '../../files/paths.ts'
import { type HygieneCheck, type HygieneContext, type Removable, seen } from './check.ts'
import { ownFolders } from './own_files.ts'

const NAMES = new Set(['.pytest_cache', '.ruff_cache', '.mypy_cache'])

/** See bford.info/cachedir. */
const TAG = 'Signature: 8a477f597d28d172789f06886806bc55'

export const toolCaches: HygieneCheck = {
  id: 'tool-caches',
  summary: 'caches of pytest, ruff and mypy',
  *check(context) {
    for (const path of ownFolders(context, name => NAMES.has(name))) {
      if (!readText(context.fs, join(path, 'CACHEDIR.TAG'))?.startsWith(TAG)) continue
      yield {
        severity: 'info',
        what: `${seen(context, path)} is a cache`,
        removable: [sized(context, path)],
      }
    }
  },
}

function sized({ fs }: HygieneContext, path: string): Removable {
  let bytes = 0
  const waiting = [path]
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const { name, kind, link } of fs.list(folder) ?? []) {
      if (link) continue
      if (kind === 'directory') waiting.push(join(folder, name))
      else bytes += fs.stat(join(folder, name))?.size ?? 0
    }
  }
  return { path, bytes }
}
