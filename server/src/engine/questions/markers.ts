/** Markers: the one under the cursor, where it is registered and used, and those that can be written at a place. */
import { basename } from '../../files/paths.ts'
import type { Span } from '../../files/span.ts'
import { parseMarkerLine } from '../../pytest/markers.ts'
import { type Asked, type Definition, type Place, textOf } from './question.ts'
import { placeIn, writtenSettings } from './written.ts'

export interface MarkerFact {
  readonly fact: 'marker'
  readonly span: Span
  readonly name: string
  /** What is known by its registration; null for a marker that nobody registers. */
  readonly meaning: Meaning | null
  /** Where it is registered, if that is in the project. */
  readonly registration: Span | null
}

export interface Meaning {
  /** The name with its arguments: 'parametrize(argnames, argvalues)'. */
  readonly signature: string
  /** In the words of its author; '' where there are none. */
  readonly description: string
  /** 'pytest', 'pytest.ini', 'plugin pytest-asyncio', the name of a conftest. */
  readonly from: string
}

/** What can stand in place of `span`. */
export interface MarkerOffer {
  readonly span: Span
  readonly markers: readonly { readonly name: string; readonly meaning: Meaning }[]
}

/** The files in which a marker is looked for hold nothing of it where this is missing. */
const MARK = 'mark.'

/** The marker under the cursor, in code, in `markers` or in `-m`; null beside one. */
export function markerAt(asked: Asked, place: Place): MarkerFact | null {
  const found = wordOfMarker(place)
  if (!found) return null
  const known = registered(asked).find(({ name }) => name === found.name)
  return {
    fact: 'marker',
    span: found.span,
    name: found.name,
    meaning: known ? meaningOf(known) : null,
    registration: known?.span ?? null,
  }
}

/** From a marker, in code or in `-m`, to the line that registers it. */
export function registrationOf(asked: Asked, place: Place): Definition | null {
  const fact = markerAt(asked, place)
  return fact?.registration ? { origin: fact.span, targets: [fact.registration] } : null
}

/** Every place that uses the marker under the cursor, in files that a test file reaches and in `-m`. */
export function usesOf(asked: Asked, place: Place & { readonly declaration: boolean }): readonly Span[] {
  const found = wordOfMarker(place)
  if (!found) return []
  const { trace, plan } = asked.analysis
  const files = trace.reached.files
  const inCode = files.flatMap(path => {
    const text = path === place.path ? place.text : textOf(asked, path)
    return text?.includes(MARK + found.name)
      ? marksIn(path, text).filter(({ name }) => name === found.name)
      : []
  })
  const { inipath } = plan
  const config = inipath === place.path ? place.text : inipath === null ? null : textOf(asked, inipath)
  const selected = inipath === null || config === null ? [] : selectedIn(inipath, config)
  const declared = registered(asked).find(({ name }) => name === found.name)?.span
  return [
    ...(place.declaration && declared ? [declared] : []),
    ...inCode.map(({ span }) => span),
    ...selected.filter(({ name }) => name === found.name).map(({ span }) => span),
  ]
}

/** Behind `pytest.mark.`, and in the expression of `-m` in a configuration file. */
export function markersToOffer(asked: Asked, { path, text, offset }: Place): MarkerOffer | null {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset)
  const opens = path.endsWith('.py') ? /(?:^|[^\w.])(?:(\w+)\.)?mark\.\w*$/ : SELECTION
  const match = opens.exec(line)
  if (!match || (path.endsWith('.py') && !isPytest(text, match[1]))) return null
  const start = offset - /\w*$/.exec(line)![0].length
  const end = offset + /^\w*/.exec(text.slice(offset, offset + 200))![0].length
  const markers = registered(asked).map(marker => ({ name: marker.name, meaning: meaningOf(marker) }))
  return { span: { path, start, end }, markers }
}

/** `-m "not slow`, also as two items of a TOML list, up to the cursor. */
const SELECTION = /(?:^|[\s"'=[,])-m(?:\s*["']?,\s*["']|\s*=?\s*(?:\\?["'])?)[^"'\\]*$/

interface Registered {
  readonly name: string
  readonly line: string
  readonly from: string
  readonly span: Span | null
}

/** Each name once, as it was registered first. */
function registered(asked: Asked): Registered[] {
  const { plan, trace } = asked.analysis
  const { inipath } = plan
  const text = inipath === null ? null : textOf(asked, inipath)
  const lines = inipath !== null && text !== null ? (writtenSettings(inipath, text).get('markers') ?? []) : []
  const configured = plan.markers.map(({ name, line, from }) => {
    const written = inipath !== null && from === basename(inipath) && lines.find(each => each.text === line)
    return { name, line, from, span: written && text !== null ? placeIn(written, name, text) : null }
  })
  const byCode = trace.markers.map(({ name, line, span }) => ({
    name,
    line,
    from: basename(span.path),
    span,
  }))
  const first = new Map<string, Registered>()
  for (const marker of [...configured, ...byCode]) {
    if (/^\w+$/.test(marker.name) && !first.has(marker.name))
      first.set(marker.name, { ...marker, span: marker.span || null })
  }
  return [...first.values()]
}

function wordOfMarker({ path, text, offset }: Place): { name: string; span: Span } | null {
  const holds = (span: Span) => span.start <= offset && offset <= span.end
  if (path.endsWith('.py')) return marksIn(path, text).find(({ span }) => holds(span)) ?? null
  for (const line of writtenSettings(path, text).get('markers') ?? []) {
    const name = parseMarkerLine(line.text)
    const span = placeIn(line, name, text)
    if (span && holds(span)) return { name, span }
  }
  return selectedIn(path, text).find(({ span }) => holds(span)) ?? null
}

/** `-m EXPRESSION` within one text, with or without quotes. */
const EXPRESSION = /(?:^|\s)-m(?:\s+|=)?(?:(?<quote>['"])(?<quoted>.*?)\k<quote>|(?<bare>[^\s'"]+))/d

/** The names in the expressions of `-m` in `addopts`. */
function selectedIn(path: string, text: string): { readonly name: string; readonly span: Span }[] {
  const lines = writtenSettings(path, text).get('addopts') ?? []
  return lines.flatMap(({ span }, index) => {
    const written = text.slice(span.start, span.end)
    const groups = EXPRESSION.exec(written)?.indices?.groups
    const [from, to] =
      lines[index - 1]?.text === '-m' ? [0, written.length] : (groups?.quoted ?? groups?.bare ?? [0, 0])
    return [...written.slice(from, to).matchAll(/[A-Za-z_]\w*/g)]
      .filter(([word]) => !OPERATORS.has(word))
      .map(({ 0: name, index: at }) => {
        const start = span.start + from + at
        return { name, span: { path, start, end: start + name.length } }
      })
  })
}

const OPERATORS: ReadonlySet<string> = new Set(['and', 'or', 'not', 'True', 'False', 'None'])

/** Every `pytest.mark.NAME` of a file, those in comments left out. */
function marksIn(path: string, text: string): { readonly name: string; readonly span: Span }[] {
  return [...text.matchAll(/(?<![\w.])(?:(\w+)\.)?mark\.(\w+)/g)].flatMap(
    ({ 0: all, 1: of, 2: name, index }) => {
      const end = index + all.length
      const before = text.slice(text.lastIndexOf('\n', index) + 1, index)
      if (!isPytest(text, of) || /^[^'"]*#/.test(before)) return []
      return [{ name: name!, span: { path, start: end - name!.length, end } }]
    },
  )
}

/** Is `of.mark`, or `mark` alone, pytest's in this text? */
function isPytest(text: string, of: string | undefined): boolean {
  if (of === 'pytest') return true
  const imported =
    of === undefined
      ? /^[ \t]*from[ \t]+pytest[ \t]+import\b[^\n]*\bmark\b/m
      : new RegExp(`^[ \\t]*import[ \\t]+[^\\n]*\\bpytest[ \\t]+as[ \\t]+${of}\\b`, 'm')
  return imported.test(text)
}

/** What a registered line says: 'db(name): needs the database'. */
function meaningOf({ line, from }: Registered): Meaning {
  const colon = line.indexOf(':')
  const signature = line.includes('(') ? line.split(':')[0]!.trim() : parseMarkerLine(line)
  return { signature, description: colon < 0 ? '' : line.slice(colon + 1).trim(), from }
}
