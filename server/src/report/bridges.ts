/** What is missing and what could serve it, and the bridges that are there: for a terminal, and as JSON. */
import type { BridgeState } from '../bridges/bridges_in.ts'
import type { Candidate, Missing } from '../bridges/candidate.ts'
import type { Fix } from '../bridges/fix.ts'
import { type Effect, inWords } from '../bridges/verify.ts'
import { relative } from '../files/paths.ts'
import { wrap } from './layout.ts'
import { count, painter, type Style } from './style.ts'

export interface BridgesInput {
  readonly root: string
  readonly missing: readonly {
    readonly missing: Missing
    readonly breaks: readonly string[]
    readonly wanted: readonly string[]
    readonly importers: readonly string[]
    readonly known: readonly string[]
    readonly finding: { readonly fingerprint: string }
    readonly servings: readonly {
      readonly candidate: Candidate
      readonly rewrite: Fix | null
      readonly bridge: Fix | null
    }[]
  }[]
  readonly existing: readonly {
    readonly path: string
    readonly module: string
    readonly names: readonly string[]
    readonly importers: readonly string[]
    readonly state: BridgeState
  }[]
}

/** Names beyond this many are counted, not told. */
const MOST_NAMES = 8

export function renderBridges({ root, missing, existing }: BridgesInput, style: Style): string {
  const paint = painter(style)
  const lines: string[] = []
  const say = (text: string, lead: string) => lines.push(...wrap(text, style.width, lead))
  for (const [index, each] of missing.entries()) {
    const files = count(each.breaks.length, 'test file')
    const title =
      each.missing.kind === 'module' ? each.missing.module : `${each.missing.module}.${each.missing.name}`
    lines.push(`${String(index + 1).padStart(3)}  ${paint.bold(title)}  fails ${files}`)
    if (each.wanted.length > 0)
      say(`wanted by ${count(each.importers.length, 'file')}: ${list(each.wanted)}`, '     ')
    for (const fact of each.known) say(fact, '     ')
    if (each.servings.length === 0) say('nothing in this workspace could serve it', '     ')
    for (const { candidate, rewrite, bridge } of each.servings) {
      const effect = (rewrite ?? bridge)?.effect
      say(`${paint.green(targetOf(candidate))}: ${candidate.because.join('; ')}`, '     - ')
      say(`${effect ? inWords(effect) : ''}${waysOf(rewrite, bridge, root)}`, '       ')
    }
    lines.push('')
  }
  if (existing.length > 0) {
    lines.push(paint.bold(`${count(existing.length, 'bridge')} in this workspace`))
    for (const { path, state, importers } of existing) {
      const what =
        state.is === 'needed'
          ? `needed by ${count(importers.length, 'file')}`
          : `${paint.yellow(state.is)}: ${state.because}`
      say(`${relative(root, path)}: ${what}`, '  ')
    }
    lines.push('')
  }
  if (missing.length === 0 && existing.length === 0)
    lines.push('Nothing is missing that a bridge could serve.')
  return lines.map(line => `${line}\n`).join('')
}

export interface JsonBridges {
  readonly version: 1
  readonly tool: string
  /** Absolute; all other paths are relative to it. */
  readonly root: string
  readonly missing: readonly {
    readonly module: string
    readonly name: string | null
    readonly finding: string
    readonly breaks: readonly string[]
    readonly wanted: readonly string[]
    readonly importers: readonly string[]
    /** What git and the project's requirements know of it, for people. */
    readonly known: readonly string[]
    readonly candidates: readonly JsonCandidate[]
  }[]
  readonly bridges: readonly {
    readonly path: string
    readonly module: string
    readonly names: readonly string[]
    readonly importers: readonly string[]
    readonly state: BridgeState['is']
    readonly because: string | null
  }[]
}

interface JsonCandidate {
  readonly files: readonly string[]
  /** Where modules are found whole, and where names are, by what is asked for now. */
  readonly modules: Readonly<Record<string, string>>
  readonly names: Readonly<Record<string, string>>
  readonly because: readonly string[]
  readonly rewrite: JsonFix | null
  readonly bridge: JsonFix | null
}

interface JsonFix {
  readonly id: string
  readonly title: string
  readonly safety: Fix['safety']
  readonly effect: {
    readonly words: string
    readonly back: readonly string[]
    readonly further: readonly string[]
    readonly uncovered: readonly string[]
  } | null
}

export function jsonBridges({ root, missing, existing }: BridgesInput, tool: string): JsonBridges {
  const short = (paths: readonly string[]) => paths.map(path => relative(root, path))
  return {
    version: 1,
    tool,
    root,
    missing: missing.map(each => ({
      module: each.missing.module,
      name: each.missing.kind === 'name' ? each.missing.name : null,
      finding: each.finding.fingerprint,
      breaks: short(each.breaks),
      wanted: each.wanted,
      importers: short(each.importers),
      known: each.known,
      candidates: each.servings.map(({ candidate, rewrite, bridge }) => ({
        files: short(candidate.files),
        modules: Object.fromEntries(candidate.modules),
        names: Object.fromEntries(
          [...candidate.names].map(([name, place]) => [
            name,
            place.name === null ? place.module : `${place.module}.${place.name}`,
          ]),
        ),
        because: candidate.because,
        rewrite: rewrite && jsonFix(rewrite, short),
        bridge: bridge && jsonFix(bridge, short),
      })),
    })),
    bridges: existing.map(({ path, module, names, importers, state }) => ({
      path: relative(root, path),
      module,
      names,
      importers: short(importers),
      state: state.is,
      because: state.is === 'needed' ? null : state.because,
    })),
  }
}

function jsonFix({ id, title, safety, effect }: Fix, short: (paths: readonly string[]) => string[]): JsonFix {
  return { id, title, safety, effect: effect && jsonEffect(effect, short) }
}

function jsonEffect(effect: Effect, short: (paths: readonly string[]) => string[]): JsonFix['effect'] {
  return {
    words: inWords(effect),
    back: short(effect.back),
    further: short(effect.further.map(({ file }) => file)),
    uncovered: effect.uncovered.map(({ rule, subject }) => `${rule} ${subject}`),
  }
}

function list(names: readonly string[]): string {
  const more = names.length - MOST_NAMES
  return names.slice(0, MOST_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

function targetOf({ modules, names }: Candidate): string {
  const places = [...names.values()].map(({ module, name }) => (name === null ? module : `${module}.${name}`))
  return list([...new Set([...modules.values(), ...places])])
}

function waysOf(rewrite: Fix | null, bridge: Fix | null, root: string): string {
  const ways = [
    ...(rewrite ? [`rewrite the imports in ${count(rewrite.edit?.changed.length ?? 0, 'file')}`] : []),
    ...(bridge ? [`or a bridge: ${bridgePath(bridge, root)}`] : []),
  ]
  return ways.length > 0 ? `; ${ways.join(', ').replace(/^or a/, 'by a')}` : ''
}

function bridgePath({ edit }: Fix, root: string): string {
  const path = edit?.changed[0]?.path ?? edit?.created[0]?.path ?? ''
  return relative(root, path)
}
