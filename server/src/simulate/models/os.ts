/** os and os.path: path arithmetic on known strings, existence on the disk. */
import { remember } from '../../files/memo.ts'
import { basename, dirname, isAbsolute, normalize, relative } from '../../files/paths.ts'
import type { Machine } from '../machine.ts'
import { absolutePath, pathText } from '../operate.ts'
import { type Args, constant, HARMLESS, isString, list, NONE, native, tuple, type Value } from '../values.ts'
import { environ, getVariable } from './environ.ts'
import { type Model, NO_PATH, refuseNone } from './model.ts'

export const osModels: readonly Model[] = [
  { modules: ['os'], names: m => ({ ...osNames(m), path: pathModule(m) }) },
  { modules: ['os.path', 'posixpath', 'ntpath'], names: pathNames },
]

function osNames(m: Machine): Record<string, Value> {
  const windows = m.environment.platform === 'win32'
  return {
    name: constant(windows ? 'nt' : 'posix'),
    sep: constant(windows ? '\\' : '/'),
    pathsep: constant(windows ? ';' : ':'),
    linesep: constant(windows ? '\r\n' : '\n'),
    curdir: constant('.'),
    pardir: constant('..'),
    environ: environ(m),
    getenv: native('os.getenv', args => getVariable(m, args)),
    putenv: native('os.putenv', () => NONE), // does not reach os.environ
    getcwd: native('os.getcwd', () => (m.cwd === null ? HARMLESS : constant(m.cwd))),
    chdir: native('os.chdir', args => changeFolder(m, args)),
    fspath: native('os.fspath', args => asText(args.positional[0])),
    listdir: native('os.listdir', args => {
      const path = pathText(args.positional[0] ?? constant('.'), m.cwd)
      const entries = path ? m.world.fs.list(path) : null
      m.mayRaise(null)
      return entries ? list(entries.map(entry => constant(entry.name))) : list([], true)
    }),
    scandir: native('os.scandir', () => list([], true)),
    walk: native('os.walk', () => HARMLESS),
  }
}

/** `os.chdir`; the folder is known again where the next absolute path is. */
function changeFolder(m: Machine, args: Args): Value {
  const folder = pathText(args.positional[0], m.cwd)
  m.mayRaise(null)
  m.cwd = m.heap.doubtful ? null : folder
  return NONE
}

function pathModule(m: Machine): Value {
  const names = pathNames(m)
  return native('os.path', null, { attribute: name => names[name] ?? HARMLESS })
}

const pathTables = new WeakMap<Machine, Record<string, Value>>()

function pathNames(m: Machine): Record<string, Value> {
  return remember(pathTables, m, () => makePathNames(m))
}

function makePathNames(m: Machine): Record<string, Value> {
  /** A function of one path that gives a string; null: not known. */
  const one = (name: string, make: (path: string) => string | null) =>
    native(`os.path.${name}`, args => {
      refuseNone(m, args.positional[0], NO_PATH)
      const value = asText(args.positional[0])
      const made = isString(value) ? make(value.v) : null
      return made === null ? HARMLESS : constant(made)
    })
  const ask = (name: string, question: (path: string) => boolean) =>
    native(`os.path.${name}`, args => {
      refuseNone(
        m,
        args.positional[0],
        'stat: path should be string, bytes, os.PathLike or integer, not NoneType',
      )
      const path = pathText(args.positional[0], m.cwd)
      return path === null ? HARMLESS : constant(question(path))
    })
  const absolute = (path: string) => absolutePath(path, m.cwd)
  return {
    sep: constant(m.environment.platform === 'win32' ? '\\' : '/'),
    join: native('os.path.join', args => {
      const [first, ...rest] = args.positional
      refuseNone(m, first, NO_PATH)
      const none = "join() argument must be str, bytes, or os.PathLike object, not 'NoneType'"
      for (const part of rest) refuseNone(m, part, none)
      return joinPaths(args)
    }),
    dirname: one('dirname', path => (path.includes('/') ? dirname(path) : '')),
    basename: one('basename', basename),
    abspath: one('abspath', absolute),
    realpath: one('realpath', path => {
      const whole = absolute(path)
      return whole === null ? null : m.world.fs.realpath(whole)
    }),
    normpath: native('os.path.normpath', args => {
      const [, minor] = m.environment.version
      refuseNone(
        m,
        args.positional[0],
        minor < 13 ? NO_PATH : '_path_normpath: path should be string, bytes or os.PathLike, not NoneType',
      )
      const value = asText(args.positional[0])
      return isString(value) ? constant(normalize(value.v)) : HARMLESS
    }),
    expanduser: one('expanduser', path => (path.startsWith('~') ? null : path)),
    exists: ask('exists', path => m.world.fs.stat(path) !== null),
    isfile: ask('isfile', path => m.world.fs.stat(path)?.kind === 'file'),
    isdir: ask('isdir', path => m.world.fs.stat(path)?.kind === 'directory'),
    isabs: native('os.path.isabs', args => {
      refuseNone(m, args.positional[0], NO_PATH)
      const value = asText(args.positional[0])
      return isString(value) ? constant(isAbsolute(value.v)) : HARMLESS
    }),
    relpath: native('os.path.relpath', args => {
      const path = pathText(args.positional[0], m.cwd)
      const start = args.positional[1] ? pathText(args.positional[1], m.cwd) : m.cwd
      return path && start ? constant(relative(start, path)) : HARMLESS
    }),
    split: native('os.path.split', args => {
      const value = asText(args.positional[0])
      return isString(value)
        ? tuple([constant(value.v.includes('/') ? dirname(value.v) : ''), constant(basename(value.v))])
        : HARMLESS
    }),
    splitext: native('os.path.splitext', args => {
      const value = asText(args.positional[0])
      const match = isString(value) ? /^(.*[^/.])(\.[^./]*)$/.exec(value.v) : null
      return isString(value) ? tuple([constant(match?.[1] ?? value.v), constant(match?.[2] ?? '')]) : HARMLESS
    }),
  }
}

function asText(value: Value | undefined): Value {
  return value?.t === 'path' ? constant(value.path) : isString(value) ? value : HARMLESS
}

/** os.path.join keeps '..' as it is written; an absolute part starts anew. */
function joinPaths(args: Args): Value {
  const parts = args.positional.map(asText)
  if (args.open || !parts.every(isString)) return HARMLESS
  let path = ''
  for (const part of parts.map(p => p.v as string))
    path = isAbsolute(part) || path === '' ? part : path.endsWith('/') ? path + part : `${path}/${part}`
  return constant(path)
}
