/** pathlib: arithmetic on known paths, and questions to the disk. */
import { basename, dirname, join, parents, relative, stem } from '../../files/paths.ts'
import { globPaths } from '../../pytest/glob.ts'
import { nativeClass, OBJECT } from '../classes.ts'
import type { Machine } from '../machine.ts'
import { absolutePath, pathText } from '../operate.ts'
import { type Args, constant, HARMLESS, isString, list, native, tuple, type Value } from '../values.ts'
import { argument, giving, type Model, NO_PATH, refuseNone } from './model.ts'
import { openPath, refuseAbsent } from './text_files.ts'

export const pathlibModels: readonly Model[] = [
  {
    modules: ['pathlib'],
    names: m => {
      const cls = pathClass(m)
      return { Path: cls, PurePath: cls, PosixPath: cls, PurePosixPath: cls }
    },
  },
]

function pathClass(m: Machine): Value {
  const make = (args: Args): Value => {
    const none =
      m.environment.version[1] < 12
        ? NO_PATH
        : "argument should be a str or an os.PathLike object where __fspath__ returns a str, not 'NoneType'"
    for (const part of args.positional) refuseNone(m, part, none)
    const parts = args.positional.map(part =>
      isString(part) ? part.v : part.t === 'path' ? part.path : null,
    )
    if (args.open || parts.includes(null)) return HARMLESS
    const [first = '.', ...rest] = parts as string[]
    return { t: 'path', path: join(first || '.', ...rest) }
  }
  const cls = nativeClass('Path', 'pathlib', [OBJECT], make)
  cls.ns.slots.set('cwd', {
    value: native('Path.cwd', () => (m.cwd === null ? HARMLESS : { t: 'path', path: m.cwd })),
    maybe: false,
  })
  cls.ns.slots.set('home', { value: giving('Path.home', HARMLESS), maybe: false })
  return cls
}

export function pathAttribute(m: Machine, path: string, name: string): Value {
  const as = (p: string): Value => ({ t: 'path', path: p })
  const method = (call: (args: Args) => Value) => native(`Path.${name}`, call)
  switch (name) {
    case 'parent':
      return as(dirname(path))
    case 'parents':
      return tuple([...parents(path)].map(as))
    case 'name':
      return constant(basename(path))
    case 'stem':
      return constant(stem(path))
    case 'suffix': {
      const base = basename(path)
      return constant(base.lastIndexOf('.') > 0 ? base.slice(base.lastIndexOf('.')) : '')
    }
    case 'parts':
      return tuple(
        (path.startsWith('/') ? ['/', ...path.slice(1).split('/')] : path.split('/'))
          .filter(Boolean)
          .map(constant),
      )
    case 'as_posix':
    case '__str__':
    case '__fspath__':
      return method(() => constant(path))
    case 'joinpath':
      return method(args => {
        const more = args.positional.map(part =>
          isString(part) ? part.v : part.t === 'path' ? part.path : null,
        )
        return more.includes(null) ? HARMLESS : as(join(path, ...(more as string[])))
      })
    case 'with_name':
      return method(args =>
        isString(args.positional[0]) ? as(join(dirname(path), args.positional[0].v)) : HARMLESS,
      )
    case 'with_suffix':
      return method(args =>
        isString(args.positional[0]) ? as(join(dirname(path), stem(path) + args.positional[0].v)) : HARMLESS,
      )
    default: {
      const absolute = absolutePath(path, m.cwd)
      return absolute === null ? HARMLESS : attributeOnDisk(m, path, absolute, name)
    }
  }
}

/** What depends on the working folder or on the disk. */
function attributeOnDisk(m: Machine, path: string, absolute: string, name: string): Value {
  const as = (p: string): Value => ({ t: 'path', path: p })
  const { fs } = m.world
  const method = (call: (args: Args) => Value) => native(`Path.${name}`, call)
  switch (name) {
    case 'resolve':
    case 'absolute':
      return method(() => as(name === 'resolve' ? fs.realpath(absolute) : absolute))
    case 'relative_to':
      return method(args => {
        const base = pathText(args.positional[0], m.cwd)
        return base ? as(relative(base, absolute)) : HARMLESS
      })
    case 'exists':
      return method(() => constant(m.world.fs.stat(absolute) !== null))
    case 'is_dir':
      return method(() => constant(m.world.fs.stat(absolute)?.kind === 'directory'))
    case 'is_file':
      return method(() => constant(m.world.fs.stat(absolute)?.kind === 'file'))
    case 'iterdir':
      return method(() => {
        const entries = m.world.fs.list(absolute)
        m.mayRaise(null)
        return entries ? list(entries.map(entry => as(join(path, entry.name)))) : list([], true)
      })
    case 'glob':
    case 'rglob':
      return method(args => {
        const [pattern] = args.positional
        if (!isString(pattern)) return list([], true)
        const found = globPaths(m.world.fs, absolute, name === 'rglob' ? `**/${pattern.v}` : pattern.v)
        return list(found.map(relativePath => as(join(path, relativePath))))
      })
    case 'open':
      return method(args => openPath(m, absolute, path, argument(args, 0, 'mode')))
    case 'read_bytes':
      return method(() => {
        m.mayRaise(null)
        refuseAbsent(m, absolute, path)
        return HARMLESS
      })
    case 'read_text':
      return method(() => {
        m.mayRaise(null)
        refuseAbsent(m, absolute, path)
        const text = m.world.text(absolute)
        return text === null ? HARMLESS : constant(text)
      })
    default:
      return HARMLESS
  }
}
