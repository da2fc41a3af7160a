/**
 * How the project itself starts pytest, since `pytest` and `python -m pytest` differ in what is on `sys.path`.
 * A look at the commands in its task runners and CI files, line by line; nothing is evaluated.
 */
import type { Environment } from '../environment/environment.ts'
import type { FileSystem } from '../files/file_system.ts'
import { join, parents } from '../files/paths.ts'
import type { Invocation } from './plan.ts'

export type InvocationChoice = Pick<Invocation, 'kind' | 'because'>

/** What developers start by hand or by a task runner goes before what CI runs. */
const TASK_FILES: readonly string[] = [
  'tox.ini',
  'tox.toml',
  'noxfile.py',
  'pyproject.toml',
  'setup.cfg',
  'Makefile',
  'makefile',
  'GNUmakefile',
  'justfile',
  'Justfile',
  'Taskfile.yml',
  'Taskfile.yaml',
]
const CI_FILES: readonly string[] = [
  '.gitlab-ci.yml',
  '.travis.yml',
  'azure-pipelines.yml',
  '.circleci/config.yml',
  'appveyor.yml',
  '.appveyor.yml',
  'bitbucket-pipelines.yml',
  'Jenkinsfile',
]
const WORKFLOWS = '.github/workflows'

/**
 * The way of the first file that starts pytest in one way only, or more often in one than in the other. Looked
 * for in the working directory and, within a repository, in the folders above it.
 */
export function detectInvocation(fs: FileSystem, cwd: string): InvocationChoice {
  const { stated, undecided } = look(fs, cwd)
  return stated ?? { kind: 'pytest', because: undecided ?? 'no sign of either: the default' }
}

/** What the project's own files say, by majority; null where they say nothing, or both. */
export function statedInvocation(fs: FileSystem, cwd: string): Invocation['kind'] | null {
  return look(fs, cwd).stated?.kind ?? null
}

function look(fs: FileSystem, cwd: string): { stated: InvocationChoice | null; undecided: string | null } {
  let undecided: string | null = null
  for (const folder of projectFolders(fs, cwd)) {
    const found = decideIn(fs, folder)
    if (found?.kind) return { stated: { kind: found.kind, because: found.because }, undecided }
    undecided ??= found?.because ?? null
  }
  return { stated: null, undecided }
}

/** The folder and those above it up to the root of the repository; without one, the folder alone. */
function projectFolders(fs: FileSystem, cwd: string): string[] {
  const all = [cwd, ...parents(cwd)]
  const root = all.findIndex(folder => ['.git', '.hg'].some(name => fs.stat(join(folder, name))))
  return all.slice(0, Math.max(root, 0) + 1)
}

/** What the files of one folder say; `kind` is null where they say both, the whole where they say nothing. */
function decideIn(
  fs: FileSystem,
  folder: string,
): { kind: Invocation['kind'] | null; because: string } | null {
  const workflows = (fs.list(join(folder, WORKFLOWS)) ?? [])
    .filter(({ name }) => /\.ya?ml$/.test(name))
    .map(({ name }) => `${WORKFLOWS}/${name}`)
  let undecided: string | null = null
  for (const name of [...TASK_FILES, ...workflows, ...CI_FILES]) {
    const bytes = fs.read(join(folder, name))
    if (!bytes) continue
    const { script, module } = countStarts(new TextDecoder().decode(bytes))
    if (script > module) return { kind: 'pytest', because: `${name} runs \`pytest\`` }
    if (module > script) return { kind: 'python -m pytest', because: `${name} runs \`python -m pytest\`` }
    if (script > 0) undecided ??= name
  }
  return undecided === null ? null : { kind: null, because: `${undecided} runs both: the default` }
}

/** The variables that pytest, its plugins and Python read. */
export function relevantVariables(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => /^(?:PYTEST_|PYTHON|PY_|DJANGO_)/.test(name)),
  )
}

/** `sys.argv[0]`: the script, or the module that `-m` runs. */
export function programPath(
  { prefix, sitePackages, platform }: Environment,
  kind: Invocation['kind'],
): string {
  if (kind === 'python -m pytest') return join(sitePackages[0] ?? prefix, 'pytest', '__main__.py')
  return platform === 'win32' ? join(prefix, 'Scripts', 'pytest.exe') : join(prefix, 'bin', 'pytest')
}

interface Starts {
  readonly script: number
  readonly module: number
}

/** How often a file starts pytest as a script and as a module. */
export function countStarts(text: string): Starts {
  let script = 0
  let module = 0
  for (const line of text.split(/\r?\n/)) {
    for (const command of commandsIn(line)) {
      const way = wayOf(command)
      if (way === 'script') script++
      else if (way === 'module') module++
    }
  }
  return { script, module }
}

/** The commands that may stand on a line, as words; quotes, keys, list marks and comments are taken off. */
function commandsIn(line: string): string[][] {
  if (/^\s*(?:#|\/\/|;)/.test(line)) return []
  // Calls of nox and of subprocess name each word as a string of its own.
  const call = /\brun(?:_always|_install)?\(\s*((?:f?["'][^"']*["']\s*,?\s*)+)/.exec(line)
  if (call) return [[...call[1]!.matchAll(/["']([^"']*)["']/g)].map(match => match[1]!)]
  const quoted = [...line.matchAll(/"([^"]*)"|'([^']*)'/g)].map(match => match[1] ?? match[2]!)
  return [line, ...quoted].flatMap(text =>
    text
      .split(/&&|\|\||[;|]/)
      .map(part => part.replace(/^\s*(?:[-@>|]\s*)*(?![A-Z_]+=\S)(?:[\w.-]+\s*[:=]\s*)?["'[(]*\s*/, ''))
      .map(part => part.split(/\s+/).filter(word => word !== '')),
  )
}

/** Commands that start another one: `poetry run`, `uv run --frozen`, `coverage run`, `xvfb-run -a`, `env A=b`. */
const WRAPPERS =
  /^(?:poetry|uv|pipenv|hatch|pdm|rye|pixi|conda|micromamba|coverage|run|exec|time|env|sudo|xvfb-run|catchsegv|nice|timeout|\{posargs[^}]*\}|\w+=\S*|\$\{?\w+\}?=.*)$/
const PYTHON =
  /^(?:\S*\/)?(?:python[\d.]*(?:\.exe)?|py|pypy[\d.]*|\{envpython\}|\$[({]?\w*(?:PYTHON|python)\w*[)}]?|\{\{\s*\w*python\w*\s*\}\})$/

function wayOf(words: readonly string[]): 'script' | 'module' | null {
  let at = 0
  let wrapped = false
  while (at < words.length && (WRAPPERS.test(words[at]!) || (wrapped && words[at]!.startsWith('-')))) {
    // 'uv run -m pytest' and 'coverage run -m pytest' put the working directory on the path like python -m.
    if (words[at] === '-m') return isPytest(words[at + 1]) ? 'module' : null
    wrapped = true
    at++
  }
  const word = words[at]
  if (word === undefined) return null
  if (isPytest(word) && !/[=<>~]/.test(words[at + 1]?.[0] ?? '')) return 'script'
  if (!PYTHON.test(word)) return null
  const option = words.indexOf('-m', at)
  const direct = words
    .slice(at + 1, option)
    .every(between => between.startsWith('-') || /^\w+$/.test(between))
  return option > 0 && direct && isPytest(words[option + 1]) ? 'module' : null
}

function isPytest(word: string | undefined): boolean {
  return word !== undefined && /^(?:\S*\/)?(?:pytest|py\.test)$/.test(word.replace(/["'\],)]+$/, ''))
}
