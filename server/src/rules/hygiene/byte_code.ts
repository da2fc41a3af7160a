/**
 * Byte code in the workspace that serves nobody: whose source is gone, or that another interpreter or pytest wrote.
 * It is made again when it is needed. A `.pyc` that lies where its source was is imported in its place: that is told, and
 * left alone, as it can't be made again.
 */
import type { Environment } from '../../environment/environment.ts'
import { basename, dirname, join } from '../../files/paths.ts'
import { type HygieneCheck, type HygieneContext, type Removable, seen } from './check.ts'
import { ownFiles } from './own_files.ts'

/** `name.cpython-311.opt-1.pyc`, and pytest's own `name.cpython-311-pytest-8.3.5.pyc`. */
const CACHED = /^(.+?)\.((?:cpython|pypy|graalpy)-?\d+\w*)(?:-pytest-(\d[\w.]*?))?(?:\.opt-\w+)?\.pyc$/

export const byteCode: HygieneCheck = {
  id: 'byte-code',
  summary: 'byte code whose source is gone, or that another interpreter or pytest wrote',
  *check(context) {
    const { fs, environment } = context
    const tag = tagOf(environment)
    const orphans: Removable[] = []
    const foreign: Removable[] = []
    for (const path of ownFiles(context, name => name.endsWith('.pyc'))) {
      const folder = dirname(path)
      const [, name, itsTag, itsPytest] = CACHED.exec(basename(path)) ?? []
      if (basename(folder) !== '__pycache__') {
        if (fs.stat(path.slice(0, -1)) === null) yield sourceless(context, path)
        continue
      }
      if (name === undefined) continue
      const other =
        (tag !== null && itsTag !== tag) ||
        (itsPytest !== undefined &&
          environment.pytestVersion !== null &&
          itsPytest !== environment.pytestVersion)
      if (fs.stat(join(dirname(folder), `${name}.py`)) === null) orphans.push(sized(context, path))
      else if (other) foreign.push(sized(context, path))
    }
    if (orphans.length > 0) {
      yield {
        severity: 'info',
        what: `byte code in __pycache__ whose source is gone: ${files(orphans)}`,
        removable: orphans,
      }
    }
    if (foreign.length > 0) {
      yield {
        severity: 'info',
        what: `byte code that another interpreter or pytest wrote: ${files(foreign)}`,
        removable: foreign,
      }
    }
  },
}

function sourceless(context: HygieneContext, path: string) {
  return {
    what: `${seen(context, path)} is byte code without a source: it is imported here, and nowhere else`,
    todo: 'delete it, or bring its source back',
  }
}

function files({ length }: readonly Removable[]): string {
  return length === 1 ? '1 file' : `${length} files`
}

function sized({ fs }: HygieneContext, path: string): Removable {
  return { path, bytes: fs.stat(path)?.size ?? 0 }
}

/** What the chosen interpreter calls its byte code; null where it is none that is known. */
function tagOf({ executable, implementation, version: [major, minor] }: Environment): string | null {
  if (executable === null || implementation === 'other') return null
  return implementation === 'cpython' ? `cpython-${major}${minor}` : `pypy${major}${minor}`
}
