/**
 * The project's own helper for bridges, where it has one that an import from the bridge would find. It is known by its
 * signature: `bridge(own_name, candidates=..., export=...)` that returns names and a namespace, or
 * `bridge_from_candidates(*candidates)` that does. Everything else about it is read by the simulation.
 */
import type { DefOp } from '../compile/module_code.ts'
import { dirname } from '../files/paths.ts'
import { BRIDGE_MARK, type Served } from './bridge_text.ts'
import type { FixContext } from './fix.ts'
import type { SymbolIndex } from './symbol_index.ts'

export interface Helper {
  /** As the bridge imports it. */
  readonly module: string
  readonly kind: 'bridge' | 'bridge_from_candidates'
}

/** null where the project has none, or where it can't serve these names: one module, each name under its own. */
export function findHelper(
  path: string,
  serves: Served,
  index: SymbolIndex,
  { code }: Pick<FixContext, 'code'>,
): Helper | null {
  const targets = new Set([...serves].map(([name, place]) => (place.name === name ? place.module : null)))
  if (targets.size !== 1 || targets.has(null)) return null
  const kinds = ['bridge', 'bridge_from_candidates'] as const
  const found = kinds.flatMap(kind =>
    index.definersOf(kind).flatMap(file => {
      const module = index.moduleAt(file)
      const ops = code(file)?.ops ?? []
      const definition = ops.find((op): op is DefOp => op.op === 'def' && op.name === kind)
      const name = module?.names[0]
      return definition && name !== undefined && fits(definition) ? [{ module: name, kind, file }] : []
    }),
  )
  // The one next to the bridge, if there are several.
  const near = found.find(helper => dirname(helper.file) === dirname(path))
  return near ?? found[0] ?? null
}

function fits({ name, params }: DefOp): boolean {
  if (name === 'bridge_from_candidates') return params.some(({ kind }) => kind === 'args')
  const names = params.map(param => param.name)
  const first = params[0]?.kind
  return (
    (first === 'normal' || first === 'positional') && names.includes('candidates') && names.includes('export')
  )
}

/** A bridge through the helper, and after it a plain statement of what it has to serve. */
export function helperText(module: string, serves: Served, { module: helper, kind }: Helper): string {
  const target = [...serves.values()][0]!.module
  const names = [...serves.keys()].map(name => `"${name}"`)
  const call =
    kind === 'bridge'
      ? `bridge(\n    __name__,\n    candidates=("${target}",),\n    export=(${names.join(', ')},),\n)`
      : `bridge_from_candidates("${target}")`
  return (
    `"""Stands in for '${module}', which is no longer here. Now: ${target}."""\n${BRIDGE_MARK}\n\n` +
    `from ${helper} import ${kind}\n\n__all__, _namespace = ${call}\nglobals().update(_namespace)\n`
  )
}
