/** Installations in memory: only the files that tell one layout from another. */

import { discoverEnvironment } from '../../server/src/environment/discover.ts'
import type { Environment } from '../../server/src/environment/environment.ts'
import type { DiscoveryRequest } from '../../server/src/environment/request.ts'
import { MemoryFileSystem } from '../../server/src/files/memory.ts'

export type Tree = Readonly<Record<string, string>>

const [MAJOR_FILES, EXTENSIONS] = [
  ['os.py', 'site.py', 'random.py', 'json/__init__.py', 'tkinter/__init__.py'],
  ['math', '_struct', '_json', '_ssl'],
]

/** CPython as `make install` lays it out below `prefix`; `version` is '3.11.7'. */
export function python(prefix: string, version: string): Tree {
  const minor = minorOf(version)
  const library = `${prefix}/lib/python${minor}`
  const tag = `.cpython-${minor.replace('.', '')}-x86_64-linux-gnu.so`
  return {
    [`${prefix}/bin/python${minor}`]: 'ELF',
    [`${prefix}/bin/python3`]: 'ELF',
    [`${prefix}/include/python${minor}/patchlevel.h`]: `#define PY_VERSION              "${version}"\n`,
    ...Object.fromEntries(MAJOR_FILES.map(name => [`${library}/${name}`, ''])),
    ...Object.fromEntries(EXTENSIONS.map(name => [`${library}/lib-dynload/${name}${tag}`, 'ELF'])),
    [`${library}/site-packages/`]: '',
  }
}

/** CPython as the installer for Windows lays it out. */
export function windowsPython(prefix: string, version: string): Tree {
  return {
    [`${prefix}/python.exe`]: 'MZ',
    [`${prefix}/python3.dll`]: 'MZ',
    [`${prefix}/python${minorOf(version).replace('.', '')}.dll`]: 'MZ',
    [`${prefix}/include/patchlevel.h`]: `#define PY_VERSION "${version}"\n`,
    ...Object.fromEntries(MAJOR_FILES.map(name => [`${prefix}/Lib/${name}`, ''])),
    [`${prefix}/DLLs/_ssl.pyd`]: 'MZ',
    [`${prefix}/DLLs/_ctypes.pyd`]: 'MZ',
    [`${prefix}/Lib/site-packages/`]: '',
  }
}

/** A virtual environment made by `venv`. */
export function venv(folder: string, home: string, version: string, more = ''): Tree {
  return {
    [`${folder}/pyvenv.cfg`]: `home = ${home}\ninclude-system-site-packages = false\nversion = ${version}\n${more}`,
    [`${folder}/bin/python`]: 'ELF',
    [`${folder}/lib/python${minorOf(version)}/site-packages/`]: '',
  }
}

/** The two files by which a distribution is known; `headers` go into its METADATA. */
export function distribution(sitePackages: string, name: string, version: string, entryPoints = ''): Tree {
  const folder = `${sitePackages}/${name.replaceAll('-', '_')}-${version}.dist-info`
  return {
    [`${folder}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n\nText\n`,
    ...(entryPoints ? { [`${folder}/entry_points.txt`]: entryPoints } : {}),
  }
}

/** What is discovered in these trees from '/p'; the request's parts may be overridden. */
export function discover(tree: Tree, request: Partial<DiscoveryRequest> = {}): Environment {
  const complete = { cwd: '/p', roots: [], python: null, env: {}, platform: 'linux', ...request } as const
  return discoverEnvironment(new MemoryFileSystem(tree), complete)
}

function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.')
}
