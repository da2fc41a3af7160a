/**
 * The last simulation of a workspace, for analyses before which open files were edited only inside of function bodies
 * that it never looked into: it would see the same again, at places that have moved along. And its first pass, for
 * those before which nothing but the texts of open files has changed.
 */
import { isDeepStrictEqual } from 'node:util'
import type { ModuleCode } from '../compile/module_code.ts'
import { follow } from '../files/follow.ts'
import { remember } from '../files/memo.ts'
import type { Span } from '../files/span.ts'
import type { OtherStart } from '../rules/rule.ts'
import { KeptPass } from '../simulate/kept_pass.ts'
import { lookedInto, WHOLE_TEXT } from '../simulate/looked_into.ts'
import type { Trace } from '../simulate/trace.ts'

export interface Simulation {
  readonly trace: Trace
  readonly otherStart: OtherStart | null
}

/** What a simulation, or a plan, rests on beside the texts of files. */
export interface Basis {
  /** Equal where all else is that it rests on: the request, say, and the settings. */
  readonly key: string
  /** Compared by identity. */
  readonly environment: object
}

interface Kept extends Basis, Simulation {
  readonly texts: ReadonlyMap<string, string>
  readonly codes: ReadonlyMap<string, ModuleCode | null>
  /** Files whose texts were searched. It may still grow. */
  readonly searched: ReadonlySet<string>
}

export class KeptTrace {
  /**
   * The open files, by all paths that lead to them, while nothing else has changed since the simulation that is kept;
   * null: that is not known.
   */
  open: ReadonlyMap<string, string> | null = null
  readonly pass = new KeptPass()
  private kept: Kept | null = null
  /** Of the trace that is kept; made when somebody asks. */
  private places: Places | null = null
  /** What the pass that is kept was made of. */
  private passBasis: (Basis & Pick<Kept, 'texts'> & { readonly searched: Set<string> }) | null = null

  /** Something beside the open files has changed. */
  drop(): void {
    this.kept = null
    this.passBasis = null
  }

  /**
   * To be called before an analysis with these open files. A file that was opened or closed with the text that it has on
   * the disk is no change: what is kept goes on as if it had been so from the beginning. `isOnDisk` is only true of the
   * text that any simulation before has read there.
   */
  begin(open: ReadonlyMap<string, string>, isOnDisk: (path: string, text: string) => boolean): void {
    const { kept, passBasis } = this
    if (passBasis) this.passBasis = { ...passBasis, texts: inStep(passBasis.texts, open, isOnDisk) }
    if (!kept) return
    const texts = inStep(kept.texts, open, isOnDisk)
    // Which bodies were looked into is known of code that was open then.
    const codes = new Map([...texts.keys()].map(path => [path, kept.codes.get(path) ?? null]))
    this.kept = { ...kept, texts, codes }
  }

  /**
   * To be called before simulating: the open files that were edited since the pass that is kept, and the files that it
   * has searched; `touched` is null where more may have changed.
   */
  beginPass(basis: Basis): { readonly touched: readonly string[] | null; readonly searched: Set<string> } {
    const { open, passBasis } = this
    const same =
      open !== null &&
      passBasis?.key === basis.key &&
      passBasis.environment === basis.environment &&
      passBasis.texts.size === open.size &&
      [...open.keys()].every(path => passBasis.texts.has(path))
    const touched = same
      ? [...open].flatMap(([path, text]) => (passBasis.texts.get(path) === text ? [] : [path]))
      : []
    const usable = same && touched.every(path => path.endsWith('.py'))
    const searched = usable ? passBasis.searched : new Set<string>()
    this.passBasis = open && { ...basis, texts: new Map(open), searched }
    return { touched: usable ? touched : null, searched }
  }

  /** The pass was made with answers that the next one would have other ones than. */
  dropPass(): void {
    this.passBasis = null
    this.pass.forget()
  }

  /** What simulating would come to; null where it has to be done. `code`: of the open files as they are now. */
  reuse(basis: Basis, code: (path: string) => ModuleCode | null): Simulation | null {
    const { kept, open } = this
    if (!kept || !open || kept.key !== basis.key || kept.environment !== basis.environment) return null
    if (open.size !== kept.texts.size) return null
    let { trace, otherStart } = kept
    const codes = new Map(kept.codes)
    for (const [path, text] of open) {
      const before = kept.texts.get(path)
      if (before === text) continue
      const was = kept.codes.get(path)
      const now = code(path)
      if (before === undefined || !was || !now || kept.searched.has(path)) return null
      if (!seesTheSame(was, before, now, text)) return null
      const moved = new Moved(path, follow(before, text))
      this.places ??= placesOf(trace)
      trace = moved.trace(trace, this.places)
      otherStart = moved.in(otherStart)
      if (moved.lost) return null
      for (const index of lookedInto(was)) lookedInto(now).add(index)
      codes.set(path, now)
    }
    this.kept = { ...kept, trace, otherStart, texts: new Map(open), codes }
    return { trace, otherStart }
  }

  /** Keeps a simulation of the files that are open now. */
  keep(
    basis: Basis,
    simulation: Simulation,
    code: (path: string) => ModuleCode | null,
    searched: ReadonlySet<string>,
  ): void {
    const { open } = this
    if (!open) return
    const codes = new Map([...open.keys()].map(path => [path, path.endsWith('.py') ? code(path) : null]))
    this.kept = { ...basis, ...simulation, texts: new Map(open), codes, searched }
    this.places = null
  }
}

/** The texts that were open with the files that came and went since, as far as these are no change. */
function inStep(
  texts: ReadonlyMap<string, string>,
  open: ReadonlyMap<string, string>,
  isOnDisk: (path: string, text: string) => boolean,
): ReadonlyMap<string, string> {
  const opened = [...open].filter(([path, text]) => !texts.has(path) && isOnDisk(path, text))
  const left = [...texts].filter(([path, text]) => open.has(path) || !isOnDisk(path, text))
  return opened.length === 0 && left.length === texts.size ? texts : new Map([...left, ...opened])
}

/** Does the new code do at import what the old one did, as far as anybody looked? */
function seesTheSame(was: ModuleCode, before: string, now: ModuleCode, text: string): boolean {
  const looked = lookedInto(was)
  if (looked.has(WHOLE_TEXT) || was.suspects.length + now.suspects.length > 0) return false
  if (was.bodies.length !== now.bodies.length || was.lazyAnnotations !== now.lazyAnnotations) return false
  const same = was.bodies.every(
    ({ start, end }, index) =>
      !looked.has(index) ||
      before.slice(start, end) === text.slice(now.bodies[index]!.start, now.bodies[index]!.end),
  )
  return same && isDeepStrictEqual(was.ops, now.ops)
}

const LISTS = ['collectors', 'events', 'questions', 'modules', 'markers'] as const

/** By file, where in the lists of a trace it is named. Moving leaves it true. */
type Places = ReadonlyMap<string, readonly (readonly [list: (typeof LISTS)[number], index: number])[]>

function placesOf(trace: Trace): Places {
  const places = new Map<string, (readonly [(typeof LISTS)[number], number])[]>()
  for (const list of LISTS) {
    for (const [index, item] of trace[list].entries()) {
      for (const path of remember(named, item, () => pathsIn(item)))
        remember(places, path, () => []).push([list, index])
    }
  }
  return places
}

/** Most of what a trace holds was in the one before. */
const named = new WeakMap<object, ReadonlySet<string>>()

function pathsIn(item: object): ReadonlySet<string> {
  const paths = new Set<string>()
  namePaths(item, paths)
  return paths
}

function namePaths(value: unknown, paths: Set<string>): void {
  if (typeof value !== 'object' || value === null) return
  if (isSpan(value)) paths.add(value.path)
  else for (const inner of Object.values(value)) namePaths(inner, paths)
}

/** Plain data with the spans of one file moved. */
class Moved {
  /** Some span touches what was edited. */
  lost = false
  private readonly done = new Map<object, unknown>()

  constructor(
    private readonly path: string,
    private readonly move: ReturnType<typeof follow>,
  ) {}

  trace(trace: Trace, places: Places): Trace {
    const moved: Record<string, unknown> = { ...trace, session: this.in(trace.session) }
    for (const [list, index] of places.get(this.path) ?? []) {
      if (moved[list] === trace[list]) moved[list] = [...trace[list]]
      ;(moved[list] as unknown[])[index] = this.in<unknown>(trace[list][index])
    }
    return moved as unknown as Trace
  }

  /** What was one object in several places stays one. */
  in<T>(value: T): T {
    if (typeof value !== 'object' || value === null) return value
    return remember(this.done as Map<object, T>, value, () => this.fresh(value))
  }

  private fresh<T extends object>(value: T): T {
    if (isSpan(value)) return value.path === this.path ? this.span(value) : value
    if (Array.isArray(value)) {
      const items = value.map(item => this.in(item))
      return items.some((item, index) => item !== value[index]) ? (items as unknown as T) : value
    }
    const entries = Object.entries(value).map(([key, inner]) => [key, this.in(inner)] as const)
    const same = entries.every(([key, inner]) => inner === (value as Record<string, unknown>)[key])
    return same ? value : (Object.fromEntries(entries) as T)
  }

  private span<T extends Span>(span: T): T {
    const place = this.move(span)
    if (!place) {
      this.lost = true
      return span
    }
    return place.start === span.start ? span : { ...span, ...place }
  }
}

function isSpan(value: object): value is Span {
  return 'path' in value && 'start' in value && typeof value.start === 'number' && 'end' in value
}
