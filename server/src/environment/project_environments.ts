/**
 * Environments that a project's own tool keeps for it outside of the usual folders: poetry, pipenv, pdm and
 * pixi, by their rules of naming, from files and variables alone.
 */
import type { FileSystem } from '../files/file_system.ts'
import { sha256Base64Url } from '../files/hash.ts'
import { basename, join } from '../files/paths.ts'
import { isFile, isFolder, readText } from './look.ts'
import { type DiscoveryRequest, homeFolder, nativePath, variable } from './request.ts'
import { readToml, stringAt, valueAt } from './toml.ts'

/** Environments of the project in `folder`, each with the reason to take it. */
export function* projectEnvironments(
  fs: FileSystem,
  request: DiscoveryRequest,
  folder: string,
): Generator<{ readonly path: string; readonly because: string }> {
  const poetry = poetryEnvironment(fs, request, folder)
  if (poetry !== null) yield { path: poetry, because: `poetry's environment of ${folder}` }
  const pipenv = pipenvEnvironment(fs, request, folder)
  if (pipenv !== null) yield { path: pipenv, because: `pipenv's environment of ${folder}` }
  const chosen = readText(fs, join(folder, '.pdm-python'))?.trim()
  if (chosen) yield { path: nativePath(request, chosen, folder), because: `.pdm-python in ${folder}` }
  const pixi = join(folder, '.pixi', 'envs', 'default')
  if (isFolder(fs, pixi)) yield { path: pixi, because: `pixi's default environment of ${folder}` }
}

/** poetry's EnvManager: `NAME-HASH-pyX.Y` in its store; envs.toml there says which one is active. */
function poetryEnvironment(fs: FileSystem, request: DiscoveryRequest, folder: string): string | null {
  const project = readToml(fs, join(folder, 'pyproject.toml'))
  if (!valueAt(project, 'tool', 'poetry') && !isFile(fs, join(folder, 'poetry.lock'))) return null
  const store = poetryStore(fs, request, folder)
  if (store === null) return null
  const name =
    stringAt(project, 'tool', 'poetry', 'name') ?? stringAt(project, 'project', 'name') ?? 'non-package-mode'
  const canonical = name.toLowerCase().replace(/[-_.]+/g, '-')
  const clean = canonical.replace(/[ $`!*@"\\\r\n\t]/g, '_').slice(0, 42)
  const real = fs.realpath(folder)
  const key = request.platform === 'win32' ? real.toLowerCase().replaceAll('/', '\\') : real
  const base = `${clean}-${sha256Base64Url(key).slice(0, 8)}`
  const made = (fs.list(store) ?? []).map(({ name }) => name).filter(name => name.startsWith(`${base}-py`))
  const active = stringAt(readToml(fs, join(store, 'envs.toml')), base, 'minor')
  const chosen = made.find(name => name === `${base}-py${active}`) ?? newest(made)
  return chosen === undefined ? null : join(store, chosen)
}

/** `virtualenvs.path` and `cache-dir`: variables, then the project's poetry.toml, then the user's config.toml. */
function poetryStore(fs: FileSystem, request: DiscoveryRequest, folder: string): string | null {
  const place = (path: string | null): string | null => path && nativePath(request, path, folder)
  const config = place(variable(request, 'POETRY_CONFIG_DIR')) ?? userFolder(request, 'config')
  const files = [join(folder, 'poetry.toml'), ...(config ? [join(config, 'config.toml')] : [])]
  const settings = files.map(path => readToml(fs, path))
  const setting = (...keys: string[]): string | null =>
    settings.map(table => stringAt(table, ...keys)).find(value => value !== null) ?? null
  const cache =
    place(variable(request, 'POETRY_CACHE_DIR') ?? setting('cache-dir')) ?? userFolder(request, 'cache')
  const store = variable(request, 'POETRY_VIRTUALENVS_PATH') ?? setting('virtualenvs', 'path')
  if (store === null) return cache && join(cache, 'virtualenvs')
  return place(store.replace('{cache-dir}', cache ?? ''))
}

/** Where poetry keeps its configuration and its cache on this platform (platformdirs). */
function userFolder(request: DiscoveryRequest, what: 'config' | 'cache'): string | null {
  const config = what === 'config'
  if (request.platform === 'win32') {
    const base = variable(request, config ? 'APPDATA' : 'LOCALAPPDATA')
    return base && nativePath(request, config ? `${base}/pypoetry` : `${base}/pypoetry/Cache`, request.cwd)
  }
  const home = homeFolder(request)
  if (request.platform === 'darwin') {
    return home && join(home, config ? 'Library/Application Support' : 'Library/Caches', 'pypoetry')
  }
  const base = variable(request, config ? 'XDG_CONFIG_HOME' : 'XDG_CACHE_HOME')
  if (base !== null) return nativePath(request, `${base}/pypoetry`, request.cwd)
  return home && join(home, config ? '.config' : '.cache', 'pypoetry')
}

/** pipenv: `NAME-HASH` of the Pipfile's path; or as a file `.venv` beside it says, by path or by name. */
function pipenvEnvironment(fs: FileSystem, request: DiscoveryRequest, folder: string): string | null {
  const pipfile = join(folder, 'Pipfile')
  if (!isFile(fs, pipfile)) return null
  const windows = request.platform === 'win32'
  const data = windows
    ? '~/.virtualenvs'
    : `${variable(request, 'XDG_DATA_HOME') ?? '~/.local/share'}/virtualenvs`
  const store = nativePath(request, variable(request, 'WORKON_HOME') ?? data, folder)
  const named = readText(fs, join(folder, '.venv'))?.trim()
  if (named) return nativePath(request, named, /[\\/]/.test(named) ? folder : store)
  const clean = basename(folder)
    .replace(/[ &$`!*@"()[\]\\\r\n\t]/g, '_')
    .slice(0, 42)
  const spelled = windows ? pipfile.replaceAll('/', '\\') : pipfile
  const path = join(store, `${clean}-${sha256Base64Url(spelled).slice(0, 8)}`)
  return isFolder(fs, path) ? path : null
}

/** The last one by the numbers in the names: 3.10 is newer than 3.9. */
export function newest(names: readonly string[]): string | undefined {
  return names.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1)
}
