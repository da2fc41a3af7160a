/**
 * How many tests a file writes down: what a suite loses with a file that is not collected, for which nobody can
 * ask pytest. Names decide, as `python_functions`, `python_classes` and unittest have it. A parametrized test
 * counts once; what a class inherits and what is made at import is not counted.
 */
import type { Block, Expr, ModuleCode, Op } from '../compile/module_code.ts'
import type { Plan } from '../pytest/plan.ts'
import { matchesName } from '../simulate/items/names.ts'

type Names = Pick<Plan, 'pythonFunctions' | 'pythonClasses'>

/** The number of test functions and methods in a file. Two definitions of one name in one scope are one test. */
export function writtenTests({ ops }: ModuleCode, names: Names): number {
  return inBlock(ops, names, names.pythonFunctions)
}

function inBlock(block: Block, names: Names, functions: readonly string[]): number {
  const found = new Map<string, number>()
  for (const op of definitions(block)) {
    if (op.op === 'def') {
      if (matchesName(op.name, functions)) found.set(op.name, 1)
      continue
    }
    const unittest = op.bases.some(base => nameOf(base).endsWith('TestCase'))
    if (!unittest && !matchesName(op.name, names.pythonClasses)) continue
    found.set(op.name, inBlock(op.body, names, unittest ? ['test'] : names.pythonFunctions))
  }
  return [...found.values()].reduce((sum, tests) => sum + tests, 0)
}

type Definition = Extract<Op, { op: 'def' | 'class' }>

/** Functions and classes of a scope, those below conditions included. */
function* definitions(block: Block): Generator<Definition> {
  for (const op of block) {
    if (op.op === 'def' || op.op === 'class') yield op
    else if (op.op === 'if') yield* definitions([...op.then, ...op.else])
    else if (op.op === 'with') yield* definitions(op.body)
    else if (op.op === 'try') {
      yield* definitions([...op.body, ...op.handlers.flatMap(it => it.body), ...op.else, ...op.finally])
    }
  }
}

function nameOf(base: Expr): string {
  return base.e === 'name' ? base.id : base.e === 'attr' ? base.name : ''
}
