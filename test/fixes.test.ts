/**
 * Fixes, on the cases that say what they make of the files: the texts have to come out as they are written there, a
 * second run has nothing left to do, and real pytest collects what the analyser says it will.
 */
import { describe, expect, test } from 'vitest'
import { type AnalysisRequest, analyze, Remembered } from '../server/src/engine/analyze.ts'
import { type Mended, mend } from '../server/src/engine/mend.ts'
import { join, relative } from '../server/src/files/paths.ts'
import { type Case, readCases } from './support/case_file.ts'
import { inMemory } from './support/in_memory.ts'
import { observe } from './support/observe.ts'
import { findPython, type Python } from './support/pythons.ts'

const cases = readCases().filter(c => c.fixed.size > 0)

describe.concurrent('fixes make what the case says, and real pytest collects it', () => {
  for (const c of cases) {
    const python = findPython(c)
    test.skipIf(!python)(`${c.path}: ${c.title}`, async () => {
      const { root, mended, again } = await mendedCase(c, python!)
      expect(textsOf(root, mended)).toEqual(Object.fromEntries(c.fixed))
      expect(textsOf(root, again)).toEqual({})
      expect(await realOutcomes(c, python!)).toEqual(outcomesOf(root, mended))
    })
  }
})

async function mendedCase(c: Case, python: Python) {
  const { fs, root, python: named, startable } = inMemory(c, python)
  const request: AnalysisRequest = {
    cwd: join(root, c.cwd),
    paths: [],
    pytestArgs: c.pytestArgs,
    invocation: c.invocation,
    python: named,
    trusted: startable,
    env: c.env,
    envIsExact: true,
    select: [],
    ignore: [],
  }
  const allowed = { unsafe: true, leaveOut: c.leaveOut }
  const remembered = new Remembered(fs)
  const mended = await mend(fs, request, remembered, await analyze(fs, request, remembered), allowed)
  const { fs: after } = mended.drafts
  const fresh = new Remembered(after)
  const again = await mend(after, request, fresh, await analyze(after, request, fresh), allowed)
  return { root, mended, again }
}

/** The files that changed, by their new paths; null for those that are gone from their old ones. */
function textsOf(root: string, { drafts }: Mended): Record<string, string | null> {
  const texts: Record<string, string | null> = {}
  for (const { from, to, after } of drafts.drafts()) {
    if (from !== null && from !== to) texts[relative(root, from)] = null
    if (to !== null) texts[relative(root, to)] = after
  }
  return texts
}

function outcomesOf(root: string, { analysis }: Mended): Record<string, string> {
  const { collectors } = analysis.trace
  return Object.fromEntries(collectors.map(({ path, outcome }) => [relative(root, path), outcome]))
}

async function realOutcomes(c: Case, python: Python): Promise<Record<string, string>> {
  const files = new Map(c.files)
  for (const [path, text] of c.fixed) {
    if (text === null) files.delete(path)
    else files.set(path, text)
  }
  const { root, observation } = await observe({ ...c, files }, python)
  const told = observation.collectors.filter(({ path }) => path.endsWith('.py') || path !== root)
  return Object.fromEntries(
    told
      .filter(({ path, outcome }) => path.endsWith('.py') || outcome === 'fails')
      .map(({ path, outcome }) => [relative(root, path), outcome]),
  )
}
