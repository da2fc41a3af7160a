/**
 * Asks git about the repository that a folder lies in: the one module that starts git. Only for workspaces that
 * are trusted; what the answers mean is the callers' affair.
 *
 * A repository can name programs for git to start. None of them is: no hooks, no fsmonitor, no filters, no pager, no
 * external diff, no transport (a partial clone fetches nothing). Files with a filter (Git LFS) are thus compared as
 * they lie on the disk. Whatever git is told by the variables of a hook that we run in is forgotten: the folder decides.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { normalize } from '../files/paths.ts'

type Variables = Readonly<Record<string, string | undefined>>

export interface GitAnswer {
  readonly out: Buffer
  /** Why there is no answer, in git's words; null where git ended with 0. What it wrote until then is in `out`. */
  readonly trouble: string | null
}

export interface GitRequest {
  /** For its standard input. */
  readonly input?: string | Uint8Array
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 30_000

/** More than that is no answer that we asked for. */
const MOST_BYTES = 1024 * 1024 * 1024

/** Settings that keep git from starting anything. */
const QUIET = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'log.showSignature=false',
  'protocol.allow=never',
].flatMap(setting => ['-c', setting])

/** What `git rev-parse --local-env-vars` lists, without settings: variables that point to another repository. */
const OF_A_REPOSITORY = new Set(
  [
    ...['DIR', 'WORK_TREE', 'IMPLICIT_WORK_TREE', 'INDEX_FILE', 'OBJECT_DIRECTORY', 'COMMON_DIR', 'PREFIX'],
    ...['ALTERNATE_OBJECT_DIRECTORIES', 'SHALLOW_FILE', 'GRAFT_FILE', 'REPLACE_REF_BASE', 'NAMESPACE'],
  ].map(name => `GIT_${name}`),
)

/** The work tree that a folder lies in. */
export class Repository {
  private constructor(
    /** The top of the work tree, absolute. */
    readonly root: string,
    private readonly env: Variables,
  ) {}

  /** A string: why there is none, for people. `env`: the variables that git is started with. */
  static async of(folder: string, env: Variables): Promise<Repository | string> {
    const top = await start(folder, ['rev-parse', '--show-toplevel'], env, {})
    if (top.trouble !== null) return top.trouble
    const root = normalize(top.out.toString('utf8').replace(/\r?\n$/, ''))
    // An exit code of 1 says that there are none.
    const filters = await start(root, ['config', '-z', '--name-only', '--get-regexp', '^filter\\.'], env, {})
    return new Repository(root, withoutFilters(env, zeroTerminated(filters.out)))
  }

  /** Runs git at the top of the work tree. Never rejects. */
  ask(args: readonly string[], request: GitRequest = {}): Promise<GitAnswer> {
    return start(this.root, args, this.env, request)
  }
}

/** The items of what git prints with `-z`. */
export function zeroTerminated(out: Buffer): string[] {
  return out.toString('utf8').split('\0').slice(0, -1)
}

function start(
  folder: string,
  args: readonly string[],
  env: Variables,
  { input = '', timeoutMs = TIMEOUT_MS }: GitRequest,
): Promise<GitAnswer> {
  return new Promise(resolve => {
    const chunks: Buffer[] = []
    let bytes = 0
    let errors = ''
    let trouble: string | null = null
    const finish = (): void => resolve({ out: Buffer.concat(chunks), trouble })
    const child = spawn('git', ['--no-pager', ...QUIET, ...args], {
      cwd: folder,
      env: variablesFor(env),
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    })
    const stop = (reason: string): void => {
      trouble ??= reason
      child.kill('SIGKILL')
    }
    const timer = setTimeout(() => stop(`git ${args[0]} took longer than ${timeoutMs / 1000} s`), timeoutMs)
    child.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      trouble ??= error.code === 'ENOENT' ? 'git is not installed' : `git cannot be started: ${error.message}`
      finish()
    })
    child.on('close', code => {
      clearTimeout(timer)
      if (code !== 0) trouble ??= wordsOf(errors) || `git ${args[0]} ended with ${code}`
      finish()
    })
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > MOST_BYTES) stop(`git ${args[0]} says more than can be taken in`)
      else chunks.push(chunk)
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-4096)
    })
    feed(child, input)
  })
}

/** A git that ends before it has read everything says so itself. */
function feed({ stdin }: ChildProcess, input: string | Uint8Array): void {
  stdin?.on('error', () => {})
  stdin?.end(input)
}

/** Git's own sentence: the first line of its complaint, without `fatal:`. */
function wordsOf(errors: string): string {
  const lines = errors.split('\n').filter(line => line.trim() !== '' && !line.startsWith('warning:'))
  return (lines[0] ?? '').replace(/^(?:fatal|error): /, '')
}

function variablesFor(env: Variables): Variables {
  const own = Object.entries(env).filter(([name]) => !OF_A_REPOSITORY.has(name.toUpperCase()))
  return {
    ...Object.fromEntries(own),
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_LAZY_FETCH: '1',
  }
}

/** The variables with settings that switch off each filter: their names are the project's, so they are asked for first. */
function withoutFilters(env: Variables, keys: readonly string[]): Variables {
  const names = new Set(keys.map(key => key.slice('filter.'.length, key.lastIndexOf('.'))))
  const settings = [...names].flatMap(name => [
    ...['clean', 'smudge', 'process'].map(part => [`filter.${name}.${part}`, ''] as const),
    [`filter.${name}.required`, 'false'] as const,
  ])
  const before = Number(env.GIT_CONFIG_COUNT ?? 0) || 0
  const added = settings.flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${before + at}`, key] as const,
    [`GIT_CONFIG_VALUE_${before + at}`, value] as const,
  ])
  return { ...env, ...Object.fromEntries(added), GIT_CONFIG_COUNT: String(before + settings.length) }
}
