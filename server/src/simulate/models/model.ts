/**
 * What a model is: the names of a module whose calls the machine knows. A module that has one is never
 * executed; names it does not list are unknown, never missing.
 */
import type { Span } from '../../files/span.ts'
import type { Machine } from '../machine.ts'
import { type Args, isNone, isString, native, type Value } from '../values.ts'

export interface Model {
  /** Full names of the modules it stands for. */
  readonly modules: readonly string[]
  readonly names: (m: Machine, module: string) => Readonly<Record<string, Value>>
}

/** The argument at `position`, or named; undefined where it isn't given or can't be told. */
export function argument(args: Args, position: number, name: string): Value | undefined {
  return args.keywords.get(name) ?? args.positional[position]
}

/** A string argument; null where it is absent or unknown. */
export function textArgument(args: Args, position: number, name: string): string | null {
  const value = argument(args, position, name)
  return isString(value) ? value.v : null
}

/** The span of the call under way; where pytest itself makes it, what it is at. */
export function callSpan(m: Machine): Span {
  const frame = m.frames.at(-1)
  return frame ? m.spanOf(frame.unit, frame.at) : m.start
}

/** A native function that always gives the same value. */
export function giving(name: string, value: Value): Value {
  return native(name, () => value)
}

/** What most functions of paths say of None. */
export const NO_PATH = 'expected str, bytes or os.PathLike object, not NoneType'

/** A TypeError for None where the project's own code gives it to a function that takes none. */
export function refuseNone(m: Machine, value: Value | undefined, message: string): void {
  if (value && isNone(value) && m.frames.at(-1)?.unit.project)
    m.raise('TypeError', message, { kind: 'other' })
}
