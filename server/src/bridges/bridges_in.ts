/** The bridges that a workspace has, found by their mark, and what has become of each: they are debt. */
import { relative } from '../files/paths.ts'
import { BRIDGE_MARK } from './bridge_text.ts'
import type { FixContext } from './fix.ts'
import { importSites } from './import_sites.ts'
import type { WorkspaceModule } from './module_names.ts'

export interface Bridge {
  readonly path: string
  /** The dotted name of the module that it stands in for, or that it adds names to. */
  readonly module: string
  /** The names that it hands on, as far as the text tells; empty where a helper computes them. */
  readonly names: readonly string[]
  /** The files that ask for something of it, tests of bridges left out. */
  readonly importers: readonly string[]
  /** It gives an old name to something of its own module. */
  readonly assigns: boolean
}

/**
 * unused: nobody imports it any more; overtaken: the real module, or the name itself, is there again; broken: what it
 * hands on is not there.
 */
export type BridgeState =
  | { readonly is: 'needed' }
  | { readonly is: 'unused' | 'overtaken' | 'broken'; readonly because: string }

/** In order of their paths. Tests of bridges are none. */
export function bridgesIn(context: FixContext): (Bridge & { readonly state: BridgeState })[] {
  const { fs, index, text } = context
  const mark = Buffer.from(BRIDGE_MARK)
  const marked = index.modules().filter(({ path }) => {
    const bytes = fs.read(path)
    return bytes !== null && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(mark)
  })
  return marked.flatMap(module => {
    const source = text(module.path) ?? ''
    const isTest = /^"""'[^']*' is a bridge:/.test(source)
    const bridge = isTest ? null : readBridge(module, source, context, marked)
    return bridge ? [{ ...bridge, state: stateOf(bridge, module, context) }] : []
  })
}

function readBridge(
  { path, names: [module] }: WorkspaceModule,
  text: string,
  { code, index }: FixContext,
  marked: readonly WorkspaceModule[],
): Bridge | null {
  const compiled = code(path)
  if (module === undefined || compiled === null) return null
  const whole = new RegExp(`^${BRIDGE_MARK}\\s*$`, 'm').test(text)
  const names = importSites(compiled, text, '').flatMap(site => {
    const end = text.indexOf('\n', site.statement.end)
    const line = text.slice(site.statement.start, end < 0 ? text.length : end)
    if (site.kind !== 'from' || site.names === '*' || (!whole && !line.includes(BRIDGE_MARK))) return []
    return site.names.map(({ name, as }) => as ?? name)
  })
  const assigned = [...text.matchAll(/^(\w+) = \w+ {2}# precollect: bridge$/gm)].map(match => match[1]!)
  const own = new Set([path, ...marked.map(each => each.path).filter(each => /\/test_bridge_/.test(each))])
  const wanted = index.wanted(module)
  const handedOn = [...names, ...assigned]
  const asks = (importer: string) => whole || handedOn.some(name => index.asks(importer, module, name))
  const importers = wanted.importers.filter(importer => !own.has(importer) && asks(importer))
  // What a helper is called by is no name that the bridge hands on.
  const handed = /^globals\(\)\.update\(/m.test(text) ? [] : handedOn
  return { path, module, names: handed, importers, assigns: assigned.length > 0 }
}

function stateOf(bridge: Bridge, { path }: WorkspaceModule, context: FixContext): BridgeState {
  const { index, causes, plan } = context
  const other = index.modules().find(module => module.path !== path && module.names.includes(bridge.module))
  if (other)
    return {
      is: 'overtaken',
      because: `${relative(plan.rootdir, other.path)} serves '${bridge.module}' as well`,
    }
  const own = bridge.names.find(name => index.offered(path, name)?.from === null)
  if (own !== undefined && !bridge.assigns)
    return { is: 'overtaken', because: `the module defines '${own}' itself` }
  const lacking = bridge.names.filter(name => isLost(path, name, index))
  if (lacking.length > 0) return { is: 'broken', because: `'${lacking.join("', '")}' is not there any more` }
  const failing = causes.find(({ span, failure: { detail } }) => {
    const lacks = detail.kind === 'missing-symbol' || detail.kind === 'missing-attribute'
    return span.path === path || (lacks && detail.module === bridge.module)
  })
  if (failing) return { is: 'broken', because: failing.failure.message }
  if (bridge.importers.length === 0) return { is: 'unused', because: 'nothing imports it but its own test' }
  return { is: 'needed' }
}

/** Is a name handed on from a module of the workspace that is gone, or does not have it? */
function isLost(path: string, name: string, index: FixContext['index']): boolean {
  const offered = index.offered(path, name)
  if (!offered) return !index.isOpen(path)
  if (!offered.from || offered.origin !== null) return false
  const source = index.absolute(path, offered.from.level, offered.from.module)
  if (source === null) return false
  const target = index.moduleNamed(source)
  return target ? !index.isOpen(target.path) : index.topLevelNames().has(source.split('.', 1)[0]!)
}
