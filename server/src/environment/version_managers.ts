/**
 * Managers of several Pythons (pyenv, asdf, mise): which version they would start here, and where it lies.
 * Their shims are scripts; what a shim decides when it runs is decided here from the same files.
 */
import type { FileSystem } from '../files/file_system.ts'
import { basename, dirname, join, parents } from '../files/paths.ts'
import { isFile, isFolder, readText } from './look.ts'
import { newest } from './project_environments.ts'
import { type DiscoveryRequest, homeFolder, nativePath, variable } from './request.ts'

export interface PyenvChoice {
  /** Where it is written: a file, or the variable's name. */
  readonly source: string
  readonly names: readonly string[]
}

/** pyenv's root, by its variable or its usual place; null where no home is known. */
export function pyenvRoot(request: DiscoveryRequest): string | null {
  const windows = request.platform === 'win32'
  const configured = variable(request, 'PYENV_ROOT') ?? (windows ? variable(request, 'PYENV') : null)
  if (configured !== null) return nativePath(request, configured, request.cwd)
  const home = homeFolder(request)
  return home && join(home, windows ? '.pyenv/pyenv-win' : '.pyenv')
}

/** The versions asked for here: PYENV_VERSION, or `.python-version` in the working directory or above it. */
export function pyenvChoice(fs: FileSystem, request: DiscoveryRequest): PyenvChoice | null {
  const names = variable(request, 'PYENV_VERSION')?.split(':')
  if (names) return { source: 'PYENV_VERSION', names }
  for (const folder of [request.cwd, ...parents(request.cwd)]) {
    const source = join(folder, '.python-version')
    const written = isFile(fs, source) ? versionNames(readText(fs, source) ?? '') : []
    if (written.length > 0) return { source, names: written }
  }
  return null
}

/** The folder of one of pyenv's versions; '3.11' stands for the newest 3.11.x there is. */
export function pyenvInstallation(fs: FileSystem, root: string, name: string): string | null {
  const versions = join(root, 'versions')
  const plain = name.replace(/^c?python[-@]?(?=\d)/, '')
  const exact = [name, plain].map(name => join(versions, name)).find(path => isFolder(fs, path))
  if (exact) return exact
  const isRelease = (name: string) => name.startsWith(`${plain}.`) && /^[\d.]+t?$/.test(name)
  const latest = newest((fs.list(versions) ?? []).map(({ name }) => name).filter(isRelease))
  return latest === undefined ? null : join(versions, latest)
}

/**
 * The installations that an executable on PATH stands for if it is a manager's shim, best first; 'system'
 * where the manager hands on to the rest of PATH; null where it is no shim.
 */
export function behindShim(
  fs: FileSystem,
  request: DiscoveryRequest,
  executable: string,
): readonly string[] | 'system' | null {
  const folder = dirname(executable)
  if (basename(folder) !== 'shims') return null
  const root = dirname(folder)
  if (isFolder(fs, join(root, 'versions'))) {
    const names = pyenvChoice(fs, request)?.names ?? versionNames(readText(fs, join(root, 'version')) ?? '')
    return selected(names, name => pyenvInstallation(fs, root, name))
  }
  const installs = join(root, 'installs', 'python')
  if (!isFolder(fs, installs)) return null
  return selected(toolVersions(fs, request), name => {
    const path = join(installs, name)
    return isFolder(fs, path) ? path : null
  })
}

function selected(
  names: readonly string[],
  find: (name: string) => string | null,
): readonly string[] | 'system' {
  if (names.length === 0 || names[0] === 'system') return 'system'
  return names.map(find).filter(path => path !== null)
}

/** asdf's and mise's `.tool-versions`: the line `python 3.11.7 3.10.4`. */
function toolVersions(fs: FileSystem, request: DiscoveryRequest): readonly string[] {
  const home = homeFolder(request)
  for (const folder of [request.cwd, ...parents(request.cwd), ...(home ? [home] : [])]) {
    const line = /^python[ \t]+(.*)$/m.exec(readText(fs, join(folder, '.tool-versions')) ?? '')
    if (line) return versionNames(line[1]!)
  }
  return []
}

function versionNames(text: string): string[] {
  return text.split(/\r?\n/).flatMap(line =>
    line
      .replace(/#.*/, '')
      .split(/\s+/)
      .filter(name => name !== ''),
  )
}
