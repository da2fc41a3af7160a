/**
 * What a plugin or conftest registers, as far as its text tells: calls of `addoption`, `addini`,
 * `addinivalue_line("markers", ...)` and `getini("markers").append(...)` with literal arguments. Whatever is computed makes that part *open*:
 * then a name that is not found may still be known at run time. Nothing is executed, no file is read.
 */
import { escapeRegExp } from '../files/words.ts'
import type { IniSpec, OptionKind, OptionSpec, Plain } from './tables.ts'

export type Part = 'options' | 'ini' | 'markers'

export const PARTS: readonly Part[] = ['options', 'ini', 'markers']

export interface SourceFacts {
  readonly options: readonly OptionSpec[]
  readonly ini: readonly IniSpec[]
  readonly markers: readonly string[]
  /** What cannot be known from the text. */
  readonly open: ReadonlySet<Part>
  /** Modules that `pytest_plugins = ...` asks for. */
  readonly asks: readonly string[]
  /** Modules of `from ... import *`, dots included: their hooks become this module's. */
  readonly stars: readonly string[]
}

interface Argument {
  readonly name: string | null
  readonly raw: string
}

const NO_FACTS: SourceFacts = { options: [], ini: [], markers: [], open: new Set(), asks: [], stars: [] }

/** A quick look first: most files of a package register nothing. */
const REGISTERS = /addoption|addini|pytest_plugins|pytest_configure|import \*|getini/

export function scanSource(text: string): SourceFacts {
  return REGISTERS.test(text) ? new Scan(text).facts() : NO_FACTS
}

const ACTIONS: Readonly<Record<string, OptionKind>> = {
  store: 'store',
  store_true: 'true',
  store_false: 'false',
  store_const: 'const',
  append: 'append',
  append_const: 'append_const',
  count: 'count',
  extend: 'extend',
  help: 'help',
  version: 'help',
}

class Scan {
  private readonly text: string
  private readonly options: OptionSpec[] = []
  private readonly ini: IniSpec[] = []
  private readonly markers: string[] = []
  private readonly asks: string[] = []
  private readonly open = new Set<Part>()

  constructor(text: string) {
    this.text = blankComments(text)
  }

  facts(): SourceFacts {
    for (const [at, name] of this.mentions()) this.mention(at, name)
    this.appendedMarkers()
    this.askedPlugins()
    this.handedOn()
    const stars = [...this.text.matchAll(/^[ \t]*from\s+([.\w]+)\s+import\s+\*/gm)].map(match => match[1]!)
    return {
      options: this.options,
      ini: this.ini,
      markers: this.markers,
      open: this.open,
      asks: this.asks,
      stars,
    }
  }

  private *mentions(): Generator<[at: number, name: string]> {
    const word = /(?<![\w"'])(_?addoption|addini|addinivalue_line)\b(?!["'])/g
    for (let found = word.exec(this.text); found; found = word.exec(this.text))
      yield [word.lastIndex, found[1]!]
  }

  private mention(at: number, name: string): void {
    const before = this.text.slice(0, at - name.length).trimEnd()
    if (/\bdef$/.test(before)) return
    const part: Part = name === 'addini' ? 'ini' : name === 'addinivalue_line' ? 'markers' : 'options'
    const call = /^\s*\(/.exec(this.text.slice(at, at + 80))
    // The function itself is passed on: whoever gets it may register anything.
    if (!call) {
      this.open.add(part)
      return
    }
    const args = splitArguments(this.text, at + call[0].length)
    if (part === 'options') this.addOption(args)
    else if (part === 'ini') this.addIni(args)
    else this.addLine(args)
  }

  private addOption(args: readonly Argument[]): void {
    const names = args.filter(({ name }) => name === null).map(({ raw }) => this.textIn(raw))
    const given = (name: string) => args.find(arg => arg.name === name)?.raw
    const known = names.filter(name => name !== null)
    if (known.length < names.length || known.length === 0 || args.some(({ raw }) => raw.startsWith('**'))) {
      this.open.add('options')
    }
    if (known.length === 0) return
    const action = given('action')
    const kind = action === undefined ? 'store' : ACTIONS[stringIn(action) ?? '']
    const nargs = literal(given('nargs'))
    // An action of its own class says by its code whether an argument follows.
    if (kind === undefined && nargs === null) this.open.add('options')
    const long = known.find(name => name.startsWith('--')) ?? known[0]!
    const type = given('type')?.trim()
    const choices = literal(given('choices'))
    this.options.push({
      names: known,
      dest: stringIn(given('dest') ?? '') ?? long.replace(/^-+/, '').replaceAll('-', '_'),
      takes: takesOf(kind, nargs),
      kind: kind ?? 'other',
      default: literal(given('default')) ?? (kind === 'true' ? false : kind === 'false' ? true : null),
      ...(literal(given('const')) !== null && { const: literal(given('const')) }),
      ...(Array.isArray(choices) && { choices }),
      ...((type === 'int' || type === 'float') && { type }),
    })
  }

  /** Of a literal, or of a name that the module binds once, to a literal. */
  private textIn(raw: string): string | null {
    if (!/^[A-Za-z_]\w*$/.test(raw)) return stringIn(raw)
    const binding = new RegExp(`^[ \\t]*${raw}[ \\t]*(?::[^=\\n]*)?=(?!=)(.*)`, 'gm')
    const bound = [...this.text.matchAll(binding)]
    return bound.length === 1 ? stringIn(bound[0]![1]!) : null
  }

  private addIni(args: readonly Argument[]): void {
    const plain = args.filter(arg => arg.name === null)
    const given = (name: string, index: number) => (args.find(arg => arg.name === name) ?? plain[index])?.raw
    const name = this.textIn(given('name', 0) ?? '')
    const aliases = args.find(arg => arg.name === 'aliases')?.raw
    const spellings = aliases === undefined ? [] : literal(aliases)
    if (name === null || !Array.isArray(spellings)) this.open.add('ini')
    if (name === null) return
    const type = stringIn(given('type', 2) ?? '') ?? 'string'
    const aliasList = Array.isArray(spellings) ? (spellings as readonly string[]) : []
    this.ini.push({ name, type, default: literal(given('default', 3)), aliases: aliasList })
  }

  private addLine(args: readonly Argument[]): void {
    const plain = args.filter(arg => arg.name === null)
    const key = stringIn((args.find(arg => arg.name === 'name') ?? plain[0])?.raw ?? '')
    if (key !== null && key !== 'markers') return
    const line = lineIn((args.find(arg => arg.name === 'line') ?? plain[1])?.raw ?? '')
    if (key === null || line === null) this.open.add('markers')
    else this.markers.push(line)
  }

  /** The list of markers, taken out of the configuration: what else than appending is done with it is not seen. */
  private appendedMarkers(): void {
    const list = /getini\(\s*["']markers["']\s*\)(\.append\()?/g
    for (let found = list.exec(this.text); found; found = list.exec(this.text)) {
      const [argument] = found[1] ? splitArguments(this.text, list.lastIndex) : []
      const line = argument ? lineIn(argument.raw) : null
      if (line === null) this.open.add('markers')
      else this.markers.push(line)
    }
  }

  /** `pytest_plugins = "a"`, `= "a", "b"`, `= ["a", ...]`; anything else may load what it likes. */
  private askedPlugins(): void {
    const assigned = /^[ \t]*pytest_plugins\s*(?::[^=\n]*)?(\+?=)\s*/gm
    for (let found = assigned.exec(this.text); found; found = assigned.exec(this.text)) {
      for (const { raw } of splitArguments(this.text, assigned.lastIndex, '\n')) {
        const value = literal(raw)
        if (Array.isArray(value)) this.asks.push(...value)
        else if (typeof value === 'string') this.asks.push(...value.split(','))
        else for (const part of PARTS) this.open.add(part)
      }
    }
  }

  /** A hook that comes from elsewhere, or hands its parser to another function. */
  private handedOn(): void {
    const defined = [...this.text.matchAll(/\bdef\s+pytest_addoption\s*\(([^)]*)\)/g)]
    const defines = (hook: string): boolean => new RegExp(`\\bdef\\s+${hook}\\b`).test(this.text)
    const mentions = (hook: string): boolean => new RegExp(`\\b${hook}\\b`).test(this.text)
    if (mentions('pytest_configure') && !defines('pytest_configure')) this.open.add('markers')
    let open = mentions('pytest_addoption') && defined.length === 0
    for (const hook of defined) {
      const body = bodyAfter(this.text, hook.index)
      const parser = hook[1]!
        .split(',')
        .map(name => name.split(':')[0]!.trim())
        .find(name => name !== 'self' && name !== 'pluginmanager' && name !== '')
      if (
        parser &&
        new RegExp(`\\w\\((?:[^()]*,)?\\s*(?:\\w+\\s*=\\s*)?${escapeRegExp(parser)}\\s*[,)]`).test(body)
      )
        open = true
    }
    if (open) {
      this.open.add('options')
      this.open.add('ini')
    }
  }
}

/** The lines of a function that are indented deeper than its `def`. */
function bodyAfter(text: string, def: number): string {
  const lineStart = text.lastIndexOf('\n', def) + 1
  const indent = /^[ \t]*/.exec(text.slice(lineStart))![0].length
  const lines = text.slice(text.indexOf('\n', def) + 1).split('\n')
  const end = lines.findIndex(
    line => line.trim() !== '' && !/^[)\]]/.test(line.trim()) && line.search(/\S/) <= indent,
  )
  return lines.slice(0, end < 0 ? undefined : end).join('\n')
}

/** A string literal with its prefix, from `at`; null where none stands there. */
const STRING =
  /([rRuUbBfF]{0,2})("""[\s\S]*?(?<!\\)"""|'''[\s\S]*?(?<!\\)'''|"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')/y

/** Comments turned into spaces, so that offsets stay. */
function blankComments(text: string): string {
  return text.replace(
    /("""[\s\S]*?(?<!\\)"""|'''[\s\S]*?(?<!\\)'''|"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')|#[^\n]*/g,
    (whole, quoted?: string) => quoted ?? ' '.repeat(whole.length),
  )
}

/** The arguments from `at`, just behind the bracket that opens, to the one that closes or to `stop`. */
function splitArguments(text: string, at: number, stop = ''): Argument[] {
  const out: Argument[] = []
  let start = at
  let depth = 0
  let here = at
  const push = (): void => {
    const raw = text.slice(start, here).trim()
    const keyword = /^([A-Za-z_]\w*)\s*=(?!=)/.exec(raw)
    if (raw !== '')
      out.push(
        keyword ? { name: keyword[1]!, raw: raw.slice(keyword[0].length).trim() } : { name: null, raw },
      )
  }
  while (here < text.length) {
    STRING.lastIndex = here
    const quoted = STRING.exec(text)
    if (quoted && (quoted[1] === '' || !/\w/.test(text[here - 1] ?? ''))) {
      here = STRING.lastIndex
      continue
    }
    const c = text[here]!
    if (depth === 0 && (c === ')' || c === stop)) break
    if ('([{'.includes(c)) depth++
    else if (')]}'.includes(c)) depth--
    else if (c === ',' && depth === 0) {
      push()
      start = here + 1
    }
    here++
  }
  push()
  return out
}

/** The value of a literal expression: text, number, truth, None, or a list or tuple of texts; else null. */
function literal(raw: string | undefined): Plain {
  const text = raw?.trim() ?? ''
  if (text === 'True' || text === 'False') return text === 'True'
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return Number(text)
  if (/^[[(][\s\S]*[\])]$/.test(text)) {
    const items = splitArguments(`${text.slice(1, -1)})`, 0).map(({ raw: item }) => stringIn(item))
    const plain = items.filter(item => item !== null)
    if (plain.length === items.length)
      return text.startsWith('(') && items.length === 1 && !text.includes(',') ? plain[0]! : plain
    return null
  }
  return stringIn(text)
}

/** The text of one or several adjacent string literals; null for anything else. */
function stringIn(raw: string): string | null {
  const parts = stringParts(raw)
  return parts.complete && parts.text !== null ? parts.text : null
}

/** A marker's line; of a computed one the beginning is enough if it holds a plain name up to ':' or '('. */
function lineIn(raw: string): string | null {
  const { text, complete } = stringParts(raw)
  if (text === null) return null
  return complete || /^[\w\s-]+[:(]/.test(text) ? text : null
}

function stringParts(raw: string): { text: string | null; complete: boolean } {
  const inner = /^\(([\s\S]*)\)$/.exec(raw.trim())?.[1] ?? raw
  let text: string | null = null
  let at = 0
  for (;;) {
    while (/[\s\\]/.test(inner[at] ?? '')) at++
    STRING.lastIndex = at
    const found = STRING.exec(inner)
    if (!found) break
    at = STRING.lastIndex
    const quote = /^("""|'''|"|')/.exec(found[2]!)![0].length
    const content = found[2]!.slice(quote, -quote)
    const brace = /f/i.test(found[1]!) ? content.search(/\{/) : -1
    text = (text ?? '') + unescaped(brace < 0 ? content : content.slice(0, brace), /r/i.test(found[1]!))
    if (brace >= 0) return { text, complete: false }
  }
  return { text, complete: inner.slice(at).trim() === '' }
}

function unescaped(content: string, isRaw: boolean): string {
  if (isRaw) return content
  const plain: Record<string, string> = { n: '\n', t: '\t', r: '\r', '\n': '' }
  return content.replace(/\\([\s\S])/g, (_, c: string) => plain[c] ?? c)
}

function takesOf(kind: OptionKind | undefined, nargs: Plain): OptionSpec['takes'] {
  if (nargs === '?' || nargs === '*' || nargs === '+' || typeof nargs === 'number') return nargs
  return kind === undefined || kind === 'store' || kind === 'append' || kind === 'extend' ? 1 : 0
}
