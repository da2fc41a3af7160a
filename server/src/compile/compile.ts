/**
 * From the text of a Python file to `ModuleCode`: the room's front door. Nothing here throws on any text.
 * `initParser` of `parser.ts` must have been awaited.
 */
import { CodeBuilder } from './code_builder.ts'
import { declarationFaults } from './declarations.ts'
import { stringEnd, UNSURE } from './lexical.ts'
import { block } from './lower_block.ts'
import { Lowering, type Scope } from './lowering.ts'
import type { Block, Body, ModuleCode, Op } from './module_code.ts'
import { withTree } from './parser.ts'
import { noteCompiled } from './room.ts'
import { type DoubtfulFunction, type Extent, PLACEHOLDER, type Skeleton, skeletonOf } from './skeleton.ts'
import { Syntax } from './syntax.ts'

/**
 * What the file does when it is imported. Function bodies are not parsed: of what is wrong inside one it
 * suspects what shows in the lines and the order of their tokens, which is most. `accepted`: Python is known to
 * take the text, so nothing is suspected, and of function bodies only the end is looked for.
 */
export function compileModule(text: string, accepted = false): ModuleCode {
  return compile(text, { start: 0, end: text.length, kind: 'module', cutting: true, accepted })
}

/**
 * The same operations, made from the whole text in the grammar's own reading: slower by far, but it suspects
 * in function bodies all that it suspects elsewhere.
 */
export function compileModuleFully(text: string): ModuleCode {
  return compile(text, { start: 0, end: text.length, kind: 'module', cutting: false, accepted: false })
}

/** What a function's body does when the function is called; places are offsets of `text`, the whole file's. */
export function compileBody(text: string, body: Body): ModuleCode {
  return compile(text, { start: body.start, end: body.end, kind: 'body', cutting: true, accepted: false })
}

function compile(original: string, extent: Extent): ModuleCode {
  const text = plainLineEnds(original)
  noteCompiled(extent.end - extent.start)
  const builder = new CodeBuilder(!extent.accepted)
  const skeleton = skeletonOf(text, extent, builder)
  if (!extent.accepted) suspectLateFuture(text, skeleton.lines, builder)
  if (extent.kind === 'module' && !extent.accepted) {
    for (const body of skeleton.doubtful) readInFull(text, body, builder)
    // Outside functions they are rare.
    if (!extent.cutting || skeleton.lines.some(at => text.startsWith(GLOBAL, at)))
      noteDeclarationFaults(text, 0, text.length, builder)
  }
  if (extent.kind === 'body') builder.lazyAnnotations = hasLazyAnnotations(text)
  return builder.finish(operations(text, extent, skeleton, builder))
}

/** Raises the suspicions of a function whose body was cut: all of them, as the grammar has them. */
function readInFull(text: string, { start, end, doubt }: DoubtfulFunction, builder: CodeBuilder): void {
  noteDeclarationFaults(text, start, end, builder)
  if (doubt === 'declarations') return
  const { places, suspects } = compile(text, { start, end, kind: 'body', cutting: false, accepted: false })
  for (const { at, what, since } of suspects)
    builder.suspect(places[2 * at]!, places[2 * at + 1]!, what, since)
}

function noteDeclarationFaults(text: string, start: number, end: number, builder: CodeBuilder): void {
  for (const fault of declarationFaults(text.slice(start, end))) {
    builder.suspect(start + fault.start, start + fault.end, fault.what, null)
  }
}

const GLOBAL = 'global'
const FUTURE_IMPORT = /^from[ \t]+__future__[ \t]+import\b[(\s\w,\\]*\bannotations\b/m

/** Whether the file that a body stands in asks for lazy annotations. */
function hasLazyAnnotations(text: string): boolean {
  return text.includes(FUTURE) && FUTURE_IMPORT.test(text)
}

const FUTURE = '__future__'
const ANY_FUTURE_IMPORT = /^\s*from[ \t\f]+__future__\b/
const DOCSTRING = /[rRuU]?["']/y

/** `from __future__ import ...` has to come before everything but the docstring and others of its kind. */
function suspectLateFuture(text: string, lines: readonly number[], builder: CodeBuilder): void {
  let next = text.indexOf(FUTURE)
  let late = false
  for (let i = 0; i < lines.length && next >= 0; i++) {
    const at = lines[i]!
    const end = lines[i + 1] ?? text.length
    // Once it is late, only what speaks of it is of interest.
    if (late && next >= end) continue
    if (next < at) next = text.indexOf(FUTURE, at)
    const line = text.slice(i === 0 ? behindDocstring(text, at) : at, end)
    if (late && !line.includes(FUTURE)) continue
    for (const statement of line.replace(/#.*/g, '').split(';')) {
      if (!ANY_FUTURE_IMPORT.test(statement)) late ||= /\S/.test(statement)
      else if (late) builder.suspect(at, at + 1, 'from __future__ not at the beginning', null)
    }
  }
}

function behindDocstring(text: string, at: number): number {
  DOCSTRING.lastIndex = at
  if (!DOCSTRING.test(text)) return at
  const end = stringEnd(text, DOCSTRING.lastIndex - 1, text.length)
  return end === UNSURE ? at : end
}

/**
 * A text that can't be followed is wrong for Python as well. Of a long one tree-sitter's recovery takes
 * seconds, and makes little of it.
 */
const MAX_BROKEN_LENGTH = 300_000

function operations(text: string, extent: Extent, skeleton: Skeleton, builder: CodeBuilder): Block {
  // Nothing at all, or nothing but plain statements: there is nothing to parse.
  if (skeleton.followed && skeleton.runs.size === 0 && skeleton.text.trim() === '') return []
  const [run, ...more] = skeleton.runs.values()
  if (run !== undefined && more.length === 0 && skeleton.text.trim() === PLACEHOLDER) return run
  const hopeless = !skeleton.followed && skeleton.text.length > MAX_BROKEN_LENGTH
  const ops = hopeless ? null : parsed(text, extent, skeleton, builder)
  if (ops !== null) return ops
  builder.suspect(extent.start, extent.end, 'error', null)
  const op: Op = { op: 'opaque', at: builder.place(extent.start, extent.end) }
  return [op]
}

/** Null where tree-sitter gives up. */
function parsed(text: string, extent: Extent, skeleton: Skeleton, builder: CodeBuilder): Block | null {
  const scope: Scope =
    extent.kind === 'module'
      ? { kind: 'module', loop: false, async: false }
      : { kind: 'function', loop: false, async: null }
  return withTree(skeleton.text, tree => {
    const syntax = new Syntax(skeleton.text, tree)
    return block(new Lowering(syntax, skeleton, builder, text, scope), 0)
  })
}

/** A CR alone ends a line for Python as well (universal newlines), but not for tree-sitter. */
function plainLineEnds(text: string): string {
  return text.includes('\r') ? text.replace(/\r(?!\n)/g, '\n') : text
}
