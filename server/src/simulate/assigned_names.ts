/** Which names a piece of code may bind in its own scope. What it binds when it runs is `execute.ts`'s. */
import type { Block, Expr, Pattern } from '../compile/module_code.ts'
import { remember } from '../files/memo.ts'

const assigned = new WeakMap<Block, readonly string[]>()

/** Names that a block may bind directly: assignments, imports, definitions, loop variables, handlers, `:=`. */
export function assignedNames(block: Block): readonly string[] {
  return remember(assigned, block, () => {
    const found = new Set<string>()
    collectAssigned(block, found)
    collectWalrus(block, found)
    return [...found]
  })
}

function collectAssigned(block: Block, into: Set<string>): void {
  for (const op of block) {
    switch (op.op) {
      case 'import':
        for (const name of op.names) into.add(name.as ?? name.module.split('.')[0]!)
        break
      case 'from':
        if (op.names !== '*') for (const name of op.names) into.add(name.as ?? name.name)
        break
      case 'assign':
        for (const target of op.targets) targetNames(target, into)
        break
      case 'annotated':
      case 'augment':
        targetNames(op.target, into)
        break
      case 'def':
      case 'class':
      case 'type':
        into.add(op.name)
        break
      case 'if':
        collectAssigned(op.then, into)
        collectAssigned(op.else, into)
        break
      case 'for':
        targetNames(op.target, into)
        collectAssigned(op.body, into)
        collectAssigned(op.else, into)
        break
      case 'while':
        collectAssigned(op.body, into)
        collectAssigned(op.else, into)
        break
      case 'with':
        for (const item of op.items) if (item.target) targetNames(item.target, into)
        collectAssigned(op.body, into)
        break
      case 'try':
        collectAssigned(op.body, into)
        for (const handler of op.handlers) collectAssigned(handler.body, into)
        collectAssigned(op.else, into)
        collectAssigned(op.finally, into)
        break
      case 'match':
        for (const { body, pattern } of op.cases) {
          for (const name of patternNames(pattern)) into.add(name)
          collectAssigned(body, into)
        }
        break
      default:
    }
  }
}

function targetNames(target: Expr, into: Set<string>): void {
  if (target.e === 'name') into.add(target.id)
  else if (target.e === 'tuple' || target.e === 'list')
    for (const item of target.items) targetNames(item, into)
  else if (target.e === 'star') targetNames(target.of, into)
}

function patternNames(pattern: Pattern): readonly string[] {
  switch (pattern.p) {
    case 'capture':
      return pattern.name ? [pattern.name] : []
    case 'as':
      return [pattern.name, ...patternNames(pattern.pattern)]
    case 'or':
      return pattern.items.flatMap(patternNames)
    case 'other':
      return pattern.binds
    default:
      return []
  }
}

/** Names that `:=` may bind in the scope around a comprehension. */
export function walrusNames(expr: Expr): readonly string[] {
  return remember(bound, expr, () => {
    const found = new Set<string>()
    collectWalrus(expr, found)
    return [...found]
  })
}

const bound = new WeakMap<Expr, readonly string[]>()

/** `code`: any part of a `ModuleCode`. */
function collectWalrus(code: unknown, into: Set<string>): void {
  if (typeof code !== 'object' || code === null) return
  if ('e' in code && code.e === 'walrus') into.add((code as Extract<Expr, { e: 'walrus' }>).name)
  const ownScope =
    ('e' in code && code.e === 'lambda') || ('op' in code && (code.op === 'def' || code.op === 'class'))
  if (!ownScope) for (const part of Object.values(code)) collectWalrus(part, into)
}
