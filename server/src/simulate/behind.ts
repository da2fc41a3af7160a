/** What stands behind a decorator that isn't known: most likely a wrapper of the function it was applied to. */
import { type Func, type NativeCall, native, type Value, WRAPPED } from './values.ts'

const functions = new WeakMap<Value, Func>()

/** The value that takes the function's place; `call` tells what calling it may do. */
export function wrapper(fn: Func, call: NativeCall): Value {
  const value = native(WRAPPED, call)
  functions.set(value, fn)
  return value
}

/** The function that was decorated; null for any other value. */
export function functionBehind(value: Value): Func | null {
  return functions.get(value) ?? null
}
