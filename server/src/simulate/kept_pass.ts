/**
 * The first pass of a simulation, kept over edits: what it is asked for next goes on from it, or from where it stood before
 * an edit that broke much, or is made beside it and taken back again. Which steps are run for that is the tape's business.
 */
import type { FileSystem } from '../files/file_system.ts'
import { remember } from '../files/memo.ts'
import { type Difference, OverlayFileSystem } from '../files/overlay.ts'
import { dirname } from '../files/paths.ts'
import { Recorded, TooManySteps } from './collect.ts'
import { Looks } from './looks.ts'
import {
  eventsOf,
  machineOf,
  type NextPass,
  NOTHING_CURED,
  type Passed,
  pass,
  type SimulationInput,
  type Told,
  told,
  worldOf,
} from './passed.ts'
import type { Trace } from './trace.ts'

/** The first pass of a simulation, kept for the next one of the same plan. */
export class KeptPass {
  private recorded: Recorded | null = null
  /** What `recorded` was made of. */
  private made: SimulationInput | null = null
  /** Where the pass stood before an edit of these files that had many steps run again. */
  private sound: { readonly place: Place; readonly broken: ReadonlySet<string>; trials: number } | null = null
  /** Where the passes of its layers stood. */
  private layersBefore: readonly Layer[] = []
  /** What was told of it last. */
  private told: Told | null = null
  /** It stands at other files than those that the last `first` was asked for. */
  private strayed = false
  /** The files beside which something was simulated although no pass of them was kept; those for which one was made. */
  private missedFrom: FileSystem | null = null
  private madeFor: FileSystem | null = null

  /** Where to go back to from a simulation aside; it stays there for a while, as the next one may begin where it ended. */
  private former: Place | null = null

  forget(): void {
    this.recorded = null
    this.made = null
    this.told = null
    this.sound = null
    this.former = null
    this.layersBefore = []
  }

  /** `touched`: the files that were edited since, where nothing else has changed; null: anything may have. */
  first(input: SimulationInput, touched: readonly string[] | null): Passed {
    this.comeBack()
    const world = worldOf(input, new Set(input.cured?.sites))
    const strayed = this.strayed ? this.touchedBy(input) : { files: [], all: [] }
    this.strayed = false
    if (strayed && touched) this.recorded?.tape.machine.finder.lookInto(input.fs, strayed.files)
    const before = strayed?.all.length === 0 && touched ? this.place() : null
    const back = before && this.fromSound(input, before)
    if (back) return back
    // If it is given up, it stands in the middle between these files and those of before.
    this.made = null
    const again =
      strayed &&
      touched &&
      this.recorded?.collectAgain([...touched.map(Looks.file), ...strayed.all], world, {
        between: () => this.offerGlance(input),
      })
    if (again) {
      this.made = input
      this.keepSound(before, touched)
      return { pass: again, machine: this.recorded!.tape.machine }
    }
    this.forget()
    const recorded = new Recorded(machineOf(world, true))
    const pass = recorded.collect()
    this.recorded = recorded
    this.made = input
    return { pass, machine: recorded.tape.machine }
  }

  private offerGlance({ glance }: SimulationInput): void {
    const { recorded, told } = this
    if (!recorded || !told || !glance?.wanted()) return
    const { tape } = recorded
    const { suspects } = tape.machine
    tape.glance(() => {
      const events = eventsOf(tape.machine)
      glance.see({ ...told.trace, ...recorded.soFar(), events, suspects: [...suspects], questions: [] })
    })
  }

  private place(): Place | null {
    const { made, recorded, told } = this
    return made && recorded && { input: made, mark: recorded.tape.mark(), told }
  }

  private goTo({ input, mark, told }: Place): void {
    this.recorded!.tape.returnTo(mark)
    this.made = input
    this.told = told
  }

  /**
   * An edit that breaks what much depends on is followed by one of the same file that mends it, as a rule: the pass goes
   * on from where all was sound, if that takes few steps; null: it does not.
   */
  private fromSound(input: SimulationInput, here: Place): Passed | null {
    const { sound, recorded } = this
    if (!sound || !recorded) return null
    const touched = this.touchedBy(input, sound.place.input)
    const isMended = touched?.files.every(({ path, comesOrGoes }) => !comesOrGoes && sound.broken.has(path))
    if (!isMended || ++sound.trials > MOST_TRIALS) {
      this.sound = null
      return null
    }
    this.goTo(sound.place)
    try {
      const world = worldOf(input, new Set(input.cured?.sites))
      const pass = recorded.collectAgain(touched!.all, world, {
        most: manySteps(recorded),
        between: () => this.offerGlance(input),
      })
      if (pass) {
        this.made = input
        this.sound = null
        return { pass, machine: recorded.tape.machine }
      }
    } catch (error) {
      if (!(error instanceof TooManySteps)) {
        this.goTo(here)
        this.strayed = true
        throw error
      }
    }
    this.goTo(here)
    return null
  }

  /** If more than a few steps had to be run again since, `before` is a place to come back to. */
  private keepSound(before: Place | null, touched: readonly string[]): void {
    const { recorded } = this
    if (before && recorded && recorded.tape.disturbed > FEW_STEPS)
      this.sound ??= { place: before, broken: new Set(touched), trials: 0 }
  }

  /** What there is to tell of a pass that `first` has made. */
  tell(passed: Passed): Trace {
    const { recorded, told: before } = this
    if (!recorded) return told(passed).trace
    const differing = recorded.tape.differingNow()
    this.told = told(passed, before && differing && { ...before, differing })
    return this.told.trace
  }

  /**
   * What simulating `input` comes to, without layers; it differs from `base`, from which more such are likely to be
   * asked, in some files or in what counts as cured. Costs what it touches, if that is nothing that runs before the first
   * test file.
   */
  aside(base: SimulationInput, input: SimulationInput): Trace {
    if (this.former && this.touchedBy(base)?.all.length === 0) {
      // What was tried last is what there is now.
      this.former = null
      this.strayed = true
    } else this.comeBack()
    if (!this.reaches(input) && !this.reaches(base) && isOfOnePlan(base, input)) this.prepare(base)
    if (!this.reaches(input)) return alone(pass(input, new Set(input.cured?.sites)))
    if (this.made!.fs !== base.fs) this.strayed = true
    if (this.touchedBy(base)?.all.length !== 0) this.goOn(base)
    this.former = this.place()
    return alone(this.goOn(input) ?? pass(input, new Set(input.cured?.sites)))
  }

  /** Makes a pass for those beside it, the second time that one is wanted: a single one would not be worth it. */
  private prepare(base: SimulationInput): void {
    if (this.missedFrom === base.fs && this.madeFor !== base.fs) {
      this.madeFor = base.fs
      this.first(base, null)
      this.strayed = true
    }
    this.missedFrom = base.fs
  }

  /** Can the pass that is kept go on with another input? */
  private reaches(input: SimulationInput): boolean {
    const touched = this.touchedBy(input)
    return touched !== null && this.recorded!.tape.canGoBack
  }

  /** The pass of another input, from where the first one is; null where it has to be made from the beginning. */
  private goOn(input: SimulationInput): Passed | null {
    const touched = this.touchedBy(input)
    if (!touched || !this.recorded) return null
    const { recorded } = this
    const { machine } = recorded.tape
    if (!recorded.tape.canGoBack) return null
    this.made = input
    machine.finder.lookInto(input.fs, touched.files)
    const pass = recorded.collectAgain(touched.all, worldOf(input, new Set(input.cured?.sites)))
    return pass && { pass, machine }
  }

  /** Takes the last simulation aside back. */
  private comeBack(): void {
    if (!this.former || !this.recorded) return
    const { input } = this.former
    this.recorded.tape.machine.finder.lookInto(input.fs, this.touchedBy(input)?.files ?? [])
    this.goTo(this.former)
    this.former = null
  }

  /** In what another input differs from `made`, that of the pass that is kept; null where it is another plan, or not known. */
  private touchedBy(
    input: SimulationInput,
    made = this.made,
  ): { readonly files: readonly Difference[]; readonly all: readonly unknown[] } | null {
    const { recorded } = this
    if (!recorded || !made || !isOfOnePlan(made, input)) return null
    const files = OverlayFileSystem.differences(made.fs, input.fs)
    if (!files) return null
    const [was, is] = [made.cured ?? NOTHING_CURED, input.cured ?? NOTHING_CURED]
    const sites = inOneOnly(was.sites, is.sites)
    const installed = inOneOnly(was.installed, is.installed)
    const all = [
      ...files.flatMap(({ path, comesOrGoes }) =>
        comesOrGoes
          ? [Looks.file(path), Looks.folder(path), Looks.folder(dirname(path))]
          : [Looks.file(path)],
      ),
      ...recorded.tape.machine.finder.restingOn(files),
      ...(sites.length > 0 ? [Looks.anyCure, ...sites.map(Looks.cure)] : []),
      ...installed.map(Looks.installed),
    ]
    return { files, all }
  }

  /**
   * Runs passes with more and more failures cured: each from the one above it, or from where the one of its layer stood in
   * the simulation before, or from where all was sound, whichever takes least. None of them is kept as the pass.
   */
  layers<T>(run: (next: NextPass) => T): T {
    this.comeBack()
    const { recorded, made, layersBefore } = this
    if (!recorded || !made) return run(pass)
    const { tape } = recorded
    const surface = tape.mark()
    const layers: Layer[] = []
    let cured: ReadonlySet<string> = new Set(made.cured?.sites)
    try {
      const result = run((input, healed) => {
        const others = [layersBefore[layers.length], layers.length === 0 ? this.soundAt(healed) : null]
        const starts = [
          { layer: null, looks: curesBetween(cured, healed) },
          ...others.flatMap(layer => (layer && this.startAt(layer, made, healed)) ?? []),
        ]
        const efforts = starts.map(({ layer, looks }) => tape.effort(looks, layer?.mark))
        const { layer, looks } = starts[efforts.indexOf(Math.min(...efforts))]!
        if (layer) tape.returnTo(layer.mark)
        const next = recorded.collectAgain(looks, worldOf(input, new Set(healed)))
        if (!next) return pass(input, healed)
        cured = new Set(healed)
        layers.push({ input: made, mark: tape.mark(), cured })
        return { pass: next, machine: tape.machine }
      })
      this.layersBefore = layers
      return result
    } finally {
      tape.returnTo(surface)
    }
  }

  /** How to come from where a layer stood to one where this is cured; null where more than texts has changed since. */
  private startAt(layer: Layer, made: SimulationInput, healed: ReadonlySet<string>) {
    const since = this.touchedBy(made, layer.input)
    if (!since || since.files.some(({ comesOrGoes }) => comesOrGoes)) return null
    return { layer, looks: [...since.all, ...curesBetween(layer.cured, healed)] }
  }

  /**
   * Where the pass stood before the edit that broke what fails at these places: once that is cured, most is as it was
   * there.
   */
  private soundAt(sites: Iterable<string>): Layer | null {
    const { sound } = this
    if (!sound) return null
    const broken = [...sound.broken]
    if (![...sites].some(site => broken.some(path => site.startsWith(`${path}:`)))) return null
    const { input, mark } = sound.place
    return { input, mark, cured: new Set(input.cured?.sites) }
  }
}

/** Where a pass of a layer stood, and what counted as cured in it. */
interface Layer {
  readonly input: SimulationInput
  readonly mark: Place['mark']
  readonly cured: ReadonlySet<string>
}

/** What those look at for whom it makes a difference that other failures are cured. */
function curesBetween(was: ReadonlySet<string>, is: ReadonlySet<string>): unknown[] {
  const any = was.size > 0 === is.size > 0 ? [] : [Looks.anyCure]
  return [...any, ...inOneOnly(was, is).map(Looks.cure)]
}

/** A pass that is kept, at one moment. */
interface Place {
  readonly input: SimulationInput
  readonly mark: ReturnType<Recorded['tape']['mark']>
  readonly told: Told | null
}

/** So often going on from where all was sound is tried. */
const MOST_TRIALS = 12

/** So few are run again as quickly as gone back to. */
const FEW_STEPS = 2

/** More steps than an edit has run again as a rule. */
function manySteps({ tape }: Recorded): number {
  return Math.max(2, tape.length / 50)
}

const plans = new WeakMap<SimulationInput['plan'], string>()

/** Do two inputs differ in nothing but files and what counts as cured? */
function isOfOnePlan(a: SimulationInput, b: SimulationInput): boolean {
  const rest = ({ projectRoots, registries, variables }: SimulationInput) =>
    JSON.stringify([projectRoots, registries, variables])
  const planOf = ({ plan }: SimulationInput) => remember(plans, plan, () => JSON.stringify(plan))
  return (
    a.environment === b.environment && rest(a) === rest(b) && (a.plan === b.plan || planOf(a) === planOf(b))
  )
}

function inOneOnly(a: ReadonlySet<string>, b: ReadonlySet<string>): string[] {
  return [...[...a].filter(each => !b.has(each)), ...[...b].filter(each => !a.has(each))]
}

/** The trace of a pass behind which nobody looks. */
function alone(passed: Passed): Trace {
  return { ...told(passed).trace, questions: [...passed.machine.questions.values()] }
}
