/**
 * What is installed, as importlib.metadata sees it: every `.dist-info` and `.egg-info` in the folders of
 * sys.path. Reads headers and lists of names; no module's text. An `.egg-link` needs no reading: the folder it
 * names is on sys.path by easy-install.pth, and holds the `.egg-info`.
 *
 * importlib.metadata goes by `os.listdir`, whose order is the file system's own; here names are sorted, so
 * where two distributions in one folder offer a plugin of one name, the first by name stands for both.
 */
import type { FileSystem } from '../files/file_system.ts'
import { join } from '../files/paths.ts'
import type { Distribution, PluginEntryPoint } from './environment.ts'
import { readText } from './look.ts'

export interface Installed {
  readonly distribution: Distribution
  /** Entry points of group pytest11 in the order of the file. */
  readonly plugins: readonly PluginEntryPoint[]
}

/** The distributions that one folder of sys.path offers; `sitePackages` tells which folders pip installs to. */
export function distributionsIn(
  fs: FileSystem,
  folder: string,
  sitePackages: readonly string[],
): Installed[] {
  const isEgg = /\.egg$/i.test(folder)
  const installed: Installed[] = []
  for (const { name } of fs.list(folder) ?? []) {
    if (/\.(?:dist|egg)-info$/i.test(name) || (isEgg && /^egg-info$/i.test(name))) {
      const found = readDistribution(fs, join(folder, name), sitePackages.includes(folder) || isEgg)
      if (found) installed.push(found)
    }
  }
  return installed
}

/**
 * The plugins that pluggy's load_setuptools_entrypoints('pytest11') would load, in its order: distributions
 * by their place on sys.path; of entry points of one name the first one counts.
 */
export function pytestPlugins(installed: readonly Installed[]): PluginEntryPoint[] {
  const byName = new Map<string, PluginEntryPoint>()
  for (const plugin of installed.flatMap(({ plugins }) => plugins)) {
    if (!byName.has(plugin.name)) byName.set(plugin.name, plugin)
  }
  return [...byName.values()]
}

/** The version of pytest that is importable from these folders: its metadata, else its own source checkout. */
export function pytestVersion(
  fs: FileSystem,
  installed: readonly Installed[],
  sysPath: readonly string[],
): string | null {
  const known = installed.find(({ distribution }) => distribution.name.toLowerCase() === 'pytest')
  if (known) return known.distribution.version
  for (const folder of sysPath) {
    if (!fs.list(folder)?.some(({ name }) => name === '_pytest')) continue
    const text = readText(fs, join(folder, '_pytest', '_version.py'))
    return /^(?:__)?version(?:__)?\s*(?::[^=\n]*)?=[^'"\n]*['"]([^'"]+)['"]/m.exec(text ?? '')?.[1] ?? null
  }
  return null
}

function readDistribution(fs: FileSystem, path: string, inSitePackages: boolean): Installed | null {
  const read = (file: string): string | null => readText(fs, join(path, file))
  // distutils wrote the metadata into a file where others make a folder.
  const headers =
    readHeaders(fs, join(path, 'METADATA')) ??
    readHeaders(fs, join(path, 'PKG-INFO')) ??
    readHeaders(fs, path)
  if (headers?.name === undefined) return null
  const { name, version = '', requires } = headers
  const legacy = /egg-info$/i.test(path)
  const distribution: Distribution = {
    name,
    version,
    path,
    topLevel: topLevelNames(read),
    requires: requires.length > 0 || !legacy ? requires : requirementsOf(read('requires.txt')),
    editable: legacy ? !inSitePackages : isEditable(read('direct_url.json')),
  }
  const plugins = entryPoints(read('entry_points.txt') ?? '', 'pytest11').map(([plugin, module]) => ({
    distribution: name,
    version,
    name: plugin,
    module,
  }))
  return { distribution, plugins }
}

interface Headers {
  readonly name: string | undefined
  readonly version: string | undefined
  readonly requires: readonly string[]
}

/** What METADATA or PKG-INFO says in its header block; the long description behind it is not looked at. */
function readHeaders(fs: FileSystem, path: string): Headers | null {
  const bytes = fs.read(path)
  if (!bytes) return null
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const unix = buffer.indexOf('\n\n')
  const block = unix < 0 ? buffer : buffer.subarray(0, unix)
  const windows = block.indexOf('\n\r\n')
  const text = block.toString('utf8', 0, windows < 0 ? block.length : windows)
  const values = (key: string) =>
    Array.from(text.matchAll(new RegExp(`^${key}:(.*)$`, 'gim')), match => match[1]!.trim())
  return { name: values('Name')[0], version: values('Version')[0], requires: values('Requires-Dist') }
}

/** Import names by top_level.txt or by the installed files; null where neither is there. */
function topLevelNames(read: (file: string) => string | null): string[] | null {
  const listed = read('top_level.txt')
  if (listed !== null) return listed.split(/\r?\n/).filter(line => line !== '')
  const record = read('RECORD') ?? read('installed-files.txt')
  return record === null ? null : namesInRecord(record)
}

function namesInRecord(record: string): string[] {
  const names = new Set<string>()
  let last = ''
  for (let start = 0; start < record.length; ) {
    const end = record.indexOf('\n', start)
    const stop = end < 0 ? record.length : end
    // Lines come in groups of one folder: most of them end at this test.
    if (last === '' || !record.startsWith(last, start)) {
      const path = record.slice(start, stop).split(',', 1)[0]!.replace(/^"/, '')
      const cut = path.search(/[\\/]/)
      const head = cut < 0 ? path.replace(/(?:\.[\w-]+)?\.(?:py|so|pyd)$|$/, '') : path.slice(0, cut)
      const isModule = cut >= 0 || /\.(?:py|so|pyd)\s*$/.test(path)
      if (isModule && /^[^\W\d]\w*$/u.test(head) && head !== '__pycache__') names.add(head)
      last = cut < 0 ? '' : path.slice(0, cut + 1)
    }
    start = stop + 1
  }
  return [...names].sort()
}

/** requires.txt of an egg-info: lines before the first section, extras become markers. */
function requirementsOf(text: string | null): string[] {
  const requirements: string[] = []
  let condition = ''
  for (const line of (text ?? '').split(/\r?\n/).map(line => line.trim())) {
    const section = /^\[([^:\]]*):?([^\]]*)\]$/.exec(line)
    if (section) {
      const [, extra, marker] = section
      const asked = extra && `extra == "${extra}"`
      condition = marker && asked ? `(${marker}) and ${asked}` : marker || asked || ''
    } else if (line !== '') requirements.push(condition ? `${line}; ${condition}` : line)
  }
  return requirements
}

function isEditable(directUrl: string | null): boolean {
  if (directUrl === null) return false
  try {
    return JSON.parse(directUrl)?.dir_info?.editable === true
  } catch {
    // A damaged file: pip would not take it for editable either.
    return false
  }
}

/** `name = module:attr [extra]` lines of one section, as importlib.metadata reads them: [name, module]. */
function entryPoints(text: string, group: string): [name: string, module: string][] {
  const found: [string, string][] = []
  let section = ''
  for (const line of text.split(/\r\n?|\n/).map(line => line.trim())) {
    if (line === '' || line.startsWith('#')) continue
    if (line.startsWith('[') && line.endsWith(']')) section = line.replace(/^\[+|\]+$/g, '')
    else if (section === group) {
      const cut = line.indexOf('=')
      const module = /^\s*([\w.]+)/.exec(line.slice(cut + 1))?.[1]
      if (cut > 0 && module) found.push([line.slice(0, cut).trim(), module])
    }
  }
  return found
}
