/**
 * Which modules the plugins that pytest starts with have loaded before anything is collected: a file of that name which
 * `sys.path` finds later hides nothing any more. Their import statements are read, and those of what they lead to,
 * the standard library's among them. What the project's own plugins import is executed, and left alone here.
 */
import { scanImports } from '../compile/import_scan.ts'
import { standingOf } from '../compile/import_standing.ts'
import { remember } from '../files/memo.ts'
import type { Spec } from './finder.ts'
import { importingPython, packageOf, relative } from './foreign.ts'
import type { Machine } from './machine.ts'

interface LoadedModules {
  readonly always: ReadonlySet<string>
  /** Where a condition decides, or the statement is one of those that may fail. */
  readonly perhaps: ReadonlySet<string>
}

const loaded = new WeakMap<Machine, LoadedModules>()

/** Has a plugin loaded the module when collection begins? */
export function loadedByPlugins(m: Machine, name: string): 'always' | 'perhaps' | 'never' {
  const { always, perhaps } = remember(loaded, m, () => walkPlugins(m))
  return always.has(name) ? 'always' : perhaps.has(name) ? 'perhaps' : 'never'
}

function walkPlugins(m: Machine): LoadedModules {
  const always = new Set<string>()
  const perhaps = new Set<string>()
  const names = m.plan.plugins.map(({ module }) => module)
  // What certainly runs first: the rest is only perhaps what those files lead to otherwise.
  walk(m, names, always, false)
  walk(m, names, perhaps, true)
  return { always, perhaps }
}

function walk(m: Machine, names: readonly string[], seen: Set<string>, doubtful: boolean): void {
  const python = importingPython(m)
  const waiting = [...names]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name)) continue
    const spec = atStart(m, name)
    if (!spec) continue
    seen.add(name)
    if (name.includes('.')) waiting.push(name.slice(0, name.lastIndexOf('.')))
    const text = spec.file?.endsWith('.py') && !m.isProject(spec.file) ? m.world.text(spec.file) : null
    if (!text) continue
    for (const { module, level, names: asked, at } of scanImports(text)) {
      const base = level === 0 ? module : relative(packageOf(spec), level, module)
      const standing = standingOf(text, at, python)
      if (!base || standing === 'idle' || (!doubtful && standing !== 'live')) continue
      waiting.push(base)
      if (asked !== '*') for (const part of asked) waiting.push(`${base}.${part}`)
    }
  }
}

/** What importing the name finds while pytest starts. */
function atStart(m: Machine, name: string): Spec | null {
  let spec = null as Spec | null
  let full = ''
  for (const part of name.split('.')) {
    full = full ? `${full}.${part}` : part
    if (full === part) spec = m.finder.findTopLevel(part, m.environment.sysPath)
    else spec = spec?.path ? m.finder.findSubmodule(full, part, spec.path) : null
    if (!spec) return null
  }
  return spec
}
