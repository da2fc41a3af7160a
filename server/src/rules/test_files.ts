/** Which test files stand behind a collector: itself, or all below a folder whose conftest fails. */
import { isWithin } from '../files/paths.ts'
import type { CollectNode, Plan } from '../pytest/plan.ts'

/** Every file that the plan would collect, in its order. */
export function testFiles(plan: Plan): ReadonlySet<string> {
  const known = cache.get(plan)
  if (known) return known
  const files = new Set<string>()
  for (const root of plan.roots) gather(root, files)
  cache.set(plan, files)
  return files
}

/** A plan never changes and is asked for each cause. */
const cache = new WeakMap<Plan, ReadonlySet<string>>()

function gather(node: CollectNode, files: Set<string>): void {
  if (node.kind === 'module') files.add(node.path)
  else for (const child of node.children) gather(child, files)
}

/** The files that are lost when this collector fails: itself, or all below the folder of a late conftest. */
export function filesBehind(plan: Plan, collector: string): readonly string[] {
  const files = testFiles(plan)
  const below = files.has(collector) ? [] : [...files].filter(file => isWithin(file, collector))
  return below.length > 0 ? below : [collector]
}

/** False for the folder of a late conftest, true for anything else. */
export function isTestFile(plan: Plan, collector: string): boolean {
  return filesBehind(plan, collector)[0] === collector
}
