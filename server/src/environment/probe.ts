/**
 * Asks the chosen interpreter itself: the one module that starts it without running the project. What is started is
 * the interpreter with a program of ours; no code of the project is imported or executed.
 *
 * The interpreter's own start-up does run: site.py, the `.pth` lines and hooks that are installed for it, as
 * whenever it is used. PYTHONPATH, which often leads into the workspace, is kept from it (and read from the
 * variable instead), and so are the other variables that change how Python starts.
 */
import { spawn } from 'node:child_process'
import { dirname } from '../files/paths.ts'
import type { Version } from './environment.ts'
import { COMPILE_FILES, DESCRIBE_INTERPRETER } from './python_scripts.ts'

export { confirmEnvironment } from './confirmed.ts'

/** What an interpreter says of itself; paths with '/'. */
export interface ProbeResult {
  readonly version: Version
  readonly implementation: string
  readonly prefix: string
  readonly basePrefix: string
  /** At start-up, without PYTHONPATH and the working directory. */
  readonly sysPath: readonly string[]
  readonly stdlib: readonly string[]
  readonly builtinModules: readonly string[]
  readonly extensionSuffixes: readonly string[]
  /** 'module.Class' of everything on sys.meta_path and sys.path_hooks. */
  readonly finders: readonly string[]
  /** Namespace packages in sys.modules at start-up: name -> __path__. */
  readonly namespaces: Readonly<Record<string, readonly string[]>>
  /** Other top-level modules in sys.modules at start-up that came from no file. */
  readonly injected: readonly string[]
  readonly flags: Readonly<Record<string, number>>
}

export type SyntaxVerdict =
  | { readonly ok: true }
  | {
      readonly ok: false
      /** 'SyntaxError', 'IndentationError', 'ValueError' (null bytes), 'RecursionError', ... */
      readonly exception: string
      readonly message: string
      /** From 1; 1 where Python names no place. */
      readonly line: number
      /** From 1, in UTF-16 units. */
      readonly column: number
    }

type Variables = Readonly<Record<string, string | undefined>>

/** Variables of Python that say where it is installed; all others change how it behaves. */
const KEPT = new Set(['PYTHONHOME', 'PYTHONUSERBASE', 'PYTHONNOUSERSITE', 'PYTHONPLATLIBDIR'])

/** An interpreter that dies on a file is started again for the rest, but not for ever. */
const MOST_CRASHES = 5

/** The interpreter's own description; null where it can't be started, fails, or takes too long (it is killed). */
export async function probeInterpreter(
  executable: string,
  { timeoutMs, env }: { readonly timeoutMs: number; readonly env: Variables },
): Promise<ProbeResult | null> {
  const output = await runPython(executable, ['-B', '-c', DESCRIBE_INTERPRETER], '', timeoutMs, env)
  const told = parseLine(output.trimEnd().split('\n').at(-1) ?? '') as
    | (ProbeResult & { separator: string })
    | null
  if (!told || !Array.isArray(told.version) || !Array.isArray(told.sysPath)) return null
  const { separator, ...probe } = told
  return separator === '\\' ? withSlashes(probe) : probe
}

/**
 * The interpreter's verdict on files, by its compile(): nothing is executed. One process for all. Files that
 * it could not be asked about (it died, it took too long) are missing from the answer.
 */
export async function judgeSyntax(
  executable: string,
  files: readonly { readonly path: string; readonly bytes: Uint8Array }[],
  { timeoutMs = 30_000, env = process.env }: { readonly timeoutMs?: number; readonly env?: Variables } = {},
): Promise<Map<string, SyntaxVerdict>> {
  const verdicts = new Map<string, SyntaxVerdict>()
  const end = performance.now() + timeoutMs
  let rest = files
  for (let crashes = 0; rest.length > 0 && crashes < MOST_CRASHES; crashes++) {
    const input = rest.map(({ path, bytes }) => ({ path, bytes: Buffer.from(bytes).toString('base64') }))
    // Isolated and without site: nothing but compile() is wanted, and it starts twice as fast.
    const args = ['-I', '-S', '-B', '-c', COMPILE_FILES]
    const left = end - performance.now()
    if (left <= 0) break
    const output = await runPython(executable, args, JSON.stringify(input), left, env)
    const answers = output
      .split('\n')
      .slice(0, -1)
      .map(line => parseLine(line) as SyntaxVerdict | null)
    for (const [index, answer] of answers.entries())
      if (answer && rest[index]) verdicts.set(rest[index].path, answer)
    rest = rest.slice(answers.length + 1)
  }
  return verdicts
}

/** What the program wrote to standard output until it ended or was killed; '' where it could not be started. */
export function runPython(
  executable: string,
  args: readonly string[],
  input: string,
  timeoutMs: number,
  env: Variables,
): Promise<string> {
  const variables = Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^PYTHON/i.test(name) || KEPT.has(name.toUpperCase())),
  )
  return new Promise(resolve => {
    const chunks: Buffer[] = []
    const finish = (): void => resolve(Buffer.concat(chunks).toString('utf8'))
    const child = spawn(executable, args, {
      cwd: dirname(executable),
      env: variables,
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: Math.ceil(timeoutMs),
      killSignal: 'SIGKILL',
      windowsHide: true,
    })
    child.on('error', finish)
    child.on('close', finish)
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    // An interpreter that died before it read everything: its output tells.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    // Not our program's line: a start-up hook printed it, or it was cut off.
    return null
  }
}

function withSlashes(probe: ProbeResult): ProbeResult {
  const path = (text: string) => text.replaceAll('\\', '/')
  return {
    ...probe,
    prefix: path(probe.prefix),
    basePrefix: path(probe.basePrefix),
    sysPath: probe.sysPath.map(path),
    stdlib: probe.stdlib.map(path),
    namespaces: Object.fromEntries(
      Object.entries(probe.namespaces).map(([name, places]) => [name, places.map(path)]),
    ),
  }
}
