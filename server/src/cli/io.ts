/** What the verbs know of the process around them: streams, folder, environment. Tests give their own. */
import process from 'node:process'
import { normalize } from '../files/paths.ts'

export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

export interface Io {
  readonly stdout: Output
  readonly stderr: Output
  /** Absolute, with '/'. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** This process. A reader of our output that goes away (`| head`) ends it in silence. */
export function processIo(): Io {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit()
  })
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    cwd: normalize(process.cwd()),
    env: Object.fromEntries(
      Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
  }
}

export type ColorChoice = 'auto' | 'always' | 'never'

/** May colours be used on this stream? Follows no-color.org and force-color.org where the choice is `auto`. */
export function wantsColor(choice: ColorChoice, stream: Output, env: Io['env']): boolean {
  if (choice !== 'auto') return choice === 'always'
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0'
  return stream.isTTY === true && env.TERM !== 'dumb'
}
