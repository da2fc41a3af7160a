/** The command line in this process, on a folder of its own. */
import type { Io, Output } from '../../server/src/cli/io.ts'
import { run } from '../../server/src/cli/program.ts'

class Captured implements Output {
  text = ''
  write(text: string): void {
    this.text += text
  }
}

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs `precollect ARGS` in `cwd` and gives what it printed. */
export async function command(cwd: string, env: Io['env'], args: readonly string[]): Promise<Ran> {
  const stdout = new Captured()
  const stderr = new Captured()
  const code = await run(args, { stdout, stderr, cwd, env }, async () => {})
  return { code, out: stdout.text, err: stderr.text }
}
