/**
 * Where the project's root is and which configuration file counts: `determine_setup` of
 * `_pytest/config/findpaths.py`, 7.0 to 9.2. What the files say is read by `config_file.ts`.
 */
import type { FileSystem } from '../files/file_system.ts'
import { dirname, join, parents } from '../files/paths.ts'
import { CONFIG_SUFFIXES, type ConfigEntries, configNames, loadConfigFile } from './config_file.ts'
import type { Stop } from './plan.ts'
import { traceback, usageError } from './stop.ts'
import { atLeast } from './version.ts'

export interface SetupRequest {
  readonly version: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** `-c FILE`. */
  readonly configFile: string | null
  /** `--rootdir DIR`. */
  readonly rootdir: string | null
  /** What may be paths among the arguments, node ids included. */
  readonly paths: readonly string[]
}

export interface Setup {
  readonly rootdir: string
  readonly inipath: string | null
  readonly entries: ConfigEntries
}

type Located = Setup | { readonly stop: Stop } | null

/** The setup, with empty configuration where something stops pytest there. */
export function determineSetup(
  fs: FileSystem,
  request: SetupRequest,
): Setup & { readonly stop: Stop | null } {
  const { cwd } = request
  const dirs = foldersOf(fs, request)
  const found = request.configFile
    ? named(fs, request, request.configFile, dirs)
    : searched(fs, request, dirs)
  const setup = 'stop' in found ? { rootdir: cwd, inipath: null, entries: new Map() } : found
  const stop = 'stop' in found ? found.stop : null
  if (!request.rootdir) return { ...setup, stop }
  const rootdir = join(cwd, expandVariables(request.rootdir, request.env))
  if (fs.stat(rootdir)?.kind === 'directory') return { ...setup, rootdir, stop }
  const message = `Directory '${rootdir}' not found. Check your '--rootdir' option.`
  const missing = usageError(message, { phase: 'config', span: null, subject: '--rootdir' })
  return { ...setup, stop: stop ?? missing }
}

/** `-c FILE`: that file and no other. */
function named(
  fs: FileSystem,
  { version, cwd }: SetupRequest,
  file: string,
  dirs: readonly string[],
): Setup | { readonly stop: Stop } {
  const inipath = join(cwd, file)
  const kind = fs.stat(inipath)?.kind
  const supported = CONFIG_SUFFIXES.some(suffix => inipath.endsWith(suffix))
  const place = { phase: 'config', span: null, subject: '-c' } as const
  const usage = (what: string) => ({ stop: usageError(`Config file '${inipath}' ${what}`, place) })
  if (atLeast(version, '9.2')) {
    if (kind === undefined && !isDevice(inipath))
      return usage("not found. Check your '-c/--config-file' option.")
    if (kind === 'directory') return usage("is a directory. Check your '-c/--config-file' option.")
    if (kind === 'file' && !supported)
      return usage(`has an unsupported format. Supported extensions are: ${CONFIG_SUFFIXES.join(', ')}.`)
    if (kind !== 'file') return { rootdir: commonAncestor(cwd, dirs), inipath, entries: new Map() }
  } else if (kind === undefined && supported) {
    return {
      stop: traceback('FileNotFoundError', `[Errno 2] No such file or directory: '${inipath}'`, place),
    }
  }
  const loaded = loadConfigFile(fs, inipath, version)
  if (loaded && 'stop' in loaded) return loaded
  return { rootdir: dirname(inipath), inipath, entries: loaded?.entries ?? new Map() }
}

/** `-c /dev/null` is the usual way to ask for no configuration. */
function isDevice(path: string): boolean {
  return path.startsWith('/dev/')
}

function searched(
  fs: FileSystem,
  request: SetupRequest,
  dirs: readonly string[],
): Setup | { readonly stop: Stop } {
  const { version, cwd } = request
  const ancestor = commonAncestor(cwd, dirs)
  const found = locate(fs, version, [ancestor])
  if (found) return found
  const nothing = { inipath: null, entries: new Map() }
  // With --rootdir the root is given; only a configuration file could still be missing.
  if (request.rootdir) return { rootdir: ancestor, ...nothing }
  for (const folder of [ancestor, ...parents(ancestor)]) {
    if (fs.stat(join(folder, 'setup.py'))?.kind === 'file') return { rootdir: folder, ...nothing }
  }
  const single = dirs.length === 1 && dirs[0] === ancestor
  const perArgument = single ? null : locate(fs, version, dirs.length > 0 ? dirs : [cwd])
  if (perArgument) return perArgument
  const shared = commonAncestor(cwd, [cwd, ancestor])
  return { rootdir: shared === dirname(shared) ? ancestor : shared, ...nothing }
}

/** `locate_config`: from each folder upwards, the first file that counts. */
function locate(fs: FileSystem, version: string, from: readonly string[]): Located {
  const names = configNames(version)
  let bareProject: string | null = null
  for (const start of from) {
    for (const folder of [start, ...parents(start)]) {
      const present = names.filter(name => fs.stat(join(folder, name))?.kind === 'file')
      for (const [index, name] of present.entries()) {
        const inipath = join(folder, name)
        if (name === 'pyproject.toml') bareProject ??= inipath
        const loaded = loadConfigFile(fs, inipath, version)
        if (loaded === null) continue
        if ('stop' in loaded) return loaded
        const stop = atLeast(version, '9.0') ? firstStop(fs, version, folder, present.slice(index + 1)) : null
        return stop ? { stop } : { rootdir: folder, inipath, entries: loaded.entries }
      }
    }
  }
  if (bareProject === null || !atLeast(version, '8.1')) return null
  return { rootdir: dirname(bareProject), inipath: bareProject, entries: new Map() }
}

/** From 9.0 on the files that lose are read too, so that pytest can say so: a fault in them counts. */
function firstStop(fs: FileSystem, version: string, folder: string, names: readonly string[]): Stop | null {
  for (const name of names) {
    const loaded = loadConfigFile(fs, join(folder, name), version)
    if (loaded && 'stop' in loaded) return loaded.stop
  }
  return null
}

function foldersOf(fs: FileSystem, { cwd, paths }: SetupRequest): string[] {
  return paths.flatMap(arg => {
    const path = join(cwd, arg.split('::')[0]!)
    const kind = fs.stat(path)?.kind
    if (kind === undefined) return []
    return kind === 'directory' ? [path] : [dirname(path)]
  })
}

function commonAncestor(cwd: string, folders: readonly string[]): string {
  const [first, ...rest] = folders
  if (first === undefined) return cwd
  let ancestor = first
  for (const folder of rest) {
    const above = new Set([folder, ...parents(folder)])
    ancestor = [ancestor, ...parents(ancestor)].find(path => above.has(path)) ?? ancestor
  }
  return ancestor
}

/** `os.path.expandvars`: what is not set stays as it is written. */
function expandVariables(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(
    /\$(?:\{([^}]*)\}|(\w+))/g,
    (whole, braced?: string, bare?: string) => env[braced ?? bare!] ?? whole,
  )
}
