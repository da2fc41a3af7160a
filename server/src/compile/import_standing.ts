/**
 * Whether an import statement can stop its file from being imported, by the look of what it stands in: blocks are
 * told by their indentation. No parse; where the look is not clear the statement is taken to run and to raise.
 */
import { Code, isWordCode, lineEnd, skipBlanks } from './lexical.ts'
import { Quotes } from './quotes.ts'

/** The Python that imports a file. */
export interface ImportingPython {
  readonly minor: number
  /** What `sys.platform` is there; 'other': that is not known. */
  readonly platform: string
}

/**
 * `idle`: no statement, or one that doesn't run when the file is imported, being for another Python, for type checkers,
 * or in a function that the file itself doesn't seem to call; `caught`: in a `try` whose handler takes what a failing
 * import raises; `fallback`: in such a handler; `conditional`: under an `if` that asks for nothing known, as for what
 * is there; `live`: none of these.
 */
export type Standing = 'live' | 'conditional' | 'fallback' | 'caught' | 'idle'

const DEFINITION = /(?:async[ \t]+)?def[ \t]+(\w+)/y
const TYPE_CHECKING = /(?:el)?if[ \t]+(?:\w+\.)?TYPE_CHECKING[ \t]*:/y
const VERSION =
  /(?:el)?if[ \t]+\(?(?:sys\.)?version_info(?:\[:2\])?[ \t]*(<|>=)[ \t]*\([ \t]*3[ \t]*,[ \t]*(\d+)[ \t]*(?:,[ \t]*0[ \t]*)?\)\)?[ \t]*:/y
/** Python 2 and 3, by their number, or by what libraries call that. */
const MAJOR =
  /(?:el)?if[ \t]+(?:(not[ \t]+)?(?:\w+\.)?PY([23])|sys\.version_info(?:\[0\]|\.major)?[ \t]*(==|!=|<|>=)[ \t]*\(?([23])(?:,?[ \t]*\))?)[ \t]*:/y
const PLATFORM =
  /(?:el)?if[ \t]+(?:(sys\.platform|os\.name|platform\.system\(\))[ \t]*(==|!=)[ \t]*|(not[ \t]+)?sys\.platform\.startswith\()(?:'(\w+)'|"(\w+)")\)?[ \t]*(:|and\b)/y
const BRANCH = /(?:if|elif|else)\b/y
const ELSE = /else[ \t]*:/y
const KNOWN = /platform|os\.name|version_info|\b(?:py\w*)?version\b|PY[23_]/
const HANDLER = /except(?:[ \t]*:|[^:\n]*\b(?:ImportError|ModuleNotFoundError|Exception|BaseException)\b)/y
const TRY = /try[ \t]*:/y
const LEAVES_HANDLER = /\b(?:raise|exit)\b/g
const SYSTEMS: Readonly<Record<string, string>> = { linux: 'Linux', darwin: 'Darwin', win32: 'Windows' }

/** How the import statement at the offset `at` of `text` stands. */
export function standingOf(text: string, at: number, python: ImportingPython): Standing {
  let standing: Standing = 'live'
  for (let line = lineOf(text, at); line.column > 0; ) {
    const header = headerAbove(text, line)
    if (header === null) return 'live'
    const { first } = header
    const definition = match(DEFINITION, text, first)
    if (definition) return header.column > 0 || !isUsedOutside(text, definition[1]!) ? 'idle' : standing
    if (match(TYPE_CHECKING, text, first) || runsElsewhere(text, header, python)) return 'idle'
    if (match(TRY, text, first) && catchesImportErrors(text, header, python)) standing = 'caught'
    else if (standing === 'live' && match(HANDLER, text, first)) standing = 'fallback'
    else if (standing === 'live' && match(BRANCH, text, first) && !asksForKnown(text, header))
      standing = 'conditional'
    line = header
  }
  return standing
}

/** Does the test of a branch, or one of those before an `else`, ask what is known of the interpreter? */
function asksForKnown(text: string, header: Line): boolean {
  for (let line: Line | null = header; line; line = branchAbove(text, line)) {
    if (KNOWN.test(text.slice(line.first, lineEnd(text, line.first, text.length)))) return true
  }
  return false
}

/** The branch before an `elif` or `else`; null for an `if`. */
function branchAbove(text: string, branch: Line): Line | null {
  if (text.startsWith('if', branch.first)) return null
  for (let end = branch.start - 1; end > 0; ) {
    const line = lineOf(text, end)
    if (line.column <= branch.column && !isEmpty(text, line) && !closesBracket(text, line))
      return line.column === branch.column && match(BRANCH, text, line.first) ? line : null
    end = line.start - 1
  }
  return null
}

/** Does the branch that `header` opens run in other Pythons only? */
function runsElsewhere(text: string, header: Line, python: ImportingPython): boolean {
  const own = runsIn(text, header.first, python)
  if (own !== null || !match(ELSE, text, header.first)) return own === false
  const before = branchAbove(text, header)
  return before !== null && runsIn(text, before.first, python) === true
}

/** null: the branch doesn't ask for the version of Python or its platform alone. */
function runsIn(text: string, first: number, { minor, platform }: ImportingPython): boolean | null {
  const version = match(VERSION, text, first)
  if (version) return (version[1] === '<') === minor < Number(version[2])
  const major = match(MAJOR, text, first)
  if (major) return isMajor(major)
  const [whole, asked, operator, not, single, double, end] = match(PLATFORM, text, first) ?? []
  if (whole === undefined || platform === 'other') return null
  const wanted = single ?? double!
  const holds =
    asked === undefined
      ? platform.startsWith(wanted) === (not === undefined)
      : (answerOf(asked, platform) === wanted) === (operator === '==')
  // What stands behind `and` may be false.
  return holds && end !== ':' ? null : holds
}

function isMajor([, not, named, operator, number]: RegExpExecArray): boolean {
  if (named !== undefined) return (named === '3') === (not === undefined)
  if (operator === '<') return 3 < Number(number)
  if (operator === '>=') return 3 >= Number(number)
  return (number === '3') === (operator === '==')
}

function answerOf(asked: string, platform: string): string | undefined {
  if (asked === 'os.name') return platform === 'win32' ? 'nt' : 'posix'
  return asked === 'sys.platform' ? platform : SYSTEMS[platform]
}

const RAISE = 'raise'

/** Does the file raise by hand when it is imported, by its look? */
export function raisesByHand(text: string, python: ImportingPython): boolean {
  const quotes = new Quotes(text)
  for (let at = text.indexOf(RAISE); at >= 0; at = text.indexOf(RAISE, at + RAISE.length)) {
    if (isWordCode(text.charCodeAt(at - 1)) || isWordCode(text.charCodeAt(at + RAISE.length))) continue
    if (!quotes.around(at) && standingOf(text, at, python) !== 'idle') return true
  }
  return false
}

interface Line {
  readonly start: number
  /** Of its first character that is not blank. */
  readonly first: number
  readonly column: number
}

function lineOf(text: string, at: number): Line {
  const start = text.lastIndexOf('\n', at - 1) + 1
  const first = skipBlanks(text, start)
  return { start, first, column: first - start }
}

/** The line that opens the block of a line: the next one above that stands further out. */
function headerAbove(text: string, { start, column }: Line): Line | null {
  for (let end = start - 1; end > 0; ) {
    const line = lineOf(text, end)
    if (line.column < column && !isEmpty(text, line) && !closesBracket(text, line)) return line
    end = line.start - 1
  }
  return null
}

/** Has the `try` at `header` a handler that takes ImportErrors and doesn't raise again? */
function catchesImportErrors(text: string, header: Line, python: ImportingPython): boolean {
  for (let at = nextLine(text, header.start); at > 0; at = nextLine(text, at)) {
    const line = lineOf(text, at)
    if (line.column > header.column || isEmpty(text, line)) continue
    if (line.column < header.column) return false
    if (!match(HANDLER, text, line.first)) {
      if (text.startsWith('except', line.first)) continue
      return false
    }
    return !leavesHandler(text, line, python)
  }
  return false
}

/** May the handler at `header` raise, or end the process? A function that it defines is not called yet. */
function leavesHandler(text: string, header: Line, python: ImportingPython): boolean {
  const block = text.slice(header.first, endOfBlock(text, header))
  for (const { index } of block.matchAll(LEAVES_HANDLER))
    if (standingOf(text, header.first + index, python) !== 'idle') return true
  return false
}

function endOfBlock(text: string, header: Line): number {
  for (let at = nextLine(text, header.start); at > 0; at = nextLine(text, at)) {
    const line = lineOf(text, at)
    if (line.column <= header.column && !isEmpty(text, line)) return at
  }
  return text.length
}

function isEmpty(text: string, { first }: Line): boolean {
  const code = text.charCodeAt(first)
  return first >= text.length || code === Code.newline || code === Code.hash
}

/** Such a line stands further out than the lines before it, and opens nothing. */
function closesBracket(text: string, { first }: Line): boolean {
  const code = text.charCodeAt(first)
  return code === Code.closeParenthesis || code === Code.closeBracket || code === Code.closeBrace
}

/** The start of the line behind that of `at`; 0: there is none. */
function nextLine(text: string, at: number): number {
  return text.indexOf('\n', at) + 1
}

/** Is a function of the file named in code that stands outside of every block, but for its own? */
function isUsedOutside(text: string, name: string): boolean {
  let quotes: Quotes | null = null
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
    if (isWordCode(text.charCodeAt(at - 1)) || isWordCode(text.charCodeAt(at + name.length))) continue
    const { first, column } = lineOf(text, at)
    if (column > 0 || text.charCodeAt(first) === Code.hash || match(DEFINITION, text, first)) continue
    quotes ??= new Quotes(text)
    if (!quotes.around(at)) return true
  }
  return false
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}
