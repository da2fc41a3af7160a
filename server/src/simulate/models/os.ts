/** os and os.path: path arithmetic on known strings, existence on the disk. */
import { remember } from '../../files/memo.ts'
import { basename, dirname, isAbsolute, join, normalize, relative } from '../../files/paths.ts'
import type { Machine } from '../machine.ts'
import { pathText } from '../operate.ts'
import { type Args, constant, HARMLESS, isString, list, NONE, native, tuple, type Value } from '../values.ts'
import { environ, getVariable } from './environ.ts'
import type { Model } from './model.ts'

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
    getcwd: native('os.getcwd', () => constant(m.plan.invocation.cwd)),
    fspath: native('os.fspath', args => asText(args.positional[0])),
    listdir: native('os.listdir', args => {
      const path = pathText(args.positional[0] ?? constant('.'), m.plan.invocation.cwd)
      const entries = path ? m.world.fs.list(path) : null
      m.mayRaise(null)
      return entries ? list(entries.map(entry => constant(entry.name))) : list([], true)
    }),
    scandir: native('os.scandir', () => list([], true)),
    walk: native('os.walk', () => HARMLESS),
  }
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
  const { cwd } = m.plan.invocation
  /** A function of one path that gives a string. */
  const one = (name: string, make: (path: string) => string) =>
    native(`os.path.${name}`, args => {
      const value = asText(args.positional[0])
      return isString(value) ? constant(make(value.v)) : HARMLESS
    })
  const ask = (name: string, question: (path: string) => boolean) =>
    native(`os.path.${name}`, args => {
      const path = pathText(args.positional[0], cwd)
      return path === null ? HARMLESS : constant(question(path))
    })
  const absolute = (path: string) => normalize(isAbsolute(path) ? path : join(cwd, path))
  return {
    sep: constant(m.environment.platform === 'win32' ? '\\' : '/'),
    join: native('os.path.join', args => joinPaths(args)),
    dirname: one('dirname', path => (path.includes('/') ? dirname(path) : '')),
    basename: one('basename', basename),
    abspath: one('abspath', absolute),
    realpath: one('realpath', path => m.world.fs.realpath(absolute(path))),
    normpath: one('normpath', path => normalize(path)),
    expanduser: one('expanduser', path => path),
    exists: ask('exists', path => m.world.fs.stat(path) !== null),
    isfile: ask('isfile', path => m.world.fs.stat(path)?.kind === 'file'),
    isdir: ask('isdir', path => m.world.fs.stat(path)?.kind === 'directory'),
    isabs: ask('isabs', isAbsolute),
    relpath: native('os.path.relpath', args => {
      const path = pathText(args.positional[0], cwd)
      const start = args.positional[1] ? pathText(args.positional[1], cwd) : cwd
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
