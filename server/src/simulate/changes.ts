/** Changes of single cells of the machine's state that can be taken back and made again. Who notes them: `journal.ts`. */
import { type Container, type List, type Namespace, type Slot, slotsToWrite } from './values.ts'

/** One change of one cell: a key of a holder. */
export interface Change {
  readonly holder: object
  readonly key: unknown
  undo(): void
  redo(): void
  /** What the cell holds now, and what it held before, to be compared later. */
  value(): unknown
  former(): unknown
}

export class FieldChange<T extends object, K extends keyof T> implements Change {
  constructor(
    readonly holder: T,
    readonly key: K,
    private before: T[K],
    private after: T[K] = before,
  ) {}

  undo(): void {
    this.after = this.holder[this.key]
    this.holder[this.key] = this.before
  }

  redo(): void {
    this.before = this.holder[this.key]
    this.holder[this.key] = this.after
  }

  value(): unknown {
    return this.holder[this.key]
  }

  former(): unknown {
    return this.before
  }
}

/** What was added to the end of a list that only grows. */
export class TailChange<T> implements Change {
  readonly key = 'tail'

  constructor(
    readonly holder: T[],
    private readonly tail: readonly T[],
  ) {}

  undo(): void {
    this.holder.length -= this.tail.length
  }

  redo(): void {
    this.holder.push(...this.tail)
  }

  value(): unknown {
    return this.tail
  }

  former(): unknown {
    return []
  }
}

export class ContainerChange implements Change {
  readonly key = 'contents'
  private other: Contents

  constructor(readonly holder: Container) {
    const copy = holder.t === 'list' ? [...holder.items] : new Map(holder.items as Map<string, never>)
    this.other = { ...contentsOf(holder), items: copy as never }
  }

  undo(): void {
    const now = contentsOf(this.holder)
    Object.assign(this.holder, this.other)
    this.other = now
  }

  redo(): void {
    this.undo()
  }

  value(): unknown {
    return comparable(contentsOf(this.holder))
  }

  former(): unknown {
    return comparable(this.other)
  }
}

function comparable({ items, ...rest }: Contents): unknown {
  return [[...(items as Iterable<unknown>)], rest]
}

/** What changes of a container. */
type Contents = Pick<Container, 'items' | 'open'> & Partial<Pick<List, 'perhaps'>>

function contentsOf(container: Container): Contents {
  const { items, open } = container
  return container.t === 'list' ? { items, open, perhaps: container.perhaps } : { items, open }
}

export class SlotChange implements Change {
  private before: Slot | undefined
  private after: Slot | undefined
  /** All slots as they stood, where one was taken out: undoing has to put it back into its place. */
  private order: [string, Slot][] | null

  constructor(
    readonly holder: Namespace,
    readonly key: string,
    private readonly deleted: boolean,
  ) {
    this.before = holder.slots.get(key)
    this.order = deleted ? [...holder.slots] : null
  }

  undo(): void {
    const slots = slotsToWrite(this.holder)
    this.after = slots.get(this.key)
    this.holder.version++
    if (this.order) refill(slots, this.order)
    else put(slots, this.key, this.before)
  }

  redo(): void {
    const slots = slotsToWrite(this.holder)
    this.before = slots.get(this.key)
    if (this.deleted) this.order = [...slots]
    this.holder.version++
    put(slots, this.key, this.deleted ? undefined : this.after)
  }

  value(): unknown {
    return this.holder.slots.get(this.key)
  }

  former(): unknown {
    return this.before
  }
}

function put<K, V>(map: Map<K, V>, key: K, value: V | undefined): void {
  if (value === undefined) map.delete(key)
  else map.set(key, value)
}

function refill<K, V>(map: Map<K, V>, entries: readonly (readonly [K, V])[]): void {
  map.clear()
  for (const [key, value] of entries) map.set(key, value)
}

export function makeAgain(changes: readonly Change[]): void {
  for (const change of changes) change.redo()
}

export function takeBack(changes: readonly Change[]): void {
  for (let i = changes.length - 1; i >= 0; i--) changes[i]!.undo()
}
