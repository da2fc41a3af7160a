/**
 * What waits behind the first failure of each file: the analyser tells it of the project as it is, real pytest of a
 * copy in which the failures before it are cured. They have to agree in exception, message and line.
 */
import { describe, expect, test } from 'vitest'
import { innermost } from '../server/src/confirm/judge.ts'
import type { ObservedException } from '../server/src/confirm/observation.ts'
import { analyze } from '../server/src/engine/analyze.ts'
import { LineIndex } from '../server/src/files/lines.ts'
import { join, relative } from '../server/src/files/paths.ts'
import type { Failure } from '../server/src/simulate/trace.ts'
import { type Case, readCases } from './support/case_file.ts'
import { inMemory } from './support/in_memory.ts'
import { observe } from './support/observe.ts'
import { findPython, type Python } from './support/pythons.ts'

const cases = readCases().filter(c => c.cures.length > 0)

describe.concurrent('after a cure real pytest shows the failure that was said to wait', () => {
  for (const c of cases) {
    const python = findPython(c)
    test.skipIf(!python)(`${c.path}: ${c.title}`, async () => {
      expect(await shown(c, python!)).toEqual(await predicted(c, python!))
    })
  }
})

/** For each cure, in one line each: what is said to come to light in the collectors that fail at first. */
async function predicted(c: Case, python: Python): Promise<string[][]> {
  const { fs, root, python: named, startable } = inMemory(c, python)
  const { cwd, pytestArgs, invocation, env } = c
  const where = {
    cwd: join(root, cwd),
    paths: [],
    python: named,
    trusted: startable,
    envIsExact: true,
    select: [],
    ignore: [],
  }
  const { trace, text } = await analyze(fs, { ...where, pytestArgs, invocation, env })
  const failing = trace.collectors.filter(it => it.outcome === 'fails')
  const tell = ({ exception, message, span }: Failure) => {
    const { line } = new LineIndex(text(span.path) ?? '').position(span.start)
    return show(root, exception, message, { path: span.path, line })
  }
  return c.cures.map((_, step) =>
    failing.map(({ path, behind }) => {
      const failure = behind[step]
      return `${relative(root, path)}: ${failure ? tell(failure) : 'collects'}`
    }),
  )
}

/** The same, of what real pytest shows after each cure. */
async function shown(c: Case, python: Python): Promise<string[][]> {
  const { root, observation } = await observe(c, python)
  const failing = observation.collectors
    .filter(it => it.outcome === 'fails')
    .map(it => relative(root, it.path))
  const steps: string[][] = []
  const files = new Map(c.files)
  for (const cure of c.cures) {
    for (const [path, text] of cure) files.set(path, text)
    const after = await observe({ ...c, files }, python)
    const tell = (path: string) => {
      const collector = after.observation.collectors.find(it => it.path === join(after.root, path))
      const exception = collector?.exceptions.find(it => innermost(it) !== null)
      return exception ? showException(after.root, exception) : (collector?.outcome ?? 'is not collected')
    }
    steps.push(failing.map(path => `${path}: ${tell(path)}`))
  }
  return steps
}

function showException(root: string, exception: ObservedException): string {
  return show(root, exception.type, exception.message, innermost(exception)!)
}

function show(root: string, type: string, message: string, at: { path: string; line: number }): string {
  return `${type}: ${message.replaceAll(root, '<project>')} (${relative(root, at.path)}:${at.line})`
}
