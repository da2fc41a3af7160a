/** What to install: from the name that is missing to the distributions that provide it. */
import importNames from '../environment/data/import_names.json' with { type: 'json' }
import nearStandard from '../environment/data/near_standard.json' with { type: 'json' }
import pluginTables from '../pytest/data/plugins.json' with { type: 'json' }
import type { Failure } from '../simulate/trace.ts'

const byImport: Readonly<Record<string, string>> = importNames

/**
 * The distribution that provides a module under a name other than its own; the longest dotted prefix counts.
 * null where the names are the same or nothing is known.
 */
export function providerOf(module: string): string | null {
  for (let name = module; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('.')))) {
    if (Object.hasOwn(byImport, name)) return byImport[name]!
  }
  return null
}

/** Of the 15000 most downloaded distributions those whose own names are a slip away from a standard module's. */
const near: ReadonlySet<string> = new Set(nearStandard)

/** Is a module of that name known to come from a distribution? Then its name is no slip of another. */
export function isOfDistribution(module: string): boolean {
  return providerOf(module) !== null || near.has(module.split('.', 1)[0]!)
}

/** 'install PyYAML' or 'install the distribution that provides 'app''. */
export function howToInstall(module: string): string {
  return `install ${providerOf(module) ?? `the distribution that provides '${module}'`}`
}

/**
 * The module whose absence is at the bottom of a failure; null where it is none. Libraries that raise by hand
 * where an extra is missing do it while they handle Python's own error.
 */
export function missingModule({ detail, cause }: Failure): string | null {
  if (detail.kind === 'module-not-found') return detail.module
  return /^No module named '([^']+)'/.exec(cause?.message ?? '')?.[1] ?? null
}

/** The plugin distributions that read a key of the configuration. */
export function pluginsWithKey(key: string): readonly string[] {
  return pluginTables.plugins
    .filter(({ ini }) => ini.some(({ name }) => name === key))
    .map(({ name }) => name)
}

/** The plugin distributions that register a marker of that name; empty where none is known. */
export function pluginsWithMarker(marker: string): readonly string[] {
  return pluginTables.plugins
    .filter(({ markers }) => markers?.some(line => markerName(line) === marker))
    .map(({ name }) => name)
}

/** The plugin distributions that add an option, given as on the command line ('--cov', '--cov=src'). */
export function pluginsWithOption(argument: string): readonly string[] {
  const option = argument.split('=')[0]!
  return pluginTables.plugins
    .filter(({ options }) => options.some(({ names }) => names.includes(option)))
    .map(({ name }) => name)
}

/** The plugin distributions that are loaded by that name: an entry point's, or its module's. */
export function pluginsNamed(name: string): readonly string[] {
  return pluginTables.plugins
    .filter(({ entryPoints }) => Object.entries(entryPoints).some(each => each.includes(name)))
    .map(plugin => plugin.name)
}

/** pytest reads a registered line up to the first ':', then up to the first '('. */
function markerName(line: string): string {
  return line.split(':')[0]!.split('(')[0]!.trim()
}
