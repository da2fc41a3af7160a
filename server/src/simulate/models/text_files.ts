/**
 * Reading files at import: `open(path)`, `Path.open()`, and what iterating and reading give. What is not there is an
 * exception only if nothing that ran may have made it; outside of the project not even its folder may be there.
 */
import { basename, dirname, isAbsolute } from '../../files/paths.ts'
import { hasWord } from '../../files/words.ts'
import { exceptionClass } from '../classes.ts'
import { wholeText } from '../looked_into.ts'
import type { Machine } from '../machine.ts'
import { mayHaveMade, PRETENDS } from '../made_files.ts'
import { pathText } from '../operate.ts'
import { projectFilesRun } from '../patches.ts'
import { representation } from '../representation.ts'
import { type Args, constant, HARMLESS, isString, list, type Native, native, type Value } from '../values.ts'
import { argument, NO_PATH, refuseNone } from './model.ts'

/** Longer files are not read by the machine. */
const LONGEST_FILE = 1_000_000

const lines = new WeakMap<Native, readonly Value[]>()

/** The lines of an open text file; undefined for anything else. */
export function linesOf(value: Native): readonly Value[] | undefined {
  return lines.get(value)
}

/** `open(path, mode)`: a file that exists and is read as text is known; anything else isn't. */
export function openFile(m: Machine, args: Args): Value {
  const mode = argument(args, 1, 'mode')
  const [file] = args.positional
  refuseNone(m, file, NO_PATH)
  const written = isString(file) ? file.v : file?.t === 'path' ? file.path : null
  return openPath(m, pathText(file, m.cwd), written, mode)
}

/** `written`: the path as code gives it. */
export function openPath(
  m: Machine,
  path: string | null,
  written: string | null,
  mode: Value | undefined,
): Value {
  m.mayRaise(null)
  const forReading = !mode || (isString(mode) && /^r[bt]?$|^[bt]r$/.test(mode.v))
  if (path !== null && written !== null && forReading) refuseAbsent(m, path, written)
  const reads = !mode || (isString(mode) && ['r', 'rt'].includes(mode.v))
  const text = path !== null && reads ? m.world.text(path) : null
  if (text === null || text.length > LONGEST_FILE) return HARMLESS
  const content = text.match(/[^\n]*\n|[^\n]+$/g) ?? []
  const values = content.map(line => constant(line.replace(/\r\n$/, '\n')))
  const file = native('file', null, {
    attribute: name => {
      if (name === 'read') return native('file.read', () => constant(text.replaceAll('\r\n', '\n')))
      return name === 'readlines' ? native('file.readlines', () => list([...values])) : HARMLESS
    },
  })
  lines.set(file, values)
  return file
}

/** Where other programs make and delete folders all the time. */
const COMES_AND_GOES = /^\/(?:tmp|run|proc|sys|dev|mnt|media|var\/(?:tmp|run|lock))\//

/** Raises what reading the file raises, if it certainly is not there. */
export function refuseAbsent(m: Machine, path: string, written: string): void {
  if (m.world.fs.stat(path) !== null || !m.frame.unit.project) return
  if (!m.isProject(path) && (m.world.fs.stat(dirname(path)) !== null || COMES_AND_GOES.test(path))) return
  if (mayHaveBeenMade(m, written)) return
  const message = `[Errno 2] No such file or directory: ${representation(constant(written))}`
  m.throwUnlessHealed(m.exception(exceptionClass('FileNotFoundError'), message, { kind: 'other' }))
}

const ONLY_READS: ReadonlySet<string> = new Set(
  'open join Path PurePath str fspath abspath realpath normpath dirname basename exists isfile isdir resolve joinpath load loads safe_load read_text read_bytes with_name relative_to append insert print list sorted set len glob iglob listdir walk is_file is_dir parametrize param fixture'.split(
    ' ',
  ),
)

/** Is a name that the reading statement uses an argument of any other call that may make files? */
function handedOver(text: string, statement: string): boolean {
  const names = new Set(statement.match(/\b[A-Za-z_]\w*/g) ?? [])
  for (const [, callee = '', given = ''] of text.matchAll(/\b(\w+)\(([^()\n]*)/g))
    if (!ONLY_READS.has(callee) && given.match(/\b[A-Za-z_]\w*/g)?.some(name => names.has(name))) return true
  return false
}

/** May code that ran have made the file, or does its path perhaps lead elsewhere? */
function mayHaveBeenMade(m: Machine, written: string): boolean {
  const here = m.frames.filter(frame => frame.unit.project).map(frame => frame.unit)
  if (here.some(unit => m.world.fs.realpath(unit.path) !== unit.path)) return true
  if (crossesLink(m, written)) return true
  const { start, end } = m.here()
  const reader = wholeText(here.at(-1)!)
  if (handedOver(reader, reader.slice(start, end))) return true
  if (isSpelledNowhereElse(m, written)) return false
  const made = mayHaveMade(m)
  return made.files || (made.paths && !isAbsolute(written))
}

/**
 * Is it an absolute path outside of the project, whose first folder that is not there no text of the project speaks of
 * but the statement that reads? Nobody has made that.
 */
function isSpelledNowhereElse(m: Machine, written: string): boolean {
  if (!isAbsolute(written) || m.isProject(written)) return false
  let missing = written
  while (m.world.fs.stat(dirname(missing)) === null) missing = dirname(missing)
  const folder = basename(missing)
  const { start, end } = m.here()
  const reader = m.frame.unit
  if (missing === written || !hasWord(wholeText(reader).slice(start, end), folder)) return false
  for (const file of projectFilesRun(m)) {
    const text = file.endsWith('.py') ? m.world.text(file) : ''
    const rest = text !== null && file === reader.path ? text.slice(0, start) + text.slice(end) : text
    if (rest === null || PRETENDS.test(rest) || hasWord(rest, folder)) return false
  }
  return true
}

/** `link/..` is not where it seems to be. */
function crossesLink(m: Machine, written: string): boolean {
  const parts = written.split('/')
  return parts.some((part, index) => {
    if (part !== '..' || index === 0) return false
    const above = pathText(constant(parts.slice(0, index).join('/')), m.cwd)
    return above !== null && m.world.fs.realpath(above) !== above
  })
}
