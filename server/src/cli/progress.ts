/** Says on a terminal what is going on: on standard error, and nowhere else than on a terminal. */
import type { WriteStream } from 'node:tty'
import yoctoSpinner from 'yocto-spinner'
import type { Io } from './io.ts'

/** Shows a line in place of the one before; null wipes it away. */
export type Progress = (line: string | null) => void

/** How often a line is changed at most, so that showing it costs nothing. */
const LEAST_MS = 80

/** Does nothing where `quiet`, or where nobody would see it. Without a timer it moves whenever a line is shown. */
export function progressOn({ stderr }: Pick<Io, 'stderr'>, quiet: boolean | undefined): Progress {
  if (quiet || stderr.isTTY !== true) return () => {}
  const stream = stderr as WriteStream
  // Interrupts belong to those who run pytest meanwhile.
  const spinner = yoctoSpinner({ stream, handleSignals: false })
  process.once('exit', () => spinner.stop())
  let last = 0
  return line => {
    if (line === null) {
      spinner.stop()
      last = 0
      return
    }
    const now = Date.now()
    if (now - last < LEAST_MS) return
    last = now
    // A terminal of no width is one that does not know it.
    const text = line.slice(0, (stderr.columns || 80) - 3)
    if (spinner.isSpinning) spinner.text = text
    else spinner.start(text)
  }
}
