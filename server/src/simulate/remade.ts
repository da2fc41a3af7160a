/**
 * The objects of statements that are run again. `def`, `class` and displays at the top of a file give the object of
 * before where everything that holds it would see the same, so that whoever holds it need not be run again. What such an
 * object has of the text of its file, code and place, may differ all the same: whoever looks at that is noted as a
 * reader of the file.
 */
import type { Span } from '../files/span.ts'
import { type Change, FieldChange } from './changes.ts'
import type { Journal } from './journal.ts'
import { Looks } from './looks.ts'
import {
  type Class,
  type Container,
  type Func,
  type FunctionCode,
  mayHoldMore,
  NO_SLOTS,
  type Scope,
  same,
} from './values.ts'

/** Something of a file's text that an object has, and its successor. */
export class OfText<T> {
  constructor(
    private readonly journal: Journal,
    private readonly path: string,
    private text: T,
  ) {}

  read(): T {
    this.journal.lookOutside(Looks.file(this.path))
    return this.text
  }

  /** What the text has become, of the same file. */
  become(other: OfText<T>): void {
    this.take(other.text)
  }

  take(text: T): void {
    // Only those see it who are noted as readers of the file.
    this.journal.noteOfRemade(new NewText(this, this.exchange(text)), null, () => this.take(text))
  }

  exchange(text: T): T {
    const before = this.text
    this.text = text
    return before
  }
}

/** Those who are concerned have looked at the file: to all others nothing has changed. */
class NewText<T> implements Change {
  readonly key = 'text'
  /** `other`: the text that the holder does not have at the moment. */
  constructor(
    readonly holder: OfText<T>,
    private other: T,
  ) {}

  undo(): void {
    this.other = this.holder.exchange(this.other)
  }

  redo(): void {
    this.undo()
  }

  value(): unknown {
    return false
  }

  former(): unknown {
    return false
  }
}

/** A function that a file of the project defines. */
export class DefinedFunction implements Func {
  readonly t = 'func'
  readonly name: string
  readonly scope: Scope
  readonly module: Func['module']
  readonly defaults: Func['defaults']
  readonly attributes: Func['attributes']
  private readonly text: OfText<FunctionCode>

  constructor(journal: Journal, { name, code, scope, module, defaults, attributes }: Func) {
    this.name = name
    this.scope = scope
    this.module = module
    this.defaults = defaults
    this.attributes = attributes
    this.text = new OfText(journal, code.unit.path, code)
  }

  get code(): FunctionCode {
    return this.text.read()
  }

  /** Takes the place of one that was made anew, if nobody but those who look at its code could tell. */
  insteadOf(made: DefinedFunction): boolean {
    const { scope, module, defaults, attributes } = this
    const usable =
      scope.kind === made.scope.kind &&
      scope.names === made.scope.names &&
      scope.parent === made.scope.parent &&
      module === made.module &&
      attributes.slots === NO_SLOTS &&
      !attributes.open &&
      defaults.size === made.defaults.size &&
      [...defaults].every(([name, value]) => same(value, made.defaults.get(name) ?? made))
    if (!usable) return false
    this.text.become(made.text)
    return true
  }
}

/** A class that a file of the project defines, and no more than its bases, its body and its decorators make what it is. */
export class DefinedClass implements Class {
  readonly t = 'class'
  readonly name: string
  readonly module: string
  readonly bases: Class['bases']
  readonly ns: Class['ns']
  readonly native = null
  /** Written to as `open` alone. */
  isOpen: boolean
  private readonly text: OfText<Span>

  constructor(
    private readonly journal: Journal,
    { name, module, bases, ns, open, place }: Class,
  ) {
    this.name = name
    this.module = module
    this.bases = bases
    this.ns = ns
    this.isOpen = open
    this.text = new OfText(journal, place!.path, place!)
  }

  get open(): boolean {
    return this.isOpen
  }

  /** Noted also right after it was made: taken back, it is as it was then. */
  set open(open: boolean) {
    if (open === this.isOpen) return
    const change = new FieldChange<DefinedClass, 'isOpen'>(this, 'isOpen', this.isOpen)
    this.journal.noteOfRemade(change, this.ns.slots, () => {
      this.open = open
    })
    this.isOpen = open
  }

  get place(): Span {
    return this.text.read()
  }

  /** Before its body has run: see `DefinedFunction`. */
  insteadOf(made: DefinedClass): boolean {
    const usable =
      this.module === made.module &&
      this.open === made.open &&
      this.ns.open === made.ns.open &&
      this.bases.length === made.bases.length &&
      this.bases.every((base, i) => same(base, made.bases[i]!))
    if (!usable) return false
    this.text.become(made.text)
    return true
  }
}

/** Has a `class` statement made it? Where that stands is another question: see `place`. */
export function isDefined(cls: Class): boolean {
  return cls instanceof DefinedClass || cls.place !== null
}

/** Does a container that was made anew hold what the one of before does? Only then that one may be given instead. */
export function holdsTheSame(before: Container, made: Container): boolean {
  if (before.open || made.open || mayHoldMore(before) !== mayHoldMore(made)) return false
  if (before.t === 'list')
    return (
      made.t === 'list' &&
      before.items.length === made.items.length &&
      before.items.every((item, i) => same(item, made.items[i]!))
    )
  if (before.t === 'set' && made.t === 'set' && before.frozen !== made.frozen) return false
  if (before.t !== made.t || before.items.size !== made.items.size) return false
  const [mine, theirs] = [[...before.items], [...made.items]]
  return mine.every(([key, held], i) => {
    const [other, given] = theirs[i]!
    if (key !== other) return false
    return 't' in held
      ? 't' in given && same(held, given)
      : !('t' in given) && same(held.key, given.key) && same(held.value, given.value)
  })
}
