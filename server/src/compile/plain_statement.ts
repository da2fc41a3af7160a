/**
 * Reads plain statements straight from the text: imports, assignments, calls, `raise`, `assert`, headers of
 * functions. Two statements on a line and all that `plain_expression.ts` leaves alone are not plain; nor is
 * anything that Python might refuse: tree-sitter's side raises the suspicions.
 */

import type { CodeBuilder } from './code_builder.ts'
import {
  isDeletable,
  isSingleTarget,
  isTarget,
  parameterFault,
  suspectDecorator,
  suspectParameters,
} from './construct_checks.ts'
import { isWordCode } from './lexical.ts'
import type { At, DefOp, Expr, FromOp, ImportOp, Op } from './module_code.ts'
import { PlainExpressions } from './plain_expression.ts'
import { fitted, ownString } from './room.ts'

/** A function's header as read, up to and with its colon; the body's part of the operation is still open. */
export interface PlainHeader extends Pick<DefOp, 'name' | 'params' | 'returns' | 'async' | 'at' | 'nameAt'> {
  readonly end: number
}

/** Words whose statements may mean something else than they seem to: soft keywords, and those of Python 2. */
const DOUBTFUL = new Set(['match', 'case', 'type', 'lazy', 'print', 'exec'])

/** What stands behind a name that is assigned to, annotated or asked for an attribute. */
const AS_NAME = /[ \t]*(?:=(?!=)|:(?!=)|\.)/y

/** Where a statement stands, as far as that decides whether it may. */
export interface PlainScope {
  readonly kind: 'module' | 'class' | 'function'
  readonly loop: boolean
  /** A block of the module itself, or none: a star import may stand here. */
  readonly outermost: boolean
}

/** Statements by their keyword; null: the statement is not plain. */
type Reader = (start: number) => Op | null

/** The features of `__future__` (its `all_feature_names`). */
export const FUTURE_FEATURES: ReadonlySet<string> = new Set(
  (
    'nested_scopes generators division absolute_import with_statement print_function unicode_literals ' +
    'barry_as_FLUFL generator_stop annotations'
  ).split(' '),
)

const NOWHERE: PlainScope = { kind: 'module', loop: false, outermost: false }

export class PlainStatements extends PlainExpressions {
  /** Where the line of the last statement goes on behind its code: a comment or the line end. */
  lineEnd = 0
  private readonly readers: ReadonlyMap<string, Reader>
  private scope = NOWHERE

  constructor(text: string, builder: CodeBuilder) {
    super(text, builder)
    this.readers = new Map<string, Reader>([
      ['import', start => this.importStatement(start)],
      ['from', start => this.fromStatement(start)],
      ['pass', start => ({ op: 'pass', at: this.at(start) })],
      ['raise', start => this.raiseStatement(start)],
      ['assert', start => this.assertStatement(start)],
      ['del', start => this.deleteStatement(start)],
      ['return', start => (this.scope.kind === 'function' ? this.returnStatement(start) : null)],
      ['break', start => (this.scope.loop ? { op: 'break', at: this.at(start) } : null)],
      ['continue', start => (this.scope.loop ? { op: 'continue', at: this.at(start) } : null)],
      ['global', start => this.namesStatement('global', start)],
      ['nonlocal', start => (this.scope.kind === 'module' ? null : this.namesStatement('nonlocal', start))],
    ])
  }

  /**
   * The one statement of the logical line that begins at `start`, put behind `ops` (a statement that is
   * only a string leaves nothing). False, with nothing changed, where it is not plain.
   */
  statement(start: number, scope: PlainScope, ops: Op[]): boolean {
    const mark = this.builder.mark()
    this.begin(start)
    this.scope = scope
    this.suspends = scope.kind === 'function'
    const op = this.simple(start)
    if (op === null || !this.atLineEnd() || (isFuture(op) && !this.acceptFuture(op))) {
      this.builder.reset(mark)
      return false
    }
    if (!isBareString(op)) ops.push(op)
    return true
  }

  /** Future statements name known features; one of them changes how the module is read. */
  private acceptFuture({ names }: FromOp): boolean {
    if (names === '*' || !names.every(({ name }) => FUTURE_FEATURES.has(name))) return false
    if (names.some(({ name }) => name === 'annotations')) this.builder.lazyAnnotations = true
    return true
  }

  /** The expression of a decorator whose '@' stands at `start`. */
  decorator(start: number): Expr | null {
    this.begin(start + 1)
    this.suspends = false
    const from = this.startOfNext()
    const value = this.expression()
    if (value === null) return null
    suspectDecorator(this.builder, value, from, this.tokenEnd)
    return this.atLineEnd() ? value : null
  }

  /** The header of the `def` or `async def` at `start`. */
  header(start: number): PlainHeader | null {
    this.begin(start)
    this.suspends = false
    const async = this.takeKeyword('async')
    if (!this.takeKeyword('def')) return null
    const nameStart = this.startOfNext()
    const name = this.identifier()
    if (name === null) return null
    const nameAt = this.builder.place(nameStart, this.tokenEnd)
    if (this.peek() !== '(') return null
    const open = this.pos
    this.open()
    const params = this.parameters(')')
    if (params === null || parameterFault(params) !== null) return null
    suspectParameters(this.builder, params, open, this.tokenEnd)
    let returns: Expr | null = null
    if (this.peek() === '-') {
      if (!this.text.startsWith('->', this.pos)) return null
      this.pos += 2
      returns = this.expression()
      if (returns === null) return null
    }
    if (!this.take(':')) return null
    return { name, params, returns, async, at: this.at(start), nameAt, end: this.tokenEnd }
  }

  /** Behind the code of the last statement. */
  get codeEnd(): number {
    return this.tokenEnd
  }

  /** A place from `start` to the end of the last token. */
  protected at(start: number): At {
    return this.builder.place(start, this.tokenEnd)
  }

  protected atLineEnd(): boolean {
    const next = this.peek()
    this.lineEnd = this.pos
    return next === undefined || next === '\n' || next === '#'
  }

  private simple(start: number): Op | null {
    const word = this.word()
    const read = this.readers.get(word)
    if (read !== undefined) {
      this.takeToken(word)
      return read(start)
    }
    return DOUBTFUL.has(word) && !this.isName(word) ? null : this.expressionStatement(start)
  }

  /** `type(x)`, `match = x` and the like at the beginning of a line: no soft keyword, unless it heads a block. */
  private isName(word: string): boolean {
    const behind = this.pos + word.length
    if ((word === 'type' || word === 'print') && this.text[behind] === '(') return true
    AS_NAME.lastIndex = behind
    return AS_NAME.test(this.text)
  }

  private expressionStatement(start: number): Op | null {
    const first = this.value(true)
    if (first === null) return null
    const next = this.peek()
    if (next === '=') return this.assignment(first, start)
    if (next === ':') return this.annotated(first, start)
    const operator = this.augmentedOperator()
    if (operator === null) return { op: 'expr', value: first, at: this.at(start) }
    if (!isSingleTarget(first)) return null
    const value = this.value(false)
    return value === null ? null : { op: 'augment', target: first, operator, value, at: this.at(start) }
  }

  /** What may stand alone or right of '='. */
  private value(starred: boolean): Expr | null {
    const yielded = this.yielded()
    return yielded === undefined ? this.expressions(starred) : yielded
  }

  private assignment(first: Expr, start: number): Op | null {
    const targets: Expr[] = []
    let value = first
    while (this.take('=')) {
      if (!isTarget(value)) return null
      targets.push(value)
      const next = this.value(true)
      if (next === null) return null
      value = next
    }
    return { op: 'assign', targets: fitted(targets), value, at: this.at(start) }
  }

  private annotated(target: Expr, start: number): Op | null {
    if (!isSingleTarget(target) || !this.take(':')) return null
    const annotation = this.expression()
    if (annotation === null) return null
    let value: Expr | null = null
    if (this.take('=')) {
      // A tuple without brackets is new in 3.8: left to the other side.
      value = this.expression()
      if (value === null) return null
    }
    return { op: 'annotated', target, annotation, value, at: this.at(start) }
  }

  /** Takes `+=` and the like; gives the operator without '='. */
  private augmentedOperator(): string | null {
    AUGMENTED.lastIndex = this.startOfNext()
    const operator = AUGMENTED.exec(this.text)?.[1] ?? null
    if (operator !== null) this.pos += operator.length + 1
    return operator
  }

  private importStatement(start: number): ImportOp | null {
    const names: ImportOp['names'][number][] = []
    do {
      const from = this.startOfNext()
      const module = this.dottedName()
      if (module === null) return null
      const at = this.at(from)
      const as = this.alias()
      if (as === '') return null
      names.push({ module, as, at })
    } while (this.take(','))
    return { op: 'import', names: fitted(names), lazy: false, at: this.at(start) }
  }

  private fromStatement(start: number): FromOp | null {
    const moduleStart = this.startOfNext()
    let level = 0
    while (this.take('.')) level++
    let moduleAt = this.at(moduleStart)
    let module: string | null = ''
    if (level === 0 || !this.takeKeyword('import')) {
      module = this.dottedName()
      if (module === null) return null
      moduleAt = this.at(moduleStart)
      if (!this.takeKeyword('import')) return null
    }
    const names = this.take('*') ? '*' : this.importedNames()
    return names === null || (names === '*' && !this.scope.outermost)
      ? null
      : { op: 'from', level, module, names, lazy: false, moduleAt, at: this.at(start) }
  }

  private importedNames(): Exclude<FromOp['names'], '*'> | null {
    const bracketed = this.peek() === '('
    if (bracketed) this.open()
    const names: Exclude<FromOp['names'], '*'>[number][] = []
    do {
      if (bracketed && names.length > 0 && this.peek() === ')') break
      const from = this.startOfNext()
      const name = this.identifier()
      if (name === null) return null
      const at = this.at(from)
      const as = this.alias()
      if (as === '') return null
      names.push({ name, as, at })
    } while (this.take(','))
    return bracketed && !this.close(')') ? null : fitted(names)
  }

  /** The name behind `as`; null without one, '' where it is wrong. */
  private alias(): string | null {
    if (this.peek() !== 'a' || !this.takeKeyword('as')) return null
    return this.identifier() ?? ''
  }

  /** `a.b.c` without blanks. */
  private dottedName(): string | null {
    const from = this.startOfNext()
    for (;;) {
      if (this.identifier() === null) return null
      if (this.text[this.pos] !== '.') break
      this.pos++
      if (!isWordCode(this.text.charCodeAt(this.pos))) return null
    }
    return ownString(this.text.slice(from, this.pos))
  }

  /** `global` and `nonlocal`. */
  private namesStatement(op: 'global' | 'nonlocal', start: number): Op | null {
    const names: string[] = []
    do {
      const name = this.identifier()
      if (name === null) return null
      names.push(name)
    } while (this.take(','))
    return { op, names, at: this.at(start) }
  }

  private raiseStatement(start: number): Op | null {
    if (this.atLineEnd()) return { op: 'raise', value: null, cause: null, at: this.at(start) }
    const value = this.expression()
    if (value === null) return null
    const cause = this.takeKeyword('from') ? this.expression() : undefined
    return cause === null ? null : { op: 'raise', value, cause: cause ?? null, at: this.at(start) }
  }

  private assertStatement(start: number): Op | null {
    const test = this.expression()
    if (test === null) return null
    const message = this.take(',') ? this.expression() : undefined
    return message === null ? null : { op: 'assert', test, message: message ?? null, at: this.at(start) }
  }

  private deleteStatement(start: number): Op | null {
    const targets: Expr[] = []
    do {
      if (targets.length > 0 && this.atLineEnd()) break
      const target = this.expression()
      if (target === null || !isDeletable(target)) return null
      targets.push(target)
    } while (this.take(','))
    return { op: 'delete', targets, at: this.at(start) }
  }

  private returnStatement(start: number): Op | null {
    const value = this.atLineEnd() ? null : this.expressions(false)
    if (value === null && !this.atLineEnd()) return null
    return { op: 'return', value, at: this.at(start) }
  }
}

const AUGMENTED = /(\+|-|\*\*?|\/\/?|%|@|&|\||\^|<<|>>)=/y

function isFuture(op: Op): op is FromOp {
  return op.op === 'from' && op.level === 0 && op.module === '__future__'
}

/** A string alone does nothing at import but set `__doc__`. */
export function isBareString(op: Op): boolean {
  return op.op === 'expr' && op.value.e === 'const' && typeof op.value.value === 'string'
}
