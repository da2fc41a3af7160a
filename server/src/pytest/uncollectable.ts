/** Files given as arguments that nothing collects: pytest then ends with a usage error. */
import { basename, dirname, relative } from '../files/paths.ts'
import type { PluginLoad, Stop } from './plan.ts'
import { filesOfPlugin, moduleFile, type Places } from './plugin_facts.ts'
import type { StartPoint } from './start_points.ts'
import { usageError } from './stop.ts'
import { atLeast } from './version.ts'

export interface UncollectableRequest {
  readonly places: Places
  readonly rootdir: string
  readonly loads: readonly PluginLoad[]
  readonly initialConftests: readonly string[]
}

/**
 * The stop for arguments such as 'README.md'; null where there are none, or a plugin or conftest has a hook
 * that collects files and might take them. Text files count as doctests.
 */
export function uncollectableStop(starts: readonly StartPoint[], request: UncollectableRequest): Stop | null {
  const strange = starts.filter(({ kind, path }) => kind === 'file' && !/\.(?:py|txt|rst)$/.test(path))
  const [first] = strange
  if (!first || mayCollectFiles(request)) return null
  const lines = strange.map(start => {
    const id = [start.path, ...start.parts].join('::')
    if (!atLeast(request.places.pytestVersion, '8.0')) return `found no collectors for ${id}`
    return `not found: ${id}\n(no match in any of [${folderNode(dirname(start.path), request)}])`
  })
  return usageError(lines.join('\n'), { phase: 'collection', span: null, subject: first.path })
}

function mayCollectFiles({ places, loads, initialConftests }: UncollectableRequest): boolean {
  const plugins = loads.flatMap(({ module }) => {
    const file = moduleFile(places, module)
    return file === null ? [null] : filesOfPlugin(places, file)
  })
  return [...plugins, ...initialConftests].some(path => {
    const bytes = path === null ? null : places.fs.read(path)
    // A plugin whose source is not found may do anything.
    return (
      bytes === null || /pytest_collect_file|pytest_plugins|import \*/.test(new TextDecoder().decode(bytes))
    )
  })
}

/** The folder's node as pytest prints it; the outermost one goes by its name below the root. */
function folderNode(folder: string, { places, rootdir }: UncollectableRequest): string {
  const isPackage = places.fs.stat(`${folder}/__init__.py`)?.kind === 'file'
  const below = relative(rootdir, folder)
  const name = below === '.' || below.startsWith('..') ? basename(folder) : basename(below)
  return `<${isPackage ? 'Package' : 'Dir'} ${name}>`
}
