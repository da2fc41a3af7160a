/**
 * sys.path as it stands when the interpreter is ready, in the steps of CPython: PYTHONPATH and the library
 * (getpath), then site.py: site-packages, the user's site, `.pth` files. Without the script's or working
 * directory, which depend on how pytest is started.
 */
import type { FileSystem } from '../files/file_system.ts'
import { join } from '../files/paths.ts'
import type { EditableFinder, Environment } from './environment.ts'
import type { Installation } from './installation.ts'
import { exists, isFolder, readText } from './look.ts'
import { effectOf } from './pth_code.ts'
import { type DiscoveryRequest, homeFolder, nativePath, pathList, variable } from './request.ts'
import type { StandardLibrary } from './stdlib.ts'

export type SearchPath = Pick<
  Environment,
  'sysPath' | 'sitePackages' | 'editableFinders' | 'namespacePth' | 'opaquePth' | 'distutilsShim'
>

/** The search path of an installation under the request's environment variables. */
export function readSearchPath(
  fs: FileSystem,
  request: DiscoveryRequest,
  installation: Installation,
  library: StandardLibrary,
): SearchPath {
  const site = new Site(fs, request, installation, library)
  for (const folder of [...pathList(request, 'PYTHONPATH'), ...library.stdlib]) site.addPath(folder)
  if (installation.windows) site.addPath(installation.basePrefix)
  const { prefix, basePrefix, virtual, systemSite } = installation
  if (virtual) site.addPrefix(prefix)
  if (systemSite) {
    const user = userSite(request, installation)
    if (user !== null && isFolder(fs, user)) site.addFolder(user)
    for (const place of virtual ? [prefix, basePrefix] : [basePrefix]) site.addPrefix(place)
  }
  site.readCustomization('sitecustomize')
  if (systemSite && !variable(request, 'PYTHONNOUSERSITE')) site.readCustomization('usercustomize')
  return site.result()
}

/** site.py at work: what it would have put on sys.path so far. */
class Site {
  private readonly fs: FileSystem
  private readonly request: DiscoveryRequest
  private readonly installation: Installation
  private readonly standard: ReadonlySet<string>
  private readonly stdlib: readonly string[]
  private readonly patchedByDebian: boolean
  private path: string[] = []
  private readonly known = new Set<string>()
  private readonly folders: string[] = []
  private readonly finders: EditableFinder[] = []
  private readonly namespaces = new Map<string, string[]>()
  private readonly opaque = new Set<string>()
  private distutilsShim = false
  /** What easy-install.pth remembers in `sys`: the length at its first line, and where it inserts. */
  private mark = 0
  private inserted = 0

  constructor(
    fs: FileSystem,
    request: DiscoveryRequest,
    installation: Installation,
    library: StandardLibrary,
  ) {
    this.fs = fs
    this.request = request
    this.installation = installation
    this.stdlib = library.stdlib
    this.standard = new Set([...library.stdlibNames, ...library.builtinModules])
    const ownSite = installation.windows ? null : readText(fs, join(installation.library, 'site.py'))
    this.patchedByDebian = ownSite?.includes('dist-packages') ?? false
  }

  result(): SearchPath {
    return {
      sysPath: this.path,
      sitePackages: this.folders,
      editableFinders: this.finders,
      namespacePth: Object.fromEntries(this.namespaces),
      opaquePth: [...this.opaque],
      distutilsShim: this.distutilsShim,
    }
  }

  addPath(path: string): void {
    const key = this.installation.windows ? path.toLowerCase() : path
    if (this.known.has(key)) return
    this.known.add(key)
    this.path.push(path)
  }

  /** site.addsitepackages for one prefix. */
  addPrefix(prefix: string): void {
    for (const folder of this.siteFolders(prefix)) {
      if (isFolder(this.fs, folder)) this.addFolder(folder)
    }
  }

  /** site.addsitedir: the folder, then its .pth files in order of their names. */
  addFolder(folder: string): void {
    if (this.folders.includes(folder)) return
    this.folders.push(folder)
    this.addPath(folder)
    const hidden = this.installation.version[1] >= 13
    for (const { name, kind } of this.fs.list(folder) ?? []) {
      if (kind === 'file' && name.endsWith('.pth') && !(hidden && name.startsWith('.')))
        this.readPth(folder, name)
    }
  }

  /**
   * `sitecustomize` and `usercustomize` run at start-up and may do anything. The one that comes with the
   * installation is part of it; any other is opaque if it speaks of the import system.
   */
  readCustomization(module: string): void {
    const place = this.path.find(folder => exists(this.fs, join(folder, `${module}.py`)))
    if (place === undefined || this.stdlib.includes(place)) return
    const text = readText(this.fs, join(place, `${module}.py`))
    if (text && /sys\s*\.\s*path\b|meta_path|path_hooks|addsitedir/.test(text)) {
      this.opaque.add(join(place, `${module}.py`))
    }
  }

  /** site.getsitepackages, with Debian's patch where the library carries it. */
  private siteFolders(prefix: string): string[] {
    const { windows, platLibDir, libraryName, virtual } = this.installation
    if (windows) return [prefix, join(prefix, 'Lib', 'site-packages')]
    if (this.patchedByDebian) {
      return [
        ...(virtual ? [`lib/${libraryName}/site-packages`] : []),
        `local/lib/${libraryName}/dist-packages`,
        'lib/python3/dist-packages',
        `lib/${libraryName}/dist-packages`,
      ].map(place => join(prefix, place))
    }
    const libraries = platLibDir === 'lib' ? ['lib'] : [platLibDir, 'lib']
    return libraries.map(lib => join(prefix, lib, libraryName, 'site-packages'))
  }

  /** site.addpackage. */
  private readPth(folder: string, name: string): void {
    const text = readText(this.fs, join(folder, name))
    for (const line of text?.split(/\r\n?|\n/) ?? []) {
      if (line.startsWith('#') || line.trim() === '') continue
      if (!/^import[ \t]/.test(line)) this.addLine(folder, line.trimEnd())
      else if (!this.execute(folder, name, line)) return
    }
  }

  private addLine(folder: string, line: string): void {
    const path = nativePath(this.request, line.startsWith('~') ? `./${line}` : line, folder)
    if (exists(this.fs, path)) this.addPath(path)
  }

  /** False where the line raises and the rest of the file is left out. */
  private execute(folder: string, name: string, line: string): boolean {
    const effect = effectOf(line, {
      fs: this.fs,
      siteFolder: folder,
      searchPath: this.path,
      isStandard: module => this.standard.has(module),
      variable: name => variable(this.request, name),
    })
    switch (effect.kind) {
      case 'none':
        break
      case 'fails':
        return false
      case 'finder':
        this.finders.push(effect.finder)
        break
      case 'namespace':
        this.namespaces.set(effect.name, [
          ...new Set([...(this.namespaces.get(effect.name) ?? []), effect.folder]),
        ])
        break
      case 'distutils':
        this.distutilsShim = true
        break
      case 'mark':
        this.mark = this.path.length
        break
      case 'move': {
        const added = this.path.splice(this.mark)
        this.path.splice(this.inserted, 0, ...added)
        this.inserted += added.length
        break
      }
      case 'opaque':
        this.opaque.add(`${join(folder, name)}: ${line.trim()}`)
    }
    return true
  }
}

/** site.getusersitepackages; null where it is switched off or no home is known. */
function userSite(
  request: DiscoveryRequest,
  { version, libraryName, basePrefix, windows }: Installation,
): string | null {
  if (variable(request, 'PYTHONNOUSERSITE')) return null
  const compact = `${version[0]}${version[1]}`
  const framework =
    request.platform === 'darwin' ? /\/(Python3?)\.framework\//.exec(`${basePrefix}/`)?.[1] : undefined
  const home = homeFolder(request)
  const configured = variable(request, 'PYTHONUSERBASE')
  const usual = (): string | null => {
    const data = windows ? variable(request, 'APPDATA') : null
    if (data !== null) return nativePath(request, `${data}/Python`, request.cwd)
    if (home === null) return null
    if (windows) return join(home, 'Python')
    return framework ? join(home, 'Library', framework, `${version[0]}.${version[1]}`) : join(home, '.local')
  }
  const base = configured === null ? usual() : nativePath(request, configured, request.cwd)
  if (base === null) return null
  if (windows) return join(base, `Python${compact}`, 'site-packages')
  return join(base, 'lib', framework ? 'python' : libraryName, 'site-packages')
}
