/**
 * Constructs that only some Python versions accept, told from the finished operations. Shared by the two
 * ways into `ModuleCode` (`plain_*.ts` and `lower_*.ts`), so that both raise the same suspicions.
 *
 * The versions are those of "What's New in Python".
 */
import type { CodeBuilder } from './code_builder.ts'
import type { Expr, Parameter } from './module_code.ts'

/** `a[*b]` (PEP 646). */
export function suspectUnpackingIndex(builder: CodeBuilder, index: Expr, start: number, end: number): void {
  if (index.e === 'tuple' && index.items.some(item => item.e === 'star')) {
    builder.suspect(start, end, 'unpacking in a subscript', [3, 11])
  }
}

/** Any expression may decorate since PEP 614; before, a dotted name that may be called once. */
export function suspectDecorator(builder: CodeBuilder, decorator: Expr, start: number, end: number): void {
  let named = decorator.e === 'call' ? decorator.fn : decorator
  while (named.e === 'attr') named = named.of
  if (named.e !== 'name') builder.suspect(start, end, 'decorator expression', [3, 9])
}

export function suspectParameters(
  builder: CodeBuilder,
  params: readonly Parameter[],
  start: number,
  end: number,
): void {
  for (const { kind, annotation } of params) {
    if (kind === 'positional') builder.suspect(start, end, 'positional-only parameters', [3, 8])
    else if (kind === 'args' && annotation?.e === 'star')
      builder.suspect(start, end, 'unpacking in the annotation of *args', [3, 11])
  }
}

/** What no Python accepts in a parameter list, for people; null where nothing is wrong. */
export function parameterFault(params: readonly Parameter[]): string | null {
  let defaults = false
  for (let i = 0; i < params.length; i++) {
    const { name, kind, default: value } = params[i]!
    // Few have many: a set would cost more than it saves.
    for (let j = 0; j < i; j++) if (params[j]!.name === name) return 'duplicate parameter name'
    if (kind !== 'positional' && kind !== 'normal') continue
    if (value !== null) defaults = true
    else if (defaults) return 'parameter without a default after one with a default'
  }
  return null
}

/** Whether `expr` can be assigned to: what `target` and `star_targets` of Python's grammar allow. */
export function isTarget(expr: Expr): boolean {
  switch (expr.e) {
    case 'name':
    case 'attr':
    case 'sub':
      return true
    case 'tuple':
    case 'list':
      return (
        expr.items.filter(item => item.e === 'star').length <= 1 &&
        expr.items.every(item => isTarget(item.e === 'star' ? item.of : item))
      )
    default:
      return false
  }
}

/** What `x: T` and `x += 1` may stand with: one name, attribute or subscript. */
export function isSingleTarget(expr: Expr): boolean {
  return expr.e === 'name' || expr.e === 'attr' || expr.e === 'sub'
}

/** What `del` takes. */
export function isDeletable(expr: Expr): boolean {
  if (expr.e === 'tuple' || expr.e === 'list') return expr.items.every(isDeletable)
  return isSingleTarget(expr)
}
