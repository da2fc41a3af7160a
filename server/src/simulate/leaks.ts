/**
 * What code leaves behind in the process: which statement put an entry into `sys.modules` or `sys.path`, and
 * which imports of later collectors lean on it although, collected alone, they would go another way.
 *
 * It only keeps books: what an import gives is the importer's business.
 */
import { remember } from '../files/memo.ts'
import { basename, dirname, isWithin, join, parents } from '../files/paths.ts'
import type { Span } from '../files/span.ts'
import { hasWord } from '../files/words.ts'
import type { Spec } from './finder.ts'
import { placeOf } from './import_modes.ts'
import { type Machine, topLevel } from './machine.ts'
import type { Misled, TraceEvent, Writer } from './trace.ts'
import { TrackedSet } from './tracked_map.ts'
import { isString } from './values.ts'

export type Leaning = Extract<TraceEvent, { event: 'leaning' }>

interface PathEdit {
  /** The entries before it; those after it are the ones before the next. */
  readonly before: readonly string[]
  readonly by: Writer
  /** Made on a path that may not be taken. */
  readonly doubtful: boolean
}

export class Leaks {
  private readonly machine: Machine
  private readonly moduleWriters: Map<string, Writer>
  /** In most runs nobody ever does, which is easily asked. */
  private readonly wroteModules: TrackedSet<'ever'>
  readonly edits: PathEdit[] = []
  /** Who added which entry, by the edits that were looked at already: each is compared once. */
  private readonly added: Map<string, readonly Writer[]>
  private counted = 0
  /** The entry of sys.path that served a top-level module, where it was not there at the start. */
  private readonly servedBy: Map<string, string>
  private readonly leanings: Map<string, Leaning>
  private readonly legitimate = new Map<string, ReadonlySet<string>>()
  /** What `legitimate` was found out from. */
  private legitimateIn: object | null = null

  constructor(machine: Machine) {
    this.machine = machine
    this.moduleWriters = machine.map()
    this.wroteModules = new TrackedSet(machine.heap.journal)
    this.added = machine.map()
    this.servedBy = machine.map()
    this.leanings = machine.map()
    machine.heap.watch(machine.sysPath, () => this.noteEdit())
  }

  /** Who put the entry that `sys.modules` has for a name there by hand; null where an import did. */
  writerOf(module: string): Writer | null {
    return this.moduleWriters.get(module) ?? null
  }

  noteModule(name: string): void {
    this.wroteModules.add('ever')
    this.moduleWriters.set(name, this.here())
  }

  forgetModule(name: string): void {
    this.moduleWriters.delete(name)
  }

  /** Everybody's books as they are, to be gone back to when a patch of the whole of `sys.modules` ends. */
  snapshot(): () => void {
    const before = new Map(this.moduleWriters)
    return () => {
      this.moduleWriters.clear()
      for (const [name, writer] of before) this.moduleWriters.set(name, writer)
    }
  }

  /** A top-level module was found. */
  noteFound({ name, entry }: Spec): void {
    if (entry !== null && this.edits.length > 0 && !this.edits[0]!.before.includes(entry))
      this.servedBy.set(name, entry)
  }

  /** A statement of the project asks for a module and gets it. */
  noteUse(name: string, focus: Span): void {
    if (this.edits.length === 0 && !this.wroteModules.has('ever')) return
    const stand = this.moduleWriters.get(name)
    if (stand) return this.lean({ kind: 'stub', name, entry: null, by: stand, focus })
    const top = topLevel(name)
    const namesake = this.namesake(top)
    if (namesake) return this.lean({ kind: 'namesake', name: top, entry: null, ...namesake, focus })
    const entry = this.servedBy.get(top)
    if (entry === undefined) return
    const adders = this.adders(entry)
    const [by] = adders
    if (by && adders.every(adder => this.isStranger(adder)))
      this.lean({ kind: 'path', name: top, entry, by, focus })
  }

  /**
   * The file of that name beside the importing one, where `sys.modules` holds another folder's: `conftest` is
   * the one that was loaded last, any other name the one that was imported first.
   */
  namesake(name: string): (Misled & { readonly meant: string }) | null {
    if (name !== 'conftest' && !this.servedBy.has(name)) return null
    const { machine } = this
    const bound = machine.modules.get(name)
    const importer = machine.frames.findLast(frame => frame.unit.project)?.unit.path
    if (importer === undefined || bound?.t !== 'module' || bound.file === null) return null
    if (!machine.isProject(bound.file)) return null
    const meant = name === 'conftest' ? this.nearestConftest(importer) : this.sibling(name, importer)
    if (meant === null || meant === bound.file || meant === importer) return null
    if (machine.world.fs.realpath(meant) === machine.world.fs.realpath(bound.file)) return null
    const span = { path: bound.file, start: 0, end: 0 }
    return { by: { span, collector: bound.file }, meant }
  }

  private sibling(name: string, importer: string): string | null {
    const folder = dirname(importer)
    if (!this.machine.searchPath().includes(folder)) return null
    return this.machine.finder.findTopLevel(name, [folder])?.file ?? null
  }

  /** Of those that pytest imports as `conftest`: the ones in no package. */
  private nearestConftest(importer: string): string | null {
    const { fs } = this.machine.world
    for (const folder of parents(importer)) {
      const conftest = join(folder, 'conftest.py')
      if (fs.stat(conftest) && !fs.stat(join(folder, '__init__.py'))) return conftest
      if (folder === this.machine.plan.confcutdir) break
    }
    return null
  }

  /** Did another collector's file write it, one that does not stand above the present one? */
  isStranger({ span, collector }: Writer): boolean {
    const { path } = this.machine.start
    if (collector === path || span.path === path) return false
    return !(basename(collector) === 'conftest.py' && isWithin(path, dirname(collector)))
  }

  /** The statement that took the entry away by which a top-level module could have been found. */
  removerOf(name: string): Writer | null {
    const present = new Set(this.now())
    for (const [index, edit] of [...this.edits.entries()].reverse()) {
      if (edit.doubtful || !isCode(edit.by)) continue
      const after = this.after(index)
      const gone = edit.before.filter(entry => !after.includes(entry) && !present.has(entry))
      if (gone.length > 0 && this.machine.finder.findTopLevel(name, gone)) return edit.by
    }
    return null
  }

  /**
   * Why a module is not the one that was meant: another collector's edit of `sys.path`, or a namesake. Said
   * only where the other one has what is missing: the submodule `name` names, or `symbol`.
   */
  misled(name: string, symbol: string | null): Misled | null {
    const [top = '', ...tail] = name.split('.')
    const { world, finder } = this.machine
    const found = this.namesake(top) ?? this.otherOnPath(top)
    if (!found) return null
    if (symbol !== null) {
      const text = tail.length === 0 ? world.text(found.meant) : null
      return text !== null && hasWord(text, symbol) ? found : null
    }
    if (basename(found.meant) !== '__init__.py' || tail.length !== 1) return null
    return finder.findSubmodule(name, tail[0]!, [dirname(found.meant)]) ? found : null
  }

  private otherOnPath(name: string): (Misled & { readonly meant: string }) | null {
    const entry = this.servedBy.get(name)
    const by = entry === undefined ? undefined : this.adders(entry).find(isCode)
    if (entry === undefined || !by || !this.isStranger(by)) return null
    const { finder } = this.machine
    const meant = finder.findTopLevel(
      name,
      this.now().filter(each => each !== entry),
    )
    return meant?.file ? { by, meant: meant.file } : null
  }

  /**
   * The imports that lean on another collector's leavings; `filesOf` gives the files that importing a collector
   * leads to. Whoever could have made the entry itself, had it not been there, leans on nobody.
   */
  found(filesOf: (collector: string) => ReadonlySet<string>): readonly Leaning[] {
    const writes = { stub: this.mention(/sys\.modules/), path: this.mention(/sys\.path|addsitedir/) }
    let last: string | null = null
    let own: ReadonlySet<string> = new Set()
    return [...this.leanings.values()].filter(({ kind, collector, by }) => {
      if (kind === 'namesake') return true
      // Leanings of one collector come in a row.
      if (collector !== last) own = filesOf(collector)
      last = collector
      return !own.has(by.span.path) && !own.has(by.collector) && ![...own].some(writes[kind])
    })
  }

  /** Does a file's text hold the word? Each file is asked once. */
  private mention(word: RegExp): (file: string) => boolean {
    const answers = new Map<string, boolean>()
    return file => remember(answers, file, () => word.test(this.machine.world.text(file) ?? ''))
  }

  private lean(use: Pick<Leaning, 'kind' | 'name' | 'entry' | 'by'> & { meant?: string; focus: Span }): void {
    const { kind, name, entry, by, meant = null, focus } = use
    const { machine } = this
    const collector = machine.start.path
    const key = `${collector}\0${name}`
    if (machine.heap.doubtful || this.leanings.has(key) || !machine.frame?.unit.project) return
    if (kind !== 'namesake' && (!isTestFile(collector) || !this.isStranger(by))) return
    if (entry !== null && this.legitimateRoots(collector).has(entry)) return
    const without = this.now().filter(each => each !== entry)
    const found = this.find(name, without)
    const loaded = machine.modules.get(name)
    // What another finder has as well, of an editable install, say, needs no entry.
    if (meant === null && found && loaded?.t === 'module' && found.file === loaded.file) return
    const alone = meant !== null || found ? 'differs' : 'fails'
    this.leanings.set(key, { event: 'leaning', kind, name, entry, by, meant, collector, span: focus, alone })
  }

  private find(name: string, path: readonly string[]): Spec | null {
    const { finder } = this.machine
    const [top = '', ...tail] = name.split('.')
    let found = finder.findTopLevel(top, path)
    let fullName = top
    for (const part of tail) {
      fullName += `.${part}`
      found = found?.path ? finder.findSubmodule(fullName, part, found.path) : null
    }
    return found
  }

  /** The entries that pytest itself adds for a test file and the conftests above it, in any run. */
  private legitimateRoots(collector: string): ReadonlySet<string> {
    const { machine } = this
    if (this.legitimateIn !== machine.world) this.legitimate.clear()
    this.legitimateIn = machine.world
    let roots = this.legitimate.get(collector)
    if (!roots) {
      const conftests = [...parents(collector)].map(folder => join(folder, 'conftest.py'))
      const files = [collector, ...conftests.filter(path => machine.world.fs.stat(path))]
      roots = new Set(files.map(path => placeOf(machine, path).root))
      this.legitimate.set(collector, roots)
    }
    return roots
  }

  /** Who added an entry, the latest first. */
  private adders(entry: string): readonly Writer[] {
    for (; this.counted < this.edits.length; this.counted++) {
      const { before, by } = this.edits[this.counted]!
      const left = new Map<string, number>()
      for (const each of before) left.set(each, (left.get(each) ?? 0) + 1)
      for (const each of this.after(this.counted)) {
        const there = left.get(each) ?? 0
        if (there > 0) left.set(each, there - 1)
        else this.added.set(each, [by, ...(this.added.get(each) ?? [])])
      }
    }
    return this.added.get(entry) ?? []
  }

  private noteEdit(): void {
    this.edits.push({ before: this.now(), by: this.here(), doubtful: this.machine.heap.doubtful })
  }

  private after(index: number): readonly string[] {
    return this.edits[index + 1]?.before ?? this.now()
  }

  private now(): readonly string[] {
    const { cwd } = this.machine.plan.invocation
    return this.machine.sysPath.items.filter(isString).map(entry => entry.v || cwd)
  }

  private here(): Writer {
    return { span: this.machine.here(), collector: this.machine.start.path }
  }
}

/** Written by a statement, not by pytest on behalf of a file: then it has a place in it. */
export function isCode({ span }: Writer): boolean {
  return span.end > 0
}

function isTestFile(path: string): boolean {
  return path.endsWith('.py') && basename(path) !== 'conftest.py'
}
