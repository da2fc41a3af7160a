/** The command line in this process, on a folder of its own. */
import type { Io, Output } from '../../server/src/cli/io.ts'
import { run } from '../../server/src/cli/program.ts'
import { dirname, join } from '../../server/src/files/paths.ts'

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

/** Runs `precollect ARGS` in `cwd` and gives what it printed. What it keeps, it keeps beside that folder. */
export async function command(cwd: string, env: Io['env'], args: readonly string[]): Promise<Ran> {
  const stdout = new Captured()
  const stderr = new Captured()
  const variables = { PRECOLLECT_CACHE_DIR: join(dirname(cwd), 'cache'), ...env }
  const code = await run(args, { stdout, stderr, cwd, env: variables }, async () => {})
  return { code, out: stdout.text, err: stderr.text }
}
