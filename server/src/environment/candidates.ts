/**
 * In which order interpreters are looked for, and why each one is a candidate. Whether one is any good is
 * decided in `installation.ts`; nothing is started.
 */
import type { FileSystem } from '../files/file_system.ts'
import { basename, dirname, join, parents } from '../files/paths.ts'
import type { Rejection } from './installation.ts'
import { exists, isBrokenLink, isFile, isFolder } from './look.ts'
import { projectEnvironments } from './project_environments.ts'
import { type DiscoveryRequest, nativePath, pathList, variable } from './request.ts'
import { behindShim, pyenvChoice, pyenvInstallation, pyenvRoot } from './version_managers.ts'

export interface Candidate {
  readonly path: string
  readonly kind: 'folder' | 'executable'
  /** For people: "VIRTUAL_ENV", ".venv in /home/me/project". */
  readonly because: string
}

/** What people call a virtual environment in the project. */
export const FOLDER_NAMES = ['.venv', 'venv', 'env']

/**
 * Candidates, best first. What the user set is the only one if it is there: an interpreter that nobody asked
 * for would give wrong answers in silence. A virtual environment, active or beside the project, comes before
 * an active conda environment, and conda's base, which is active in every shell of many people, comes behind
 * what the project's own tools keep.
 */
export function* candidates(fs: FileSystem, request: DiscoveryRequest): Generator<Candidate | Rejection> {
  if (request.python !== null) {
    yield* fromSetting(fs, request, request.python.trim())
    return
  }
  const place = (name: string): string | null => {
    const value = variable(request, name)
    return value && nativePath(request, value, request.cwd)
  }
  const active = place('VIRTUAL_ENV')
  if (active !== null) yield { path: active, kind: 'folder', because: 'VIRTUAL_ENV' }
  const folders = foldersUpToRoot(fs, request)
  yield* besideProject(fs, request, folders)
  const conda = place('CONDA_PREFIX')
  const base = variable(request, 'CONDA_DEFAULT_ENV') === 'base'
  if (conda !== null && !base) yield { path: conda, kind: 'folder', because: 'CONDA_PREFIX' }
  for (const folder of folders) {
    for (const { path, because } of projectEnvironments(fs, request, folder)) {
      yield { path, kind: isFolder(fs, path) ? 'folder' : 'executable', because }
    }
  }
  if (conda !== null && base) yield { path: conda, kind: 'folder', because: "CONDA_PREFIX (conda's base)" }
  yield* fromPyenv(fs, request)
  for (const command of ['python3', 'python']) yield* onPath(fs, request, command)
}

/** The working directory and those above it, up to the repository's root or the editor's folder. */
export function foldersUpToRoot(
  fs: FileSystem,
  request: Pick<DiscoveryRequest, 'cwd' | 'roots'>,
): readonly string[] {
  const folders = [request.cwd, ...parents(request.cwd)]
  const isRepository = (folder: string) => ['.git', '.hg'].some(name => fs.stat(join(folder, name)))
  const repository = folders.findIndex(isRepository)
  const opened = folders.findLastIndex(folder => request.roots.includes(folder))
  return folders.slice(0, Math.max(repository, opened, 0) + 1)
}

/** A path to an interpreter or an environment; a folder of the project; a command; a version such as '3.12'. */
function* fromSetting(
  fs: FileSystem,
  request: DiscoveryRequest,
  setting: string,
): Generator<Candidate | Rejection> {
  const because = `the setting '${setting}'`
  const path = nativePath(request, setting, request.cwd)
  if (isFolder(fs, path)) {
    yield { path, kind: 'folder', because }
    return
  }
  if (/[\\/]/.test(setting)) {
    const named = request.platform === 'win32' && !/\.exe$/i.test(path) ? `${path}.exe` : path
    yield { path: named, kind: 'executable', because }
    return
  }
  const command = /^\d/.test(setting) ? `python${setting}` : setting
  yield* onPath(fs, request, command)
  const root = pyenvRoot(request)
  const installed = root && pyenvInstallation(fs, root, command.replace(/^python/, ''))
  if (installed) yield { path: installed, kind: 'folder', because: `${because}, installed by pyenv` }
  yield { path: setting, reason: 'there is no such folder or command' }
}

function* besideProject(
  fs: FileSystem,
  request: DiscoveryRequest,
  folders: readonly string[],
): Generator<Candidate | Rejection> {
  const uv = variable(request, 'UV_PROJECT_ENVIRONMENT')
  const project = uv && folders.find(folder => isFile(fs, join(folder, 'pyproject.toml')))
  if (uv && project) {
    yield { path: nativePath(request, uv, project), kind: 'folder', because: 'UV_PROJECT_ENVIRONMENT' }
  }
  for (const folder of folders) {
    for (const name of FOLDER_NAMES) {
      const path = join(folder, name)
      if (isFile(fs, join(path, 'pyvenv.cfg')) || isFolder(fs, join(path, 'conda-meta'))) {
        yield { path, kind: 'folder', because: `${name} in ${folder}` }
      } else if (name === '.venv' && isFolder(fs, path)) {
        yield { path, reason: 'it is no environment: there is no pyvenv.cfg in it' }
      }
    }
  }
}

function* fromPyenv(fs: FileSystem, request: DiscoveryRequest): Generator<Candidate | Rejection> {
  const root = pyenvRoot(request)
  const choice = pyenvChoice(fs, request)
  if (root === null || choice === null || !isFolder(fs, root)) return
  for (const name of choice.names) {
    if (name === 'system') return
    const path = pyenvInstallation(fs, root, name)
    if (path) yield { path, kind: 'folder', because: `${choice.source} asks for ${name}, installed by pyenv` }
    else yield { path: choice.source, reason: `it asks for ${name}, which pyenv has not installed` }
  }
}

/** A command as a shell would find it, through the shims of version managers. */
function* onPath(fs: FileSystem, request: DiscoveryRequest, command: string): Generator<Candidate> {
  const names = request.platform === 'win32' ? [`${command}.exe`, `${command}.bat`] : [command]
  for (const folder of new Set(pathList(request, 'PATH'))) {
    for (const name of names) {
      const path = join(folder, name)
      if (!exists(fs, path) && !isBrokenLink(fs, path)) continue
      const installations = behindShim(fs, request, path)
      if (installations === 'system') continue
      if (installations === null) yield { path, kind: 'executable', because: `${command} on PATH` }
      for (const installation of installations ?? []) {
        const because = `${command} on PATH, a shim of ${dirname(dirname(path))}`
        yield behindCommand(fs, request, installation, command, because)
      }
    }
  }
}

/** The interpreter that a command means in an installation: 'python3.12' may be one of several there. */
function behindCommand(
  fs: FileSystem,
  request: DiscoveryRequest,
  installation: string,
  command: string,
  because: string,
): Candidate {
  const path = join(installation, 'bin', basename(command))
  const own = request.platform !== 'win32' && isFile(fs, path)
  return own ? { path, kind: 'executable', because } : { path: installation, kind: 'folder', because }
}
