/** What a hover says of an import, a marker or a metric. */

import type { ImportFact } from '../engine/questions/imports.ts'
import type { MarkerFact } from '../engine/questions/markers.ts'
import type { MetricFact } from '../engine/questions/metrics.ts'
import type { Fact } from '../engine/questions/question.ts'
import { isWithin, relative } from '../files/paths.ts'
import type { Span } from '../files/span.ts'
import { placeLink, type Style } from './markup.ts'
import { uriOf } from './to_lsp.ts'

export interface Telling {
  readonly style: Style
  /** Of the workspace folder: paths in it are shown relative. */
  readonly root: string
  /** The line of a span's start, from 1. */
  readonly lineOf: (span: Span) => number
}

/** The fact in the words and the style of a hover. */
export function tellFact(fact: Fact, telling: Telling): string {
  switch (fact.fact) {
    case 'import':
      return tellImport(fact, telling)
    case 'marker':
      return tellMarker(fact, telling)
    case 'metric':
      return tellMetric(fact, telling)
  }
}

function tellImport(fact: ImportFact, telling: Telling): string {
  const { style } = telling
  const { module, kind, file, entry, entryBy, neededBy, failure } = fact
  const { text, name, strong } = style
  const where = file ? style.link(shownPath(file, telling.root), uriOf(file)) : KINDS[kind]
  const parts = [kind === 'missing' ? `${name(module)} is not found` : `${name(module)} is ${where}`]
  if (entry !== null) {
    const by = entryBy === null ? '' : ` (${text(entryBy)})`
    parts.push(`${strong('Found on sys.path in')} ${text(shownPath(entry, telling.root))}${by}`)
  }
  if (kind !== 'missing' && !fact.loaded && file) parts.push('pytest does not load it in this run')
  if (neededBy !== null) parts.push(`${strong('Needed by')} ${count(neededBy, 'test file')}`)
  if (failure) {
    const at = placeLink(
      style,
      shownPath(failure.span.path, telling.root),
      failure.span,
      telling.lineOf(failure.span),
    )
    const said = text(`${failure.exception}: ${failure.message.split('\n')[0]}`)
    parts.push(`${strong('Importing it fails:')} ${said}, because of ${at}`)
  }
  return parts.join('\n\n')
}

const KINDS: Readonly<Record<ImportFact['kind'], string>> = {
  source: 'a module',
  package: 'a package',
  namespace: 'a namespace package: folders without an `__init__.py`',
  extension: 'an extension module',
  builtin: 'part of Python',
  bytecode: 'byte code without its source',
  missing: 'not found',
}

function tellMarker({ name, meaning, registration }: MarkerFact, telling: Telling): string {
  const { style, root } = telling
  if (!meaning) return `${style.name(name)} is a marker that nobody registers`
  const { signature, description, from } = meaning
  const place = registration
    ? placeLink(style, shownPath(registration.path, root), registration, telling.lineOf(registration))
    : style.text(from)
  return [
    style.name(`pytest.mark.${signature}`),
    ...(description ? [style.text(description)] : []),
    `${style.strong('Registered by')} ${place}`,
  ].join('\n\n')
}

function tellMetric({ name, kind, modules, neededBy }: MetricFact, { style }: Telling): string {
  const { text, strong } = style
  const parts = [
    `${style.name(name)} is a ${text(kind)} that importing this file registers for the whole process`,
  ]
  const names = modules.map(style.name).join(' and ')
  if (modules.length > 1) parts.push(`The file is imported as ${names}: each import registers it`)
  if (neededBy > 0) parts.push(`${strong('Registered for')} ${count(neededBy, 'test file')}`)
  return parts.join('\n\n')
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}

function shownPath(path: string, root: string): string {
  return isWithin(path, root) ? relative(root, path) || '.' : path
}
