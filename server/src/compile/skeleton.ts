/**
 * The skeleton of a file: what tree-sitter has to see of it. One scan over the logical lines cuts out
 * function bodies, which do not run at import, and comments, and has `plain_statement.ts` read the plain
 * statements at once; a run of those leaves one placeholder behind. It never changes meaning: what it isn't
 * sure of stays, and a text that can't be followed stays whole.
 *
 * On the way it notices what tree-sitter does not get to see or doesn't mind: indentation that CPython's
 * tokenizer would refuse, and lines of function bodies in which a token is out of order.
 */
import type { CodeBuilder } from './code_builder.ts'
import { isGenerator } from './generator.ts'
import { Code, lineEnd, skipBlanks, UNSURE } from './lexical.ts'
import { Indentation, LogicalLine } from './logical_line.ts'
import type { Body, BodyIndex, Op } from './module_code.ts'
import { beginsDefinition, type Doubt, PassedBody } from './passed_body.ts'
import { PlainBlocks } from './plain_blocks.ts'
import { PlainCompounds } from './plain_compound.ts'
import type { PlainScope } from './plain_statement.ts'
import type { Decorated, OpenFunction, PlainRun, Retreat } from './scan_state.ts'
import { type OffsetMap, TextEdits } from './text_edits.ts'
import { unreadableParts } from './unreadable.ts'

export interface Skeleton {
  /** What is left to parse. */
  readonly text: string
  readonly map: OffsetMap
  /** What plain statements do, by the offset in `text` of the placeholder that stands for them. */
  readonly runs: ReadonlyMap<number, readonly Op[]>
  /** Functions whose body was cut, by the original offset of their `def` or `async`. */
  readonly cuts: ReadonlyMap<number, CutBody>
  /** Where `lazy` stood, by the offset of the `import` or `from` behind it; both in the original. */
  readonly lazy: ReadonlyMap<number, number>
  /** Original offsets at which logical lines begin, but for those in bodies that were cut, where only those that speak of `__future__` count. */
  readonly lines: readonly number[]
  /** Functions that should be read in full, for what may be wrong in their bodies: from the line of `def` on. */
  readonly doubtful: readonly DoubtfulFunction[]
  /** False: the text could not be followed, and is left whole. */
  readonly followed: boolean
}

export interface DoubtfulFunction extends Body {
  readonly doubt: Doubt
}

export interface CutBody {
  readonly body: BodyIndex
  readonly generator: boolean
}

/** The part of a text that a skeleton is made of. */
export interface Extent {
  readonly start: number
  readonly end: number
  /** `module`: a whole file; `body`: a function's body. */
  readonly kind: 'module' | 'body'
  /** False leaves everything to tree-sitter that it can read. */
  readonly cutting: boolean
  /** Python is known to take the text. */
  readonly accepted: boolean
}

/** Stands for plain statements, for a function's body, for a name that tree-sitter would misread. */
export const PLACEHOLDER = '_'
/** Where statements outside plain compound ones stand. */
const MODULE: PlainScope = { kind: 'module', loop: false, outermost: true }
const INDENTED: PlainScope = { ...MODULE, outermost: false }
const BODY: PlainScope = { ...INDENTED, kind: 'function' }

/** The column of what is no part of any block. */
const OUTSIDE = -1

/** What was read as a plain compound statement is none: the scan has to go back. */
const RETREAT = -2

/** Makes the skeleton of `text` within `extent`; places, bodies and suspects go to `builder`. */
export function skeletonOf(text: string, extent: Extent, builder: CodeBuilder): Skeleton {
  const mark = builder.mark()
  const scan = new Scan(text, extent, builder)
  if (scan.run()) return scan.skeleton()
  builder.reset(mark)
  builder.suspect(scan.trouble, Math.min(scan.trouble + 1, extent.end), 'error', null)
  const edits = new TextEdits(text, extent.start, extent.end)
  return {
    text: edits.finish(),
    map: edits,
    runs: new Map(),
    cuts: new Map(),
    lazy: new Map(),
    doubtful: [],
    lines: [],
    followed: false,
  }
}

class Scan {
  /** Where a text that can't be followed went wrong. */
  trouble = 0
  private readonly edits: TextEdits
  private readonly runs = new Map<number, readonly Op[]>()
  private readonly cuts = new Map<number, CutBody>()
  private readonly lazy = new Map<number, number>()
  private readonly lines: number[] = []
  private readonly doubtful: DoubtfulFunction[] = []
  private readonly line: LogicalLine
  private readonly indentation: Indentation
  private readonly plain: PlainCompounds
  private readonly passed: PassedBody
  private readonly end: number
  /** Behind the code of the last logical line. */
  private codeEnd: number
  /** Plain statements of one block, from `start` on. */
  private plainRun: PlainRun | null = null
  /** Where comment lines began that may go; -1: none. */
  private comments = -1
  private decorated: Decorated | null = null
  private open: OpenFunction | null = null
  private nextYield: number
  private readonly blocks: PlainBlocks
  private retreat: Retreat | null = null
  /** The last compound statement that turned out not to be plain. */
  private rejected = -1
  /** Characters that may still be read a second time. */
  private patience: number

  constructor(
    private readonly text: string,
    private readonly extent: Extent,
    private readonly builder: CodeBuilder,
  ) {
    this.end = extent.end
    this.codeEnd = extent.start
    this.edits = new TextEdits(text, extent.start, extent.end)
    this.line = new LogicalLine(text, extent.end)
    this.indentation = new Indentation(text, extent.kind === 'module')
    this.plain = new PlainCompounds(text, builder)
    this.blocks = new PlainBlocks(this.plain)
    this.patience = extent.end - extent.start
    this.passed = new PassedBody(text, extent.end, this.indentation, builder, this.lines)
    this.nextYield = text.indexOf('yield', extent.start)
  }

  skeleton(): Skeleton {
    const { edits, runs, cuts, lazy, lines, doubtful } = this
    return { text: edits.finish(), map: edits, runs, cuts, lazy, lines, doubtful, followed: true }
  }

  /** False: the text can't be followed. */
  run(): boolean {
    const { blocks, end, extent } = this
    let i = extent.start + (this.text.charCodeAt(extent.start) === Code.byteOrderMark ? 1 : 0)
    for (;;) {
      if (!this.scan(i)) return false
      const bodyless = this.codeEnd > i && this.text.charCodeAt(this.codeEnd - 1) === Code.colon
      if (!bodyless || !blocks.open) {
        if (bodyless) this.suspect(this.codeEnd - 1, 'expected an indented block')
        if (this.open) this.closeFunction(end)
        if (!blocks.open || (!this.decorated && blocks.end(end, OUTSIDE) === 'ended')) break
      }
      i = this.goBack(end)
    }
    this.closeRun(this.decorated?.lineStart ?? end)
    return true
  }

  /** Reads from `i`, a line's start, to the end; false: the text can't be followed. */
  private scan(i: number): boolean {
    const { text, end } = this
    /** The last logical line ended with a colon. */
    let block = false
    while (i < end) {
      const first = this.indentation.measure(i)
      const code = text.charCodeAt(first)
      if (first >= end || code === Code.newline) i = first + 1
      else if (code === Code.hash) {
        if (this.extent.cutting && !this.plainRun && !this.decorated && !this.open && this.comments < 0) {
          this.comments = i
        }
        i = lineEnd(text, first, end) + 1
      } else {
        const next: number = this.isIndented(first, block) ? this.logicalLine(i, first) : RETREAT
        if (next === UNSURE) return false
        block = next !== RETREAT && text.charCodeAt(this.codeEnd - 1) === Code.colon
        i = next === RETREAT ? this.goBack(first) : next
      }
    }
    return true
  }

  /** Forgets the plain compound statement that was read up to `at`; gives where to read on from. */
  private goBack(at: number): number {
    const { mark, lineStart, keyword, indentation, nextYield, nextFuture, run, runLength, runEnd } =
      this.retreat!
    this.rejected = keyword
    this.patience -= at - lineStart
    this.builder.reset(mark)
    this.indentation.restore(indentation)
    this.nextYield = nextYield
    this.passed.nextFuture = nextFuture
    this.plainRun = run
    if (run !== null) {
      run.ops.length = runLength
      run.end = runEnd
    }
    while (this.lines.length > 0 && this.lines.at(-1)! >= lineStart) this.lines.pop()
    while (this.doubtful.length > 0 && this.doubtful.at(-1)!.start >= lineStart) this.doubtful.pop()
    this.blocks.clear()
    this.open = null
    this.decorated = null
    return lineStart
  }

  private suspect(at: number, what: string): void {
    this.builder.suspect(at, Math.min(at + 1, this.end), what, null)
  }

  /** Raises the suspicions of a new line's indentation; false: inside a plain compound statement there is one. */
  private isIndented(first: number, block: boolean): boolean {
    const step = this.indentation.step()
    if (block ? step === 'deeper' : step === 'same' || step === 'shallower') return true
    if (this.blocks.open) return false
    if (step === 'inconsistent') this.suspect(first, 'inconsistent indentation')
    else if (step === 'deeper') this.suspect(first, 'unexpected indentation')
    else this.suspect(this.codeEnd - 1, 'expected an indented block')
    return true
  }

  /** Deals with the logical line whose code begins at `first`; gives the start of the next line. */
  private logicalLine(lineStart: number, first: number): number {
    const { column } = this.indentation
    if (this.open) {
      if (column > this.open.column) return this.passOver(lineStart, first)
      this.closeFunction(lineStart)
    }
    this.lines.push(first)
    const { blocks, extent, text } = this
    if (!extent.cutting) return this.leave(first)
    if (blocks.open) {
      if (this.decorated && blocks.column >= column) return RETREAT
      const verdict = blocks.end(first, column)
      if (verdict === 'wrong') return RETREAT
      if (verdict === 'clause') return this.afterHeader()
    }
    if (blocks.open) blocks.fill()
    else {
      if (this.comments >= 0) {
        this.edits.cut(this.comments, lineStart, '')
        this.comments = -1
      }
      if (this.plainRun && this.plainRun.column !== column)
        this.closeRun(this.decorated?.lineStart ?? lineStart)
    }
    if (text.charCodeAt(first) === Code.at) return this.decorator(lineStart, first)
    const { decorated } = this
    this.decorated = null
    if (beginsDefinition(text, first)) return this.definition(lineStart, first, decorated)
    if (decorated === null) {
      const ops = this.openOps ?? []
      if (this.plain.statement(first, this.scope, ops)) {
        const next = this.afterPlain()
        this.plainRun ??= { start: first, column, ops, end: 0 }
        this.plainRun.end = this.codeEnd
        return next
      }
    }
    if (decorated?.expressions !== null && this.compound(lineStart, first, decorated))
      return this.afterHeader()
    if (blocks.open) return RETREAT
    this.closeRun(decorated?.lineStart ?? lineStart)
    return this.leave(first)
  }

  /** What the block that is being read did so far; null: nothing plain is open. */
  private get openOps(): Op[] | null {
    return this.blocks.open ? this.blocks.ops : (this.plainRun?.ops ?? null)
  }

  /** Where the next statement stands. */
  private get scope(): PlainScope {
    if (this.blocks.open) return this.blocks.scope
    if (this.extent.kind === 'body') return BODY
    return this.indentation.column > 0 ? INDENTED : MODULE
  }

  /** Enters the compound statement whose keyword stands at `first`; false: it is not plain. */
  private compound(lineStart: number, first: number, decorated: Decorated | null): boolean {
    const { blocks, builder, plainRun } = this
    if (first === this.rejected || this.patience < 0) return false
    const { column } = this.indentation
    const outermost = !blocks.open
    const mark = builder.mark()
    const ops = this.openOps ?? []
    const runLength = ops.length
    if (!blocks.enter(first, column, decorated?.expressions ?? [], this.scope, ops)) {
      builder.reset(mark)
      return false
    }
    if (outermost) {
      this.retreat = {
        mark: decorated?.mark ?? mark,
        lineStart: decorated?.lineStart ?? lineStart,
        keyword: first,
        indentation: this.indentation.save(),
        nextYield: this.nextYield,
        nextFuture: this.passed.nextFuture,
        run: plainRun,
        runLength,
        runEnd: plainRun?.end ?? 0,
      }
      this.plainRun ??= { start: decorated?.start ?? first, column, ops, end: 0 }
    }
    return true
  }

  /** Goes on behind the header of a plain compound statement or clause. */
  private afterHeader(): number {
    const { blocks, plain } = this
    const behind = plain.statementBehind
    if (behind !== UNSURE) {
      if (!plain.statement(behind, blocks.scope, blocks.ops)) return RETREAT
      blocks.fill()
    }
    const next = this.afterPlain()
    this.plainRun!.end = this.codeEnd
    return next
  }

  /** A line in the body of a function that will be cut, and some of those behind it. */
  private passOver(lineStart: number, first: number): number {
    if (this.open!.bodyStart < 0) this.open!.bodyStart = lineStart
    if (this.extent.accepted) return this.skim(first)
    const next = this.passed.read(first)
    if (next === UNSURE) this.trouble = this.passed.codeEnd
    this.codeEnd = this.passed.codeEnd
    return next
  }

  /** The same where nothing can be wrong with it: goes on to the first line that is not in the body. */
  private skim(first: number): number {
    const { end, indentation } = this
    const { column } = this.open!
    for (;;) {
      const behind = this.read(first)
      if (behind === UNSURE) return UNSURE
      const i = indentation.toCode(behind, end)
      if (i >= end || indentation.column <= column) return i
      first = indentation.first
    }
  }

  /** Leaves a logical line to tree-sitter, but for what it can't read. */
  private leave(first: number): number {
    for (const { what, start, end } of unreadableParts(this.text, first, this.end)) {
      this.edits.cut(start, end, what === 'name' ? PLACEHOLDER : '')
      if (what === 'lazy') this.lazy.set(end, start)
      if (what === 'type parameter default') this.builder.suspect(start, end, what, [3, 13])
    }
    return this.read(first)
  }

  /** Reads on to the end of the logical line; gives the start of the next. */
  private read(i: number): number {
    const { line } = this
    if (!line.read(i)) {
      this.trouble = line.end
      return UNSURE
    }
    this.codeEnd = line.codeEnd
    return line.end + 1
  }

  /** Goes to the next line behind a plain statement. */
  private afterPlain(): number {
    this.codeEnd = this.plain.codeEnd
    return lineEnd(this.text, this.plain.lineEnd, this.end) + 1
  }

  /** Puts a placeholder for the open run, if there is one; what follows begins at `to`, a line's start. */
  private closeRun(to: number): void {
    if (this.plainRun === null) return
    const { start, end, ops } = this.plainRun
    this.plainRun = null
    this.runs.set(this.edits.offsetOf(start), ops)
    this.edits.cut(start, end, PLACEHOLDER)
    this.edits.cut(end, to, '\n')
  }

  private decorator(lineStart: number, start: number): number {
    this.decorated ??= { mark: this.builder.mark(), lineStart, start, expressions: [] }
    const expression = this.decorated.expressions && this.plain.decorator(start)
    if (expression === null) {
      if (this.blocks.open) return RETREAT
      this.decorated.expressions = null
      return this.read(start)
    }
    this.decorated.expressions!.push(expression)
    return this.afterPlain()
  }

  private definition(lineStart: number, keyword: number, decorated: Decorated | null): number {
    const mark = decorated?.mark ?? this.builder.mark()
    const decorators = decorated ? decorated.expressions : []
    const header = decorators && this.plain.header(keyword)
    let headerEnd = header?.end ?? 0
    if (header === null) {
      if (this.blocks.open) return RETREAT
      this.builder.reset(mark)
      this.closeRun(decorated?.lineStart ?? lineStart)
      const next = this.leave(keyword)
      const colon = next === UNSURE ? UNSURE : this.line.colon(keyword)
      // In `-> lambda: x:` the first colon is not the header's.
      if (colon === UNSURE || /->[\s\S]*\blambda\b/.test(this.text.slice(keyword, colon))) return next
      headerEnd = colon + 1
    }
    const next = this.read(headerEnd)
    if (next === UNSURE) return UNSURE
    const rest = skipBlanks(this.text, headerEnd)
    if (this.text[rest] === '\\') {
      // A body that begins behind a continued line is tree-sitter's.
      if (this.blocks.open) return RETREAT
      this.builder.resetCode(mark)
      this.closeRun(decorated?.lineStart ?? lineStart)
      return next
    }
    this.open = {
      mark,
      lineStart: decorated?.lineStart ?? lineStart,
      start: decorated?.start ?? keyword,
      column: this.indentation.column,
      keyword,
      headerEnd,
      decorators: decorators ?? [],
      header,
      bodyStart: -1,
    }
    this.passed.begin(keyword)
    if (this.codeEnd > headerEnd) {
      this.open.bodyStart = rest
      this.closeFunction(Math.min(next, this.end))
    }
    return next
  }

  /** The function's body is over, the next line begins at `to`. */
  private closeFunction(to: number): void {
    const { mark, lineStart, start, column, keyword, headerEnd, decorators, header, bodyStart } = this.open!
    this.open = null
    if (bodyStart < 0) {
      // There is no body: that is tree-sitter's.
      this.builder.resetCode(mark)
      this.closeRun(lineStart)
      return
    }
    const doubt = this.passed.finish()
    if (doubt !== null) {
      const line = this.text.lastIndexOf('\n', keyword) + 1
      this.doubtful.push({ start: line, end: this.codeEnd, doubt })
    }
    const generator = this.isGenerator(bodyStart, this.codeEnd)
    const body = this.builder.body(bodyStart, this.codeEnd)
    if (header === null) {
      this.cuts.set(keyword, { body, generator })
      // With nothing there, an indented text's next line would become the body.
      this.edits.cut(headerEnd, to, `${PLACEHOLDER}\n`)
      return
    }
    const { name, params, returns, async, at, nameAt } = header
    this.plainRun ??= { start, column, ops: [], end: 0 }
    this.plainRun.end = this.codeEnd
    const ops = this.openOps!
    ops.push({
      op: 'def',
      name,
      decorators,
      params,
      returns,
      body,
      async,
      generator,
      typeParams: [],
      at,
      nameAt,
    })
  }

  private isGenerator(start: number, end: number): boolean {
    if (this.nextYield >= 0 && this.nextYield < start) this.nextYield = this.text.indexOf('yield', start)
    return this.nextYield >= 0 && this.nextYield < end && isGenerator(this.text, start, end)
  }
}
