/** Real projects, collected by the real runner: what the tests of this room begin with. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { expect } from 'vitest'
import { type Current, Evidence } from '../../server/src/confirm/evidence.ts'
import { innermost } from '../../server/src/confirm/judge.ts'
import type { Observation } from '../../server/src/confirm/observation.ts'
import { type CollectRequest, collectOnly } from '../../server/src/confirm/runner.ts'
import { LineIndex } from '../../server/src/files/lines.ts'
import { join, relative } from '../../server/src/files/paths.ts'
import { layOut } from '../support/on_disk.ts'
import { standardPython } from '../support/pythons.ts'

const INI = { 'pytest.ini': '[pytest]\npythonpath = .\n' }

export interface Run extends Observation {
  readonly root: string
  readonly left: (path: string) => boolean
  readonly read: (path: string) => string
}

/** Collects a project made of `files`; `look` sees it while it is still on disk. */
export async function collect<T>(
  files: Record<string, string>,
  look: (run: Run) => T | Promise<T>,
  request: Partial<CollectRequest> = {},
): Promise<T> {
  const laid = layOut('project', Object.entries({ ...INI, ...files }))
  try {
    const { PATH, SYSTEMROOT, TEMP } = process.env
    const observation = await collectOnly({
      executable: standardPython().interpreter,
      cwd: laid.root,
      args: [],
      invocation: 'pytest',
      timeoutMs: 60_000,
      ...request,
      env: { PATH, SYSTEMROOT, TEMP, ...request.env },
    })
    return await look({
      ...observation,
      root: laid.root,
      left: path => existsSync(join(laid.root, path)),
      read: path => readFileSync(join(laid.root, path), 'utf8'),
    })
  } finally {
    laid.remove()
  }
}

export function outcomes({ collectors, root }: Run): string[] {
  return collectors
    .filter(({ kind }) => kind === 'module' || kind === 'class')
    .map(({ path, kind, outcome, items }) => `${relative(root, path)} ${kind} ${outcome} ${items}`)
}

/** What a user is told of a run of which nothing was predicted: `PATH:LINE severity: what`. */
export function told(run: Run): string[] {
  const read = (path: string) =>
    statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path, 'utf8') : null
  const current: Current = {
    session: { outcome: 'unknown', exitCode: null },
    collectors: [],
    findings: [],
    rootdir: run.root,
    fallback: join(run.root, 'pytest.ini'),
    closures: new Map(),
    text: read,
    content: read,
    lineOf: () => 1,
  }
  const evidence = new Evidence()
  evidence.absorb({ observation: run, only: null, content: read, closures: new Map() }, current)
  return evidence.judge(current).told.map(({ finding: { span, severity, what } }) => {
    const line = new LineIndex(read(span.path) ?? '').position(span.start).line
    return `${relative(run.root, span.path)}:${line} ${severity}: ${what}`
  })
}

export function place(
  { root }: Run,
  exception: Observation['collectors'][number]['exceptions'][number],
): string {
  const frame = innermost(exception)
  return frame ? `${relative(root, frame.path)}:${frame.line}` : 'nowhere'
}

/** Waits for a killed process to be gone: it is there until its parent has heard of it. */
export async function expectGone(pid: number): Promise<void> {
  const deadline = Date.now() + 5000
  while (isAlive(pid) && Date.now() < deadline) await new Promise(resolve => setTimeout(resolve, 20))
  expect(isAlive(pid)).toBe(false)
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false // ESRCH: it is gone.
  }
}
