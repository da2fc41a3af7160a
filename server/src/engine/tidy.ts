/** Memory that a run needs no more. V8 lets it lie until it wants the room, and asks the system for more until then. */
import process from 'node:process'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Bytes: below this nobody is in need. */
const MUCH = 400_000_000

let collect: (() => void) | null = null

/** Clears away what is not needed any more, if the process holds much. For moments when most of it is that. */
export function tidy(): void {
  if (process.memoryUsage.rss() < MUCH) return
  if (collect === null) {
    setFlagsFromString('--expose-gc')
    // Where V8 takes no flags any more there is none.
    collect = (runInNewContext('typeof gc === "function" ? gc : null') as (() => void) | null) ?? (() => {})
    setFlagsFromString('--no-expose-gc')
  }
  collect()
}
