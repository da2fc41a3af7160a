/**
 * Python's `argparse`, as far as pytest uses it: which arguments are options, which belong to them, which
 * are paths. Long options cannot be abbreviated. What an option means is not known here.
 */
import type { FileSystem } from '../files/file_system.ts'
import { join } from '../files/paths.ts'
import type { Span } from '../files/span.ts'
import type { Setting } from './plan.ts'
import { isFloat, isInteger, reprString } from './python_text.ts'
import type { OptionSpec } from './tables.ts'

/** One word of the command line and where it was written. */
export interface Arg {
  readonly text: string
  readonly span: Span | null
  readonly origin: Setting['origin']
}

/** An option met on the command line. */
export interface OptionUse {
  readonly spec: OptionSpec
  readonly values: readonly string[]
  /** The word that names it. */
  readonly at: Arg
}

export interface ParseError {
  /** As argparse words it: "argument -k: expected one argument". */
  readonly message: string
  readonly at: Arg
  /** pytest's own check of a path: its message stands alone, without a usage line. */
  readonly bare: boolean
}

export interface Parsed {
  readonly uses: readonly OptionUse[]
  /** The first run of words that belong to no option: argparse gives no other to `file_or_dir`. */
  readonly positionals: readonly Arg[]
  /** Unknown options and later runs of words, in order. */
  readonly extras: readonly Arg[]
  /** Both of them, in order. */
  readonly rest: readonly Arg[]
  readonly error: ParseError | null
}

/** Options by every spelling. */
export type OptionIndex = ReadonlyMap<string, OptionSpec>

export function indexOptions(specs: Iterable<OptionSpec>): OptionIndex {
  const index = new Map<string, OptionSpec>()
  for (const spec of specs) for (const name of spec.names) if (!index.has(name)) index.set(name, spec)
  return index
}

/** What checks of values need: `--confcutdir` must name a folder. */
export interface Surroundings {
  readonly fs: FileSystem
  readonly cwd: string
}

interface Option {
  readonly spec: OptionSpec | null // null: looks like one, and is unknown
  readonly name: string
  /** What is glued to it: '--name=value', '-nvalue'. */
  readonly glued: string | null
}

/** `ArgumentParser.parse_known_args`. Parsing ends at the first error, as it does there. */
export function parseArgs(args: readonly Arg[], index: OptionIndex, around: Surroundings): Parsed {
  return new Parser(args, index, around).parse()
}

class Parser {
  private readonly args: readonly Arg[]
  private readonly index: OptionIndex
  private readonly around: Surroundings
  private readonly options: (Option | null)[]
  /** Where '--' stands; all behind it are words. */
  private readonly separator: number
  private readonly uses: OptionUse[] = []
  private positionals: Arg[] | null = null
  private readonly extras: Arg[] = []
  private readonly rest: Arg[] = []
  private error: ParseError | null = null

  constructor(args: readonly Arg[], index: OptionIndex, around: Surroundings) {
    this.args = args
    this.index = index
    this.around = around
    this.separator = args.findIndex(({ text }) => text === '--')
    this.options = args.map((arg, at) =>
      this.separator >= 0 && at >= this.separator ? null : optionIn(arg.text, index),
    )
  }

  parse(): Parsed {
    let at = 0
    while (at < this.args.length && !this.error) at = this.options[at] ? this.option(at) : this.words(at)
    return {
      uses: this.uses,
      positionals: this.positionals ?? [],
      extras: this.extras,
      rest: this.rest,
      error: this.error,
    }
  }

  private words(start: number): number {
    let end = start
    while (end < this.args.length && !this.options[end]) end++
    const run = this.args.slice(start, end).filter((_, i) => start + i !== this.separator)
    this.rest.push(...run)
    if (this.positionals) this.extras.push(...run)
    else this.positionals = run
    return end
  }

  /** The option at `at` with what belongs to it; where to go on. Short flags may be joined: '-xvs'. */
  private option(at: number): number {
    const arg = this.args[at]!
    let { spec, name, glued } = this.options[at]!
    if (!spec) {
      this.extras.push(arg)
      this.rest.push(arg)
      return at + 1
    }
    while (glued !== null) {
      if (spec.takes !== 0) {
        this.take(spec, [glued], arg)
        return at + 1
      }
      const next: OptionSpec | undefined = this.index.get(`-${glued[0]}`)
      if (name.startsWith('--') || !next) {
        this.fail(spec, `ignored explicit argument ${reprString(glued)}`, arg)
        return at + 1
      }
      this.take(spec, [], arg)
      name = `-${glued[0]}`
      glued = glued.slice(1) || null
      spec = next
    }
    let end = at + 1
    const most =
      typeof spec.takes === 'number' ? spec.takes : spec.takes === '?' ? 1 : Number.POSITIVE_INFINITY
    while (end < this.args.length && end - at - 1 < most && !this.options[end] && end !== this.separator)
      end++
    const values = this.args.slice(at + 1, end).map(({ text }) => text)
    const missing =
      typeof spec.takes === 'number' ? values.length < spec.takes : spec.takes === '+' && values.length === 0
    if (missing) this.fail(spec, expected(spec.takes), arg)
    else this.take(spec, values, arg)
    return end
  }

  private take(spec: OptionSpec, values: readonly string[], at: Arg): void {
    for (const value of values) {
      const { choices, type } = spec
      if (type === 'int' && !isInteger(value)) this.fail(spec, `invalid int value: ${reprString(value)}`, at)
      else if (type === 'float' && !isFloat(value))
        this.fail(spec, `invalid float value: ${reprString(value)}`, at)
      else if (type === 'directory' || type === 'filename') this.checkPath(spec, value, at)
      else if (choices && type !== 'int' && !choices.includes(value)) {
        const listed = choices.map(choice => reprString(choice)).join(', ')
        this.fail(spec, `invalid choice: ${reprString(value)} (choose from ${listed})`, at)
      }
    }
    this.uses.push({ spec, values, at })
  }

  /** pytest's `directory_arg` and `filename_arg`. */
  private checkPath(spec: OptionSpec, value: string, at: Arg): void {
    const folder = this.around.fs.stat(join(this.around.cwd, value))?.kind === 'directory'
    if (folder === (spec.type === 'directory')) return
    const wanted = spec.type === 'directory' ? 'directory' : 'filename'
    this.error ??= {
      message: `${spec.names.find(n => n.startsWith('--'))} must be a ${wanted}, given: ${value}`,
      at,
      bare: true,
    }
  }

  private fail(spec: OptionSpec, why: string, at: Arg): void {
    this.error ??= { message: `argument ${spec.names.join('/')}: ${why}`, at, bare: false }
  }
}

/** `ArgumentParser._parse_optional`: null for a word that is no option. */
function optionIn(text: string, index: OptionIndex): Option | null {
  if (!text.startsWith('-') || text === '-') return null
  const exact = index.get(text)
  if (exact) return { spec: exact, name: text, glued: null }
  const equals = text.indexOf('=')
  const named = equals > 0 ? index.get(text.slice(0, equals)) : undefined
  if (named) return { spec: named, name: text.slice(0, equals), glued: text.slice(equals + 1) }
  if (!text.startsWith('--')) {
    const short = text.slice(0, 2)
    const spec = index.get(short)
    if (spec) return { spec, name: short, glued: text.slice(2) }
    if (/^-\d+$|^-\d*\.\d+$/.test(text)) return null
  }
  return text.includes(' ') ? null : { spec: null, name: text, glued: null }
}

function expected(takes: OptionSpec['takes']): string {
  if (takes === 1) return 'expected one argument'
  return takes === '+' ? 'expected at least one argument' : `expected ${takes} arguments`
}
