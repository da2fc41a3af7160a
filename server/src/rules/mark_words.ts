/**
 * Marks and fixtures as they are written in one file: which expressions stand for them, by the names that its
 * import statements bind. What is computed is left alone.
 */
import type { Block, CallExpr, Expr, ModuleCode, Op } from '../compile/module_code.ts'
import { remember } from '../files/memo.ts'
import type { Span } from '../files/span.ts'

/** `pytest.mark.NAME` or a call of it. */
export interface MarkUse {
  readonly name: string
  /** The name behind `pytest.mark.`. */
  readonly span: Span
  /** The calls made of it, innermost first. */
  readonly calls: readonly CallExpr[]
}

export interface MarkWords {
  mark(expr: Expr): MarkUse | null
  isFixture(expr: Expr): boolean
  span(at: number): Span
}

/** Reads the imports at the top of a file, also those in `if`, `try` and `with`. */
export function markWords(code: ModuleCode, path: string): MarkWords {
  const modules = new Set<string>()
  const names = new Map<string, string>()
  const read = (block: Block): void => {
    for (const op of block) {
      if (op.op === 'import')
        for (const { module, as } of op.names) if (module === 'pytest') modules.add(as ?? 'pytest')
      if (op.op === 'from' && op.module === 'pytest' && op.level === 0 && op.names !== '*')
        for (const { name, as } of op.names) names.set(as ?? name, name)
      for (const inner of innerBlocks(op)) read(inner)
    }
  }
  read(code.ops)
  const span = (at: number): Span => ({
    path,
    start: code.places[2 * at] ?? 0,
    end: code.places[2 * at + 1] ?? 0,
  })
  /** Which of pytest's own names an expression is. */
  const ofPytest = (expr: Expr): string | null => {
    if (expr.e === 'name') return names.get(expr.id) ?? null
    return expr.e === 'attr' && expr.of.e === 'name' && modules.has(expr.of.id) ? expr.name : null
  }
  return {
    span,
    isFixture: expr => ofPytest(expr.e === 'call' ? expr.fn : expr) === 'fixture',
    mark: expr => {
      const calls: CallExpr[] = []
      let base = expr
      for (; base.e === 'call'; base = base.fn) calls.unshift(base)
      if (base.e !== 'attr' || ofPytest(base.of) !== 'mark') return null
      const whole = span(base.at)
      return { name: base.name, span: { ...whole, start: whole.end - base.name.length }, calls }
    },
  }
}

const marked = new WeakMap<ModuleCode, readonly Op[]>()

/** The statements of the module and its classes that bear a mark or bind one, from top to bottom: most bear none. */
export function markedStatements(code: ModuleCode, text: string): readonly Op[] {
  return remember(marked, code, () =>
    text.includes('mark') ? [...marksIn(code.ops, markWords(code, ''))] : [],
  )
}

function* marksIn(block: Block, words: MarkWords): Generator<Op> {
  const isMark = (expr: Expr) => words.mark(expr) !== null
  for (const op of block) {
    if (op.op === 'assign' ? listed(op.value).some(isMark) : 'decorators' in op && op.decorators.some(isMark))
      yield op
    if (op.op === 'class') yield* marksIn(op.body, words)
    for (const inner of innerBlocks(op)) yield* marksIn(inner, words)
  }
}

/** The elements of a list or tuple, or the one value itself. */
export function listed(value: Expr): readonly Expr[] {
  return value.e === 'list' || value.e === 'tuple' ? value.items : [value]
}

/** The blocks inside a statement that belong to the same scope. */
export function innerBlocks(op: Block[number]): readonly Block[] {
  switch (op.op) {
    case 'if':
      return [op.then, op.else]
    case 'for':
    case 'while':
      return [op.body, op.else]
    case 'try':
      return [op.body, ...op.handlers.map(handler => handler.body), op.else, op.finally]
    case 'with':
      return [op.body]
    case 'match':
      return op.cases.map(({ body }) => body)
    default:
      return []
  }
}
