/**
 * Tools that read the same projects, for comparison: two linters' and type checkers' whole checks, and an import
 * graph. None of them answers our question; they show what reading a project costs when it is done well. They are
 * installed from PyPI into .cache/bench-tools, in the versions of the day, which the result names.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { SetupError } from '../shared/corpus.ts'
import { measure, type Project, run, type Tools, type Usage } from '../shared/run.ts'

export const OTHERS = ['ruff', 'ty', 'pyrefly', 'basedpyright', 'grimp'] as const
export type Other = (typeof OTHERS)[number]

const LIMIT_S = 900

/** Where a package may lie in a project. */
const SOURCE_FOLDERS = ['lib', 'src', '.']

/** Installs what is missing; returns their versions. Throws SetupError where that fails. */
export async function installOthers(
  { root, python }: Tools,
  names: readonly Other[],
): Promise<Record<string, string>> {
  const folder = folderOf(root)
  if (!existsSync(join(folder, 'bin', 'python'))) await must(python, ['-m', 'venv', folder])
  const pip = ['-m', 'pip', '--disable-pip-version-check']
  const list = async () => {
    const { stdout } = await must(join(folder, 'bin', 'python'), [...pip, 'list', '--format', 'json'])
    const all = JSON.parse(stdout) as { name: string; version: string }[]
    return Object.fromEntries(all.map(({ name, version }) => [name, version]))
  }
  const before = await list()
  const missing = names.filter(name => before[name] === undefined)
  if (missing.length === 0) return pick(before, names)
  await must(join(folder, 'bin', 'python'), [...pip, 'install', '--quiet', ...missing])
  return pick(await list(), names)
}

/** One whole run of a tool over a project, with nothing kept from an earlier one; null where it can't be had. */
export async function runOther(
  tools: Tools,
  name: Other,
  project: Project,
  home: string,
  packageName: string,
): Promise<Usage | null> {
  const bin = join(folderOf(tools.root), 'bin')
  const command = commandOf(name, bin, project, packageName)
  if (command === null) return null
  const env = { PATH: `${bin}:/usr/local/bin:/usr/bin:/bin`, HOME: home, TMPDIR: home, LANG: 'C.UTF-8' }
  const { usage, ended } = await measure(tools, command, { cwd: project.cwd, env, limitS: LIMIT_S })
  // 0: nothing found, 1: something was; anything else is no whole run.
  if (usage.exit === null || usage.exit > 1) {
    throw new SetupError(`${name} in ${project.cwd}: exit ${usage.exit}: ${ended.stderr.trim().slice(-300)}`)
  }
  return usage
}

function commandOf(name: Other, bin: string, project: Project, packageName: string): string[] | null {
  const { python, cwd } = project
  switch (name) {
    case 'ruff':
      return [join(bin, 'ruff'), 'check', '--no-cache', '--quiet', '.']
    case 'ty':
      return [join(bin, 'ty'), 'check', '--python', python, '--output-format', 'concise', '.']
    case 'pyrefly':
      return [join(bin, 'pyrefly'), 'check', '--python-interpreter-path', python, '--summary=none']
    case 'basedpyright':
      return [join(bin, 'basedpyright'), '--pythonpath', python, '.']
    case 'grimp': {
      const folder = SOURCE_FOLDERS.find(each => existsSync(join(cwd, each, packageName, '__init__.py')))
      if (folder === undefined) return null
      const program =
        'import sys, grimp; sys.path.insert(0, sys.argv[1]); grimp.build_graph(sys.argv[2], cache_dir=None)'
      return [join(bin, 'python'), '-I', '-c', program, join(cwd, folder), packageName]
    }
  }
}

function folderOf(root: string): string {
  return join(root, '.cache', 'bench-tools')
}

function pick(all: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map(name => [name, all[name] ?? '?']))
}

async function must(program: string, args: readonly string[]) {
  const ended = await run(program, args)
  if (ended.exit !== 0)
    throw new SetupError(`${program} ${args.join(' ')}: ${ended.stderr.trim().slice(-500)}`)
  return ended
}
