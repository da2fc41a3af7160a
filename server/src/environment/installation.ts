/**
 * What stands behind one interpreter or environment folder: prefix, base installation, library, version.
 * Follows what CPython computes at start-up (Modules/getpath.py and site.venv), from files alone.
 */
import type { FileSystem } from '../files/file_system.ts'
import { basename, dirname, join, parents } from '../files/paths.ts'
import type { Environment, Version } from './environment.ts'
import { isBrokenLink, isFile, isFolder, readText } from './look.ts'
import { type DiscoveryRequest, nativePath, variable } from './request.ts'
import { assumedMicroSentence } from './unknown.ts'
import { headerVersion, type Minor, microOf, minorIn, sameMinor } from './version.ts'

export interface Installation {
  readonly executable: string
  readonly implementation: Environment['implementation']
  readonly version: Version
  readonly prefix: string
  readonly basePrefix: string
  /** The folder of the standard library: '/usr/lib/python3.11', 'C:/Python311/Lib'. */
  readonly library: string
  /** sys.platlibdir: 'lib', on some distributions 'lib64'. */
  readonly platLibDir: string
  /** 'python3.11', 'python3.13t', 'pypy3.10': the library's folder, and that of site-packages. */
  readonly libraryName: string
  readonly windows: boolean
  readonly virtual: boolean
  /** Are the base installation's site-packages (and the user's) visible? */
  readonly systemSite: boolean
  /** Sentences about what could not be known. */
  readonly unknown: readonly string[]
}

export interface Rejection {
  readonly path: string
  readonly reason: string
}

interface Library {
  readonly root: string
  readonly platLibDir: string
  readonly name: string
  readonly minor: Minor
}

interface PyvenvCfg {
  readonly path: string
  readonly home: string | null
  /** As written, '' where it isn't. */
  readonly version: string
  readonly systemSite: boolean
}

/** Where an environment's folder keeps its interpreter. */
const INTERPRETERS = {
  posix: ['bin/python', 'bin/python3', 'bin/pypy3', 'bin/pypy'],
  windows: ['Scripts/python.exe', 'python.exe', 'Scripts/pypy3.exe', 'pypy3.exe'],
}

/** macOS ships a launcher that picks the developer tools' Python. */
const APPLE_LAUNCHER = '/usr/bin/python3'
const APPLE_TOOLS = [
  '/Library/Developer/CommandLineTools/usr/bin/python3',
  '/Applications/Xcode.app/Contents/Developer/usr/bin/python3',
]

/** The installation of an environment's folder (a virtual environment, conda, an unpacked Python). */
export function inspectFolder(
  fs: FileSystem,
  request: DiscoveryRequest,
  folder: string,
): Installation | Rejection {
  if (!isFolder(fs, folder)) return { path: folder, reason: 'there is no such folder' }
  const places = request.platform === 'win32' ? INTERPRETERS.windows : INTERPRETERS.posix
  for (const place of places) {
    const executable = join(folder, place)
    if (isFile(fs, executable)) return inspectExecutable(fs, request, executable)
    if (isBrokenLink(fs, executable)) return { path: executable, reason: goneReason(fs, request, executable) }
  }
  return { path: folder, reason: `it holds no interpreter (no ${places[0]})` }
}

/** The installation of an interpreter, which is never started. */
export function inspectExecutable(
  fs: FileSystem,
  request: DiscoveryRequest,
  executable: string,
): Installation | Rejection {
  const stat = fs.stat(executable)
  if (stat?.kind !== 'file') {
    const gone = isBrokenLink(fs, executable)
    return { path: executable, reason: gone ? goneReason(fs, request, executable) : 'there is no such file' }
  }
  if (stat.size === 0 && request.platform === 'win32')
    return { path: executable, reason: 'it is only an alias of the app store' }
  const cfg = readPyvenvCfg(fs, request, executable)
  if (cfg?.home && !isFolder(fs, cfg.home)) {
    return { path: executable, reason: `${cfg.path} names the home ${cfg.home}, which does not exist` }
  }
  const real = realExecutable(fs, request, executable)
  const home = variable(request, 'PYTHONHOME')?.split(request.platform === 'win32' ? ';' : ':')[0]
  const starts = [home ? nativePath(request, home, request.cwd) : cfg?.home, dirname(real)]
  const wanted = minorIn(basename(real).replace(/^(?:python|pypy)/, '')) ?? minorIn(cfg?.version ?? '')
  const search = request.platform === 'win32' ? windowsLibrary : posixLibrary
  const library = starts.map(start => start && search(fs, start, wanted)).find(Boolean)
  if (!library) {
    const which = wanted ? ` of Python ${wanted.join('.')}` : ''
    return { path: executable, reason: `no standard library${which} was found for it` }
  }
  return describe(fs, request, executable, real, cfg, library)
}

function describe(
  fs: FileSystem,
  request: DiscoveryRequest,
  executable: string,
  real: string,
  cfg: PyvenvCfg | null,
  { root, platLibDir, name, minor }: Library,
): Installation {
  const unknown: string[] = []
  const windows = request.platform === 'win32'
  const spelled = minor.join('.')
  const made = minorIn(cfg?.version ?? '')
  if (made && !sameMinor(made, minor)) {
    unknown.push(`${cfg!.path} was made for Python ${made.join('.')}, but its interpreter is ${spelled} now.`)
  }
  const include = windows ? 'include' : `include/${name}`
  const micro = microOf(fs, minor, join(root, include, 'patchlevel.h'), cfg?.version ?? '', real)
  if (micro === null) unknown.push(assumedMicroSentence(executable, minor))
  if (name.startsWith('pypy')) unknown.push('PyPy is read as if it were CPython.')
  return {
    executable,
    implementation: name.startsWith('pypy') ? 'pypy' : 'cpython',
    version: [...minor, micro ?? 0],
    prefix: cfg ? dirname(cfg.path) : root,
    basePrefix: root,
    library: windows ? join(root, 'Lib') : join(root, platLibDir, name),
    platLibDir,
    libraryName: name,
    windows,
    virtual: cfg !== null,
    systemSite: cfg === null || cfg.systemSite,
    unknown,
  }
}

/** `pyvenv.cfg` beside the executable or one folder up (site.venv); links are not followed to look for it. */
function readPyvenvCfg(fs: FileSystem, request: DiscoveryRequest, executable: string): PyvenvCfg | null {
  const folder = dirname(executable)
  const path = [folder, dirname(folder)].map(at => join(at, 'pyvenv.cfg')).find(path => isFile(fs, path))
  const text = path && readText(fs, path)
  if (path === undefined || typeof text !== 'string') return null
  const values = new Map(
    text.split(/\r?\n/).flatMap(line => {
      const cut = line.indexOf('=')
      return cut < 0 ? [] : [[line.slice(0, cut).trim().toLowerCase(), line.slice(cut + 1).trim()] as const]
    }),
  )
  const home = values.get('home')
  return {
    path,
    home: home ? nativePath(request, home, dirname(path)) : null,
    version: values.get('version') ?? values.get('version_info') ?? '',
    systemSite: (values.get('include-system-site-packages') ?? 'true').toLowerCase() === 'true',
  }
}

function realExecutable(fs: FileSystem, request: DiscoveryRequest, executable: string): string {
  const real = fs.realpath(executable)
  if (request.platform !== 'darwin' || real !== APPLE_LAUNCHER) return real
  const tool = APPLE_TOOLS.find(tool => isFile(fs, tool))
  return tool ? fs.realpath(tool) : real
}

/** The landmark `lib/pythonX.Y/os.py` in a folder or one of those above it, but not in the root. */
function posixLibrary(fs: FileSystem, from: string, wanted: Minor | null): Library | null {
  for (const root of [from, ...parents(from)].filter(root => root !== '/')) {
    const found: Library[] = []
    for (const platLibDir of ['lib', 'lib64']) {
      for (const { name, kind } of fs.list(join(root, platLibDir)) ?? []) {
        const parts = kind === 'directory' && /^(?:python|pypy)(\d+)\.(\d+)t?$/.exec(name)
        if (!parts || !isFile(fs, join(root, platLibDir, name, 'os.py'))) continue
        found.push({ root, platLibDir, name, minor: [Number(parts[1]), Number(parts[2])] })
      }
    }
    const fitting = wanted ? found.filter(({ minor }) => sameMinor(minor, wanted)) : found
    if (fitting.length > 0)
      return fitting.sort((a, b) => b.minor[0] - a.minor[0] || b.minor[1] - a.minor[1])[0]!
  }
  return null
}

/** The landmark `Lib/os.py`; the version is in the name of the interpreter's library, python311.dll. */
function windowsLibrary(fs: FileSystem, from: string, wanted: Minor | null): Library | null {
  for (const root of [from, ...parents(from)]) {
    if (!isFile(fs, join(root, 'Lib', 'os.py'))) continue
    const dll = (fs.list(root) ?? []).map(({ name }) => /^python(\d)(\d+)t?\.dll$/i.exec(name)).find(Boolean)
    const header = minorIn(headerVersion(fs, join(root, 'include/patchlevel.h')))
    const minor: Minor | null = dll ? [Number(dll[1]), Number(dll[2])] : (header ?? wanted)
    if (!minor) return null
    return { root, platLibDir: 'Lib', name: `python${minor.join('.')}`, minor }
  }
  return null
}

function goneReason(fs: FileSystem, request: DiscoveryRequest, executable: string): string {
  const home = readPyvenvCfg(fs, request, executable)?.home
  return home
    ? `its interpreter is gone: it was made from ${home}`
    : 'it is a link to an interpreter that is gone'
}
