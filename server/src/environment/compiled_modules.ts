/**
 * Which modules of the standard library are written in C, and where they come from: linked into the
 * interpreter or files of their own. Builds differ in this, and a listing shows only the files.
 */
import type { Environment } from './environment.ts'

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

/** Linked into every CPython, whatever the build (measured: 3.8 to 3.13, Linux); newer ones from their sources. */
const CORE: ReadonlySet<string> = new Set(
  words(`
    _abc _ast _codecs _collections _functools _imp _io _locale _operator _peg_parser _signal _sre _stat _string
    _suggestions _symtable _sysconfig _thread _tokenize _tracemalloc _types _typing _warnings _weakref atexit
    builtins errno faulthandler gc itertools marshal nt posix pwd sys time`),
)

/** Wrap a library that the build may not have had; distributions ship some of them separately. */
const OPTIONAL: ReadonlySet<string> = new Set(
  words(`
    _bz2 _crypt _ctypes _curses _curses_panel _dbm _gdbm _hashlib _lzma _sqlite3 _ssl _tkinter _uuid _zstd nis
    ossaudiodev readline`),
)

/** The others: a file each, or linked in, as the builder chose. */
const EITHER: ReadonlySet<string> = new Set(
  words(`
    _asyncio _bisect _blake2 _codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw _contextvars
    _csv _datetime _decimal _elementtree _heapq _hmac _interpchannels _interpqueues _interpreters _json _lsprof
    _md5 _msi _multibytecodec _multiprocessing _opcode _overlapped _pickle _posixshmem _posixsubprocess _queue
    _random _remote_debugging _scproxy _sha1 _sha2 _sha256 _sha3 _sha512 _socket _statistics _struct _winapi _wmi _xxsubinterpreters _zoneinfo array audioop binascii cmath fcntl grp math mmap msvcrt
    parser pyexpat resource select spwd syslog termios unicodedata winreg winsound zlib`),
)

const WINDOWS_ONLY = words('_msi _overlapped _winapi _wmi msilib msvcrt nt winreg winsound')
const MACOS_ONLY = words('_scproxy')
const POSIX_ONLY = words(`
  _crypt _curses _curses_panel _dbm _gdbm _posixshmem _posixsubprocess fcntl grp nis ossaudiodev posix pwd
  readline resource spwd syslog termios`)
const LINUX_ONLY = words('ossaudiodev spwd')

const FOREIGN: Readonly<Record<Environment['platform'], ReadonlySet<string>>> = {
  linux: new Set([...WINDOWS_ONLY, ...MACOS_ONLY]),
  darwin: new Set([...WINDOWS_ONLY, ...LINUX_ONLY]),
  win32: new Set([...POSIX_ONLY, ...MACOS_ONLY]),
  other: new Set(),
}

/** Served by FrozenImporter before sys.path is asked (measured with find_spec). */
const FROZEN = words('__hello__ __phello__ _frozen_importlib _frozen_importlib_external zipimport')
const FROZEN_SINCE_3_11 = words(`
  _collections_abc _sitebuiltins abc codecs genericpath io ntpath os posixpath runpy site stat`)

/** Is a name of the standard library's table one that this platform's builds never have? */
export function isForeign(name: string, platform: Environment['platform']): boolean {
  return FOREIGN[platform].has(name)
}

export function frozenModules(minor: number): readonly string[] {
  return minor >= 11 ? [...FROZEN, ...FROZEN_SINCE_3_11] : FROZEN
}

/**
 * The modules that must be linked into the interpreter, given which have a file of their own.
 *
 * Two kinds of build: where even `math` or `_struct` is a file, every module that can be one is, and one
 * without a file does not exist. Where those are linked in, others may be too: each one without a file is
 * taken as linked in, except the optional ones, if at least one of them shows that they are files here.
 */
export function linkedModules(
  standardNames: readonly string[],
  hasFile: (name: string) => boolean,
  platform: Environment['platform'],
): string[] {
  const separate = ['math', '_struct', 'array', 'select'].some(hasFile)
  const optionalAreFiles = [...OPTIONAL].some(hasFile)
  const isLinked = (name: string): boolean => {
    if (hasFile(name) || isForeign(name, platform)) return false
    if (CORE.has(name)) return true
    if (separate) return false
    return EITHER.has(name) || (OPTIONAL.has(name) && !optionalAreFiles)
  }
  return standardNames.filter(isLinked)
}
