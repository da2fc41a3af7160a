/**
 * May code that ran have made files that are not on the disk, or have moved the process to another folder? The machine
 * follows neither, so the texts of the project's files that ran are asked: what runs when they are imported, and each
 * function whose name stands in that, or in a function that is found so. What functions of tests and fixtures do to
 * files is left alone by that: nobody calls them while pytest collects.
 */
import type { DefOp, Op } from '../compile/module_code.ts'
import { wordsOf } from './body_words.ts'
import { isUnreadable } from './execute.ts'
import { bodySource, wholeText } from './looked_into.ts'
import type { Machine } from './machine.ts'
import { projectFilesRun } from './patches.ts'
import type { CodeUnit } from './values.ts'

/** Whoever speaks of these, be it as a call or to hand them on, makes files or has another program make them. */
const MAKES =
  /^(?!unlink)(?:\w*(?:write|touch|dump|mkfifo|mknod|symlink|link_to|hardlink|popen|subprocess|spawn|execute|download|retriev|extract|unpack|archive|FileHandler|O_CREAT|check_call|check_output|copyfile|copytree)\w*|link|to_(?:csv|excel|json|parquet|pickle|feather|hdf|html|latex|sql)|shutil|rename|renames|save\w*|ctypes|ZipFile|tarfile|sqlite3|shelve|dbm|py_compile|compileall|fileinput|basicConfig|runpy)$/i

/** Calls that may make files where they lead out of the project; those of the project are looked into. */
const MAY_MAKE =
  /^(?:re)?(?:\w*(?:generat|creat|render|export|convert|build|install|checkout|clone|fetch|sync)\w*|compile|move|copy|copy2|system|run|call|store|persist|prepare|setup|connect|main|invoke|replace|make)$/i

/** With nothing between its parentheses such a call makes no file. */
const NEEDS_ARGUMENTS = /^(?:copy|system|compile|replace|call|run)$/

/** Decorators that keep the function for others to call. */
const KEEPS =
  /^(?:pytest|mark|fixture|yield_fixture|property|cached_property|staticmethod|classmethod|contextmanager|asynccontextmanager|abstractmethod|overload|override|wraps|lru_cache|cache|setter|getter|parametrize|total_ordering)$/

/** Python or pytest calls them by themselves. */
const CALLED_UNSEEN = /^(?:__\w+__|pytest_\w+)$/

const MOVES = /chdir|\bcd\(/

/** Other files than those on the disk are read. */
export const PRETENDS = /mock_open|builtins\.open|fakefs|chroot/

export interface Made {
  /** Files may have been made, wherever. */
  readonly files: boolean
  /** Paths may mean something else than they say: the working folder, or what opens files, is another one. */
  readonly paths: boolean
}

/** What the code that ran so far may have done; both where that is not known. */
export function mayHaveMade(m: Machine): Made {
  const runnable: Piece[] = []
  const waiting = new Map<string, Piece[]>()
  const defined = new Set<string>()
  for (const file of projectFilesRun(m)) {
    if (!file.endsWith('.py')) continue
    const unit = m.world.code(file, true)
    if (unit === null || isUnreadable(unit)) return { files: true, paths: true }
    if (PRETENDS.test(wholeText(unit))) return { files: true, paths: true }
    const renamed = new Set<string>()
    const held = new Set<number>()
    for (const op of everyOp(unit.code.ops)) {
      for (const [name, as] of importedAs(op)) if (as !== name && MAKES.test(name)) renamed.add(as)
      if (op.op !== 'def' && op.op !== 'class') continue
      defined.add(op.name)
      if (op.op !== 'def') continue
      held.add(op.body)
      const piece = { text: bodySource(unit, op.body), renamed }
      if (isCalledUnseen(op)) runnable.push(piece)
      else waiting.set(op.name, [...(waiting.get(op.name) ?? []), piece])
    }
    runnable.push({ text: outside(unit, held), renamed })
  }
  for (const { text, renamed } of runnable) {
    if (makesFiles(text, renamed, defined)) return { files: true, paths: true }
    for (const word of new Set(text.match(/[A-Za-z_]\w*/g))) {
      runnable.push(...(waiting.get(word) ?? []))
      waiting.delete(word)
    }
  }
  return { files: false, paths: runnable.some(({ text }) => MOVES.test(text)) }
}

interface Piece {
  readonly text: string
  /** What the file calls the makers of files that it imports by another name. */
  readonly renamed: ReadonlySet<string>
}

function isCalledUnseen({ name, decorators }: DefOp): boolean {
  return CALLED_UNSEEN.test(name) || !decorators.every(it => [...wordsOf(it)].some(word => KEEPS.test(word)))
}

/** The text that runs when the file is imported, without its import statements and the names that `def` binds. */
function outside(unit: CodeUnit, held: ReadonlySet<number>): string {
  const text = wholeText(unit)
  let rest = ''
  let from = 0
  const bodies = [...held].map(index => unit.code.bodies[index]!).sort((a, b) => a.start - b.start)
  for (const { start, end } of bodies) {
    if (start < from) continue
    rest += `${text.slice(from, start)}\n`
    from = end
  }
  return `${rest}${text.slice(from)}`
    .replace(/^[ \t]*(?:from[ \t]+[\w.]+[ \t]+import[ \t]*(?:\([^)]*\)|[^\n;]*)|import[ \t][^\n;]*)/gm, '')
    .replace(/\bdef[ \t]+\w+/g, 'def')
}

function makesFiles(text: string, renamed: ReadonlySet<string>, defined: ReadonlySet<string>): boolean {
  for (const word of new Set(text.match(/[A-Za-z_]\w*/g))) {
    if (renamed.has(word) || MAKES.test(word)) return true
  }
  for (const call of text.matchAll(/(?:\b(\w+)\.)?\b([A-Za-z_]\w*)\(/g)) {
    const [whole, owner, name = ''] = call
    const given = argumentsFrom(text, call.index + whole.length)
    if (/^(?:f?d?open|opener)$/.test(name) && (owner === 'os' || !readsOnly(given))) return true
    if (!MAY_MAKE.test(name) || defined.has(name)) continue
    if (/^(?:re|regex)\.compile$|^copy\.copy$/.test(`${owner}.${name}`)) continue
    // A text's `replace` takes two arguments, a path's one.
    if (name === 'replace' && owner !== 'os' && given.includes(',')) continue
    if (given.trim() !== '' || !NEEDS_ARGUMENTS.test(name)) return true
  }
  return false
}

/** Up to the parenthesis that closes the call. */
function argumentsFrom(text: string, start: number): string {
  let depth = 1
  let at = start
  for (; at < text.length && depth > 0; at++) {
    if (text[at] === '(') depth++
    else if (text[at] === ')') depth--
  }
  return text.slice(start, at - 1)
}

/** The arguments of `open(path)` or `path.open()`: is there no mode among them, or one for reading? */
function readsOnly(given: string): boolean {
  const modes = given.match(/(?<=^|,)\s*(?:mode\s*=\s*)?(?:["'][^"']*["'])\s*(?=,|$)/g) ?? []
  const other = /,(?!\s*(?:encoding|errors|newline|buffering)\s*=)(?!\s*(?:mode\s*=\s*)?["'])\s*\S/.test(
    given,
  )
  return !other && modes.every(mode => !/["'][rbtU]*[wax+][rbtU+:\w]*["']/.test(mode))
}

function* everyOp(part: unknown): Generator<Op> {
  if (typeof part !== 'object' || part === null) return
  if ('op' in part && typeof part.op === 'string') yield part as Op
  for (const inner of Object.values(part)) yield* everyOp(inner)
}

function importedAs(op: Op): (readonly [name: string, as: string])[] {
  if (op.op === 'import') return op.names.map(({ module, as }) => [module, as ?? module] as const)
  if (op.op !== 'from' || op.names === '*') return []
  return op.names.flatMap(({ name, as }) => {
    const bound = as ?? name
    // `from subprocess import run`: whatever such a module offers makes files.
    return MAKES.test(op.module) ? [[op.module, bound] as const] : [[name, bound] as const]
  })
}
