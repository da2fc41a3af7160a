/** os and os.path: path arithmetic on known strings, existence on the disk, the environment's variables. */
import { remember } from '../../files/memo.ts'
import { basename, dirname, isAbsolute, join, normalize, relative } from '../../files/paths.ts'
import { exceptionClass } from '../classes.ts'
import type { Machine } from '../machine.ts'
import { pathText } from '../operate.ts'
import { type Args, constant, HARMLESS, isString, list, native, tuple, UNSET, type Value } from '../values.ts'
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
    getenv: native('os.getenv', args => variable(m, args.positional[0])),
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
  const { fs } = m.world
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
    realpath: one('realpath', path => fs.realpath(absolute(path))),
    normpath: one('normpath', path => normalize(path)),
    expanduser: one('expanduser', path => path),
    exists: ask('exists', path => fs.stat(path) !== null),
    isfile: ask('isfile', path => fs.stat(path)?.kind === 'file'),
    isdir: ask('isdir', path => fs.stat(path)?.kind === 'directory'),
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

const ANY = '*'

/** `os.environ["X"]` without X here: a KeyError, unless somebody sets it who was not seen to. */
function askForVariable(m: Machine, name: string): void {
  if (m.variablesSet.has(name) || m.variablesSet.has(ANY) || !m.frame.unit.project) return m.mayRaise(null)
  const exc = m.exception(exceptionClass('KeyError'), `'${name}'`, { kind: 'other' })
  m.mayFail({ exc, reason: 'the environment variable is not set here' })
}

/**
 * A variable that is set has its value; one that isn't may still be set by code that was not simulated
 * (a plugin, python-dotenv), so its absence is unknown.
 */
function variable(m: Machine, key: Value | undefined): Value {
  const value = isString(key) ? m.plan.invocation.env[key.v] : undefined
  return value === undefined ? UNSET : constant(value)
}

function environ(m: Machine): Value {
  return native('os.environ', null, {
    attribute: name => {
      if (name === 'get') return native('os.environ.get', args => variable(m, args.positional[0]))
      if (name === 'setdefault' || name === 'update' || name === 'pop')
        return native(`os.environ.${name}`, args => {
          m.variablesSet.add(
            name === 'setdefault' && isString(args.positional[0]) ? args.positional[0].v : ANY,
          )
          return HARMLESS
        })
      return HARMLESS
    },
    mapping: {
      get: key => {
        const value = variable(m, key)
        if (value === UNSET && isString(key) && !m.heap.doubtful) askForVariable(m, key.v)
        else m.mayRaise(null)
        return value
      },
      set: key => {
        if (isString(key)) m.variablesSet.add(key.v)
        else m.variablesSet.add(ANY)
      },
      remove: () => undefined,
      has: key => (isString(key) && m.plan.invocation.env[key.v] !== undefined ? true : null),
    },
  })
}
