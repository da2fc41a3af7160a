/**
 * What is known of one plugin or conftest before it runs: from the measured tables, else from its source.
 * Which plugins are loaded is decided in `plugins.ts`.
 */
import type { Environment } from '../environment/environment.ts'
import type { FileSystem } from '../files/file_system.ts'
import { basename, dirname, isWithin, join, parents } from '../files/paths.ts'
import { walkFiles } from '../files/walk.ts'
import { PARTS, type Part, scanSource } from './plugin_source.ts'
import {
  builtinPlugins,
  builtinRegistered,
  measuredOptions,
  measuredPlugin,
  type Registered,
} from './tables.ts'

export interface PluginFacts extends Registered {
  /** Parts of which not everything is known. */
  readonly open: ReadonlySet<Part>
  /** The source comes from the project itself, so that `simulate` runs it. */
  readonly local: boolean
  /** Files whose text was judged, or, with a table, nothing. */
  readonly files: readonly string[]
}

/** Where modules are looked for, in order, as far as that is known without running anything. */
export interface Places {
  readonly fs: FileSystem
  readonly environment: Environment
  readonly pytestVersion: string
  readonly searchPath: readonly string[]
}

/** Packages with more files than this are not read; what they register stays open. */
const MOST_FILES = 400

/** The file that `import module` would run; null where none is found on the given places. */
export function moduleFile(places: Places, module: string): string | null {
  const { fs, environment, searchPath } = places
  const parts = module.split('.')
  const inFolder = (folder: string, rest: readonly string[]): string | null => {
    const base = join(folder, ...rest)
    return [join(base, '__init__.py'), `${base}.py`].find(path => fs.stat(path)?.kind === 'file') ?? null
  }
  for (const folder of searchPath) {
    const file = inFolder(folder, parts)
    if (file) return file
  }
  for (const { mapping } of environment.editableFinders) {
    for (let length = parts.length; length > 0; length--) {
      const target = mapping[parts.slice(0, length).join('.')]
      const file = target === undefined ? null : inFolder(target, parts.slice(length))
      if (file) return file
    }
  }
  return null
}

/** False for what is installed: site-packages and the standard library. */
export function isLocal({ environment }: Places, file: string): boolean {
  return ![...environment.sitePackages, ...environment.stdlib].some(folder => isWithin(file, folder))
}

/** The plugin module of a distribution (null: none is known), with all that it loads in turn. */
export function factsOfPlugin(
  places: Places,
  module: string,
  distribution: { readonly name: string; readonly version: string } | null,
): PluginFacts {
  // pytest's own plugins are in the tables of pytest itself.
  if (module.startsWith('_pytest.')) return { ...UNKNOWN_PLUGIN, open: new Set() }
  const table = distribution && measuredPlugin(distribution.name, distribution.version)
  if (table) {
    const open = new Set<Part>(table.markers === null ? ['markers'] : [])
    return {
      options: table.options,
      ini: table.ini,
      markers: table.markers ?? [],
      open,
      local: false,
      files: [],
    }
  }
  const file = moduleFile(places, module)
  return file === null ? UNKNOWN_PLUGIN : gather(places, filesOfPlugin(places, file), isLocal(places, file))
}

/** One conftest, with the plugins that it asks for. */
export function factsOfConftest(places: Places, path: string): PluginFacts {
  // Importing it puts the folder on the path from which its package can be imported.
  let base = dirname(path)
  while (places.fs.stat(join(base, '__init__.py')) && dirname(base) !== base) base = dirname(base)
  return gather({ ...places, searchPath: [base, ...places.searchPath] }, [path], true)
}

export function mergeFacts(all: readonly PluginFacts[]): PluginFacts {
  return {
    options: all.flatMap(({ options }) => options),
    ini: all.flatMap(({ ini }) => ini),
    markers: all.flatMap(({ markers }) => markers),
    open: new Set(all.flatMap(({ open }) => [...open])),
    local: all.some(({ local }) => local),
    files: all.flatMap(({ files }) => files),
  }
}

/** A plugin of which nothing is known: it may register anything. */
export const UNKNOWN_PLUGIN: PluginFacts = {
  options: [],
  ini: [],
  markers: [],
  open: new Set(PARTS),
  local: false,
  files: [],
}

/**
 * For an environment that is not known: any plugin may be loaded. Which options of well-known ones take a
 * value still helps to tell values from paths.
 */
export function anyPlugin(): PluginFacts {
  return { ...UNKNOWN_PLUGIN, options: measuredOptions() }
}

function gather(places: Places, files: readonly string[], local: boolean): PluginFacts {
  const found: PluginFacts[] = []
  const waiting = [...files]
  const seen = new Set(files)
  const follow = (next: readonly string[]): void => {
    waiting.push(...next.filter(path => !seen.has(path)))
    for (const path of next) seen.add(path)
  }
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    const bytes = places.fs.read(path)
    if (!bytes) continue
    const { asks, stars, ...facts } = scanSource(new TextDecoder().decode(bytes))
    found.push({ ...facts, local, files: [path] })
    for (const name of asks) {
      const builtin = builtinFacts(places.pytestVersion, name)
      const file = builtin ? null : moduleFile(places, name)
      if (builtin || file === null) found.push(builtin ?? UNKNOWN_PLUGIN)
      else follow(filesOfPlugin(places, file))
    }
    for (const name of stars) {
      const file = starFile(places, path, name)
      if (file !== null) follow([file])
      // What an installed module that is not found would add is no hook of a plugin, as a rule; a conftest's may be.
      else if (local) found.push(UNKNOWN_PLUGIN)
    }
  }
  const tooMany = files.length > MOST_FILES
  return { ...mergeFacts(found), local, ...(tooMany && { open: new Set(PARTS) }) }
}

/** The module of `from name import *` in the file `path`; relative names count from its folder. */
function starFile(places: Places, path: string, name: string): string | null {
  const dots = /^\.*/.exec(name)![0].length
  if (dots === 0) return moduleFile(places, name)
  const folder = [dirname(path), ...parents(dirname(path))][dots - 1]
  return folder === undefined
    ? null
    : moduleFile({ ...places, searchPath: [folder] }, name.slice(dots) || '__init__')
}

/** A plugin of pytest's own that is off by default, such as `pytester`. */
export function builtinFacts(version: string, name: string): PluginFacts | null {
  const plain = name.replace(/^_pytest\./, '')
  if (!builtinPlugins(version).some(plugin => plugin.name === plain)) return null
  const core = builtinRegistered(version, new Set())
  const own = builtinRegistered(version, new Set([plain]))
  return {
    options: own.options,
    ini: own.ini.filter(spec => !core.ini.includes(spec)),
    markers: own.markers.filter(line => !core.markers.includes(line)),
    open: new Set(),
    local: false,
    files: [],
  }
}

/**
 * A plugin in a package registers from any module of it; one that is a single file only from that. Of the
 * project's own packages only the file itself is read: what it imports is followed when it runs.
 */
export function filesOfPlugin(places: Places, file: string): string[] {
  const folder = dirname(file)
  const top = places.searchPath.includes(folder) || basename(file) === 'conftest.py'
  if (top || isLocal(places, file)) return [file]
  const files: string[] = []
  for (const { path, name } of walkFiles(places.fs, folder, (_, entry) => entry.name !== '__pycache__')) {
    if (name.endsWith('.py')) files.push(path)
    if (files.length > MOST_FILES) break
  }
  return files
}
