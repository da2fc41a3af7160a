/**
 * What the repository offers to CI, run as far as that goes without the servers: the action's own steps in order with
 * the values that GitHub would put in, the hooks by pre-commit itself, and the script of GitLab's job.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { dirname, join, normalize } from '../server/src/files/paths.ts'
import { commitAll, GIT_ENV } from './support/git.ts'
import { type Laid, layOut } from './support/on_disk.ts'
import { findPython, standardPython } from './support/pythons.ts'

const ROOT = normalize(fileURLToPath(new URL('..', import.meta.url)))
const POSIX = process.platform !== 'win32'

const yaml = (path: string): unknown => parse(readFileSync(join(ROOT, path), 'utf8'))

let laid: Laid
beforeEach(() => {
  laid = layOut('project', [
    ['pytest.ini', '[pytest]\n'],
    ['test_fine.py', 'def test_a(): pass\n'],
    ['test_gone.py', 'import gone\n'],
  ])
  commitAll(laid.root)
})
afterEach(() => laid.remove())

function shell(script: string, env: Readonly<Record<string, string>>) {
  const variables = {
    ...GIT_ENV,
    PATH: `${dirname(process.execPath)}:${GIT_ENV.PATH}`,
    HOME: dirname(laid.root),
    ...env,
  }
  return spawnSync('bash', ['-eo', 'pipefail', '-c', script], {
    cwd: laid.root,
    env: variables,
    encoding: 'utf8',
  })
}

describe.skipIf(!POSIX)('action.yml', () => {
  interface Step {
    readonly id?: string
    readonly uses?: string
    readonly with?: Readonly<Record<string, string>>
    readonly run?: string
    readonly shell?: string
    readonly env?: Readonly<Record<string, string>>
  }
  interface Action {
    readonly inputs: Readonly<Record<string, { readonly default: string }>>
    readonly outputs: Readonly<Record<string, { readonly value: string }>>
    readonly runs: { readonly using: string; readonly steps: readonly Step[] }
  }
  const action = yaml('action.yml') as Action

  /** Runs the steps as GitHub would, and gives what the last one said and what they wrote. */
  function job(given: Readonly<Record<string, string>>) {
    const scratch = dirname(laid.root)
    const file = (name: string) => join(scratch, name)
    const read = (name: string) => (existsSync(file(name)) ? readFileSync(file(name), 'utf8') : '')
    const known = new Map<string, string>([
      ['github.action_path', ROOT],
      ['runner.os', 'Linux'],
      ...Object.entries(action.inputs).map(
        ([name, input]) => [`inputs.${name}`, given[name] ?? input.default] as const,
      ),
    ])
    const filled = (text: string) =>
      text.replace(/\$\{\{\s*(.*?)\s*\}\}/g, (_, name: string) => {
        const value = known.get(name)
        if (value === undefined) throw new Error(`nothing gives ${name}`)
        return value
      })
    let last = { status: 0 as number | null, stdout: '', stderr: '' }
    for (const { id, run, shell: name, env = {}, uses, with: options = {} } of action.runs.steps) {
      for (const value of Object.values(options)) filled(value)
      if (uses !== undefined) expect(uses).toMatch(/^actions\/[a-z-]+@v\d+$/)
      if (run === undefined) continue
      expect(name).toBe('bash')
      writeFileSync(file('output'), '')
      last = shell(filled(run), {
        ...Object.fromEntries(Object.entries(env).map(([key, value]) => [key, filled(value)])),
        GITHUB_ACTION_PATH: ROOT,
        GITHUB_OUTPUT: file('output'),
        GITHUB_STEP_SUMMARY: file('summary'),
        GITHUB_WORKSPACE: laid.root,
        RUNNER_TEMP: scratch,
      })
      for (const line of read('output').split('\n').filter(Boolean)) {
        const cut = line.indexOf('=')
        known.set(`steps.${id}.outputs.${line.slice(0, cut)}`, line.slice(cut + 1))
      }
    }
    const outputs = Object.fromEntries(
      Object.entries(action.outputs).map(([name, { value }]) => [name, filled(value)]),
    )
    return { ...last, outputs, summary: read('summary') }
  }

  const python = () => standardPython().interpreter

  test('annotates, sums up, says where SARIF is, and fails', () => {
    const { status, stdout, stderr, outputs, summary } = job({ python: python() })
    expect(status).toBe(1)
    expect(stdout).toMatch(/^::error .*file=test_gone\.py,line=1/m)
    expect(stderr).toContain('FAILS  max-errors  1 error, at most 0 wanted')
    expect(summary).toContain('test_gone.py')
    expect(JSON.parse(readFileSync(outputs.sarif!, 'utf8'))).toMatchObject({ version: '2.1.0' })
    expect(existsSync(join(outputs.report!, 'health.html'))).toBe(true)
  })

  test('takes bars and arguments of pytest', () => {
    const options = { python: python(), summary: 'false', annotations: 'false' }
    const { status, stdout, summary } = job({ ...options, gate: '--new-only HEAD\n--max-warnings 0' })
    expect([status, summary]).toEqual([0, ''])
    expect(stdout).toContain('holds  max-errors    0 errors new since HEAD')
    expect(job({ ...options, 'pytest-args': '--ignore test_gone.py' }).status).toBe(0)
    expect(job({ ...options, gate: '--max-errors "1"' })).toMatchObject({ status: 2 })
  })

  test('writes nothing into the checkout', () => {
    job({ python: python() })
    expect(shell('git status --porcelain --ignored', {}).stdout).toBe('')
  })
})

const preCommit = findPython({ needs: [{ name: 'pre-commit', version: '4.7.0' }] })

describe.skipIf(!POSIX || preCommit === null)('.pre-commit-hooks.yaml', () => {
  interface Hook {
    readonly id: string
    readonly entry: string
  }
  const hooks = yaml('.pre-commit-hooks.yaml') as Hook[]

  /** The hook as a project would have it, but of this folder instead of a clone of it. */
  function run(id: string, args: readonly string[] = []) {
    const hook = hooks.find(it => it.id === id)!
    const local = {
      ...hook,
      entry: join(ROOT, hook.entry),
      args: [...args, '--python', standardPython().interpreter],
    }
    writeFileSync(
      join(laid.root, '.pre-commit-config.yaml'),
      JSON.stringify({ repos: [{ repo: 'local', hooks: [local] }] }),
    )
    shell('git add --all', {})
    return shell(`'${preCommit!.interpreter}' -m pre_commit run --all-files --verbose`, {
      PRE_COMMIT_HOME: join(dirname(laid.root), 'pre-commit'),
    })
  }

  test('is a manifest', () => {
    const { status, stdout } = shell(
      `'${preCommit!.interpreter}' -m pre_commit validate-manifest '${ROOT}/.pre-commit-hooks.yaml'`,
      {},
    )
    expect([status, stdout]).toEqual([0, ''])
    const programs = hooks.map(({ entry }) => join(ROOT, entry.split(' ')[0]!))
    expect(programs.filter(path => (statSync(path).mode & 0o111) === 0)).toEqual([])
  })

  test('the check fails where a test file is not collected', () => {
    const { status, stdout } = run('precollect')
    expect(status).toBe(1)
    expect(stdout).toContain("test_gone.py:1:8: error unresolved-import module 'gone' cannot be found")
  })

  test('the gate takes its bars as arguments', () => {
    expect(run('precollect-gate', ['--new-only', 'HEAD'])).toMatchObject({ status: 0 })
    writeFileSync(join(laid.root, 'test_fine.py'), 'import nowhere\n')
    const { status, stdout } = run('precollect-gate', ['--new-only', 'HEAD'])
    expect(status).toBe(1)
    expect(stdout).toContain("test_fine.py:1:8: error unresolved-import module 'nowhere' cannot be found")
    expect(stdout).not.toContain('test_gone.py:')
  })
})

describe.skipIf(!POSIX)("GitLab's job", () => {
  interface Job {
    readonly before_script: readonly string[]
    readonly script: readonly string[]
    readonly artifacts: { readonly reports: Readonly<Record<string, string>> }
  }
  const { precollect } = yaml('docs/ci/gitlab-ci.yml') as { precollect: Job }

  test('makes the reports that it names, and fails', () => {
    symlinkSync(ROOT, join(laid.root, '.precollect-tool'))
    // What it installs, this machine has.
    const clone = precollect.before_script.at(-1)!
    const venv = dirname(dirname(standardPython().interpreter))
    const env = { VIRTUAL_ENV: venv, CI_PROJECT_DIR: laid.root }
    const { status, stderr } = shell([clone, ...precollect.script].join('\n'), env)
    expect(status).toBe(1)
    expect(stderr).toContain('FAILS  max-errors  1 error, at most 0 wanted')
    const { codequality, junit } = precollect.artifacts.reports
    const quality = JSON.parse(readFileSync(join(laid.root, codequality!), 'utf8')) as {
      location: { path: string }
    }[]
    expect(quality.map(({ location }) => location.path)).toEqual(['test_gone.py'])
    expect(readFileSync(join(laid.root, junit!), 'utf8')).toContain('<testsuite')
  })

  test('counts in a merge request only what is new', () => {
    symlinkSync(ROOT, join(laid.root, '.precollect-tool'))
    const venv = dirname(dirname(standardPython().interpreter))
    const { status } = shell(precollect.script.join('\n'), {
      VIRTUAL_ENV: venv,
      CI_PROJECT_DIR: laid.root,
      CI_MERGE_REQUEST_DIFF_BASE_SHA: 'HEAD',
    })
    expect(status).toBe(0)
  })
})
