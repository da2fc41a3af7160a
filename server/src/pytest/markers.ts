/** Markers that are registered before any project code runs: pytest's own, the configuration's, plugins'. */
import { basename } from '../files/paths.ts'
import { asList, type Config, readIniValue } from './config.ts'
import type { Marker } from './plan.ts'
import type { PluginFacts } from './plugin_facts.ts'
import type { IniSpec } from './tables.ts'

export interface PluginMarkers {
  /** "plugin pytest-asyncio". */
  readonly from: string
  readonly facts: PluginFacts
}

/**
 * The name in a registered line: the text up to the first ':', of that the text up to the first '('. Quotes
 * and commas belong to it: 'e1, f1: both' registers one odd name (`Config._iter_registered_markers`).
 */
export function parseMarkerLine(line: string): string {
  return line.split(':')[0]!.split('(')[0]!.trim()
}

/** `builtin`: lines of pytest's own plugins. A plugin of the project itself registers when it runs. */
export function registeredMarkers(
  builtin: readonly string[],
  config: Config,
  spec: IniSpec | undefined,
  plugins: readonly PluginMarkers[],
): Marker[] {
  const source = config.inipath === null ? 'command line' : basename(config.inipath)
  const configured = spec ? asList(readIniValue(config, spec).value) : []
  const marker = (line: string, from: string): Marker => ({ name: parseMarkerLine(line), line, from })
  return [
    ...builtin.map(line => marker(line, 'pytest')),
    ...configured.map(line => marker(line, source)),
    ...plugins
      .filter(({ facts }) => !facts.local)
      .flatMap(({ from, facts }) => facts.markers.map(line => marker(line, from))),
  ]
}
