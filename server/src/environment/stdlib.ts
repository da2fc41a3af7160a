/**
 * The standard library of one installation: its folders on sys.path, the names it can import, which of them
 * are linked into the interpreter, and how files of compiled modules are named.
 */
import type { FileSystem } from '../files/file_system.ts'
import { join } from '../files/paths.ts'
import { frozenModules, isForeign, linkedModules } from './compiled_modules.ts'
import stdlibModules from './data/stdlib_modules.json' with { type: 'json' }
import type { Environment } from './environment.ts'
import type { Installation } from './installation.ts'
import { isFile } from './look.ts'
import type { Minor } from './version.ts'

export type StandardLibrary = Pick<
  Environment,
  'stdlib' | 'builtinModules' | 'stdlibNames' | 'stdlibExact' | 'extensionSuffixes'
>

/** '3.11' -> sys.stdlib_module_names of that version, modules of all platforms included. */
const TABLES: Readonly<Record<string, readonly string[]>> = stdlibModules

/** The minor versions of Python 3 that the tables know, ascending. */
export const KNOWN_MINORS: readonly number[] = Object.keys(TABLES)
  .map(version => Number(version.slice(2)))
  .sort((a, b) => a - b)

/** Top-level names of the standard library of a version, of all platforms; of the nearest version where unknown. */
export function standardNames([major, minor]: Minor): readonly string[] {
  const oldest = KNOWN_MINORS[0]!
  const newest = KNOWN_MINORS.at(-1)!
  return TABLES[`3.${major === 3 ? Math.min(Math.max(minor, oldest), newest) : newest}`]!
}

/** What the files of an installation's library say. */
export function readStandardLibrary(
  fs: FileSystem,
  installation: Installation,
  platform: Environment['platform'],
): StandardLibrary {
  const { basePrefix, library, platLibDir, version, windows } = installation
  const minor: Minor = [version[0], version[1]]
  const compact = minor.join('')
  const binaries = windows ? join(basePrefix, 'DLLs') : join(library, 'lib-dynload')
  const zip = join(basePrefix, windows ? '' : platLibDir, `python${compact}.zip`)
  const table = new Set(standardNames(minor))

  const files = new Set<string>()
  for (const { name, kind } of fs.list(library) ?? []) {
    if (kind === 'file' && name.endsWith('.py')) files.add(name.slice(0, -3))
    else if (kind === 'directory' && (table.has(name) || isFile(fs, join(library, name, '__init__.py'))))
      files.add(name)
  }
  let tag: string | null = null
  for (const { name, kind } of fs.list(binaries) ?? []) {
    const parts = kind === 'file' && /^(\w+)((?:\.[\w-]+)?\.(?:so|pyd))$/.exec(name)
    if (!parts) continue
    files.add(parts[1]!)
    if (/^\.(?:cpython-|pypy|cp)\d/.test(parts[2]!)) tag ??= parts[2]!
  }
  const linked = linkedModules([...table], name => files.has(name), platform)
  return {
    stdlib:
      installation.implementation === 'pypy'
        ? [library]
        : windows
          ? [zip, binaries, library]
          : [zip, library, binaries],
    builtinModules: [...new Set([...linked, ...frozenModules(minor[1])])],
    stdlibNames: [...new Set([...files, ...linked])].sort(),
    stdlibExact: true,
    extensionSuffixes: extensionSuffixes(minor, platform, tag),
  }
}

/**
 * importlib.machinery.EXTENSION_SUFFIXES. The first one names version and machine: `tag` is how the
 * library's own files are called; without it all machines' names count, which finds too much, not too little.
 */
export function extensionSuffixes(
  minor: Minor,
  platform: Environment['platform'],
  tag: string | null,
): string[] {
  const compact = minor.join('')
  if (platform === 'win32') {
    return [...(tag ? [tag] : ['amd64', 'arm64', '32'].map(machine => windowsTag(compact, machine))), '.pyd']
  }
  const own =
    platform === 'darwin' ? ['darwin'] : ['x86_64-linux-gnu', 'aarch64-linux-gnu', 'x86_64-linux-musl']
  const tagged = tag ? [tag] : own.map(machine => `.cpython-${compact}-${machine}.so`)
  const machine = /-(.*)\.so$/.exec(tagged[0]!)?.[1]?.replace(/^\d+t?-/, '')
  const stableAbi = minor[1] >= 14 && platform !== 'darwin' ? [`.abi3-${machine}.so`] : []
  return [...tagged, ...stableAbi, '.abi3.so', '.so']
}

function windowsTag(compact: string, machine: string): string {
  return `.cp${compact}-${machine === '32' ? 'win32' : `win_${machine}`}.pyd`
}

/** The tables' answer for a version of which no installation is at hand. */
export function assumedStandardLibrary(
  minors: readonly Minor[],
  platform: Environment['platform'],
): StandardLibrary {
  const newest = minors.at(-1)!
  // No folder of this name can exist: whoever lists it finds nothing and goes by the names.
  const folder = `/<standard library of Python ${newest.join('.')}>`
  const names = new Set(minors.flatMap(standardNames))
  return {
    stdlib: [folder],
    builtinModules: [
      ...linkedModules(standardNames(newest), name => name === 'math', platform),
      ...frozenModules(newest[1]),
    ],
    stdlibNames: [...names].filter(name => !isForeign(name, platform)).sort(),
    stdlibExact: false,
    extensionSuffixes: extensionSuffixes(newest, platform, null),
  }
}
