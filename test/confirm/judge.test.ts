/** The judge on plain data: what was predicted against what was seen. */
import { describe, expect, test } from 'vitest'
import { judge, type Prediction } from '../../server/src/confirm/judge.ts'
import type { Observation } from '../../server/src/confirm/observation.ts'
import type { Finding } from '../../server/src/rules/finding.ts'
import { collects, fails, finding, frame, observed, predicted } from './plain.ts'

const A = '/p/test_a.py'

describe('a collector', () => {
  const verdict = (prediction: Prediction, observation: Observation) =>
    judge(prediction, observation).collectors.map(it => `${it.path} ${it.observed}: ${it.verdict}`)

  test('agrees where the finding lies on its traceback', () => {
    const prediction = predicted([{ path: A, outcome: 'fails' }], [finding('/p/app.py', 3, [A])])
    expect(verdict(prediction, observed([fails(A, frame(A, 1), frame('/p/app.py', 3))]))).toEqual([
      `${A} fails: agrees`,
    ])
    expect(verdict(prediction, observed([fails(A, frame(A, 1), frame('/p/app.py', 4))]))).toEqual([
      `${A} fails: elsewhere`,
    ])
    expect(verdict(prediction, observed([collects(A)]))).toEqual([`${A} collects: false alarm`])
  })

  test('is missed, abstained from, different or unseen', () => {
    const of = (outcome: Prediction['collectors'][number]['outcome']) => predicted([{ path: A, outcome }])
    expect(verdict(of('collects'), observed([fails(A, frame(A, 1))]))).toEqual([`${A} fails: missed`])
    expect(verdict(predicted([]), observed([fails(A, frame(A, 1))]))).toEqual([`${A} fails: missed`])
    expect(verdict(of('unknown'), observed([fails(A, frame(A, 1))]))).toEqual([`${A} fails: abstained`])
    expect(verdict(of('collects'), observed([collects(A, 'skips')]))).toEqual([`${A} skips: differs`])
    expect(verdict(of('fails'), observed([collects(A, 'unfinished')]))).toEqual([`${A} unseen: unseen`])
    expect(verdict(of('fails'), observed([]))).toEqual([`${A} unseen: unseen`])
  })

  test('that ends the whole run is left to the session', () => {
    expect(verdict(predicted([]), observed([collects(A, 'aborts')]))).toEqual([])
  })

  test('fails with one of its classes', () => {
    const inClass = { ...fails(A, frame(A, 5)), kind: 'class' as const }
    const prediction = predicted([{ path: A, outcome: 'fails' }], [finding(A, 5, [A])])
    expect(verdict(prediction, observed([collects(A), inClass]))).toEqual([`${A} fails: agrees`])
  })
})

describe('a finding', () => {
  const state = (it: Finding, observation: Observation) => judge(predicted([], [it]), observation).findings[0]

  test('is confirmed, shadowed, refuted or unseen', () => {
    const it = finding(A, 4, [A])
    expect(state(it, observed([fails(A, frame(A, 4))]))).toBe('confirmed')
    expect(state(it, observed([fails(A, frame(A, 2))]))).toBe('shadowed')
    expect(state(it, observed([collects(A)]))).toBe('refuted')
    expect(state(it, observed([]))).toBe('unseen')
  })

  test('may stand anywhere within the statement', () => {
    expect(state(finding(A, 4, [A]), observed([fails(A, frame(A, 2, { until: 5 }))]))).toBe('confirmed')
  })

  test('about a file that hides another one is where the exception is raised', () => {
    const it = finding('/p/six.py', 0, [A], { raised: [{ path: A, start: 2, end: 2 }] })
    expect(state(it, observed([fails(A, frame(A, 2))]))).toBe('confirmed')
    expect(state(it, observed([fails(A, frame(A, 3))]))).toBe('shadowed')
  })

  test('needs no frame where pytest itself refuses the file', () => {
    const inPytest = frame('/env/_pytest/pathlib.py', 9, { project: false })
    expect(state(finding(A, 0, [A]), observed([fails(A, inPytest)]))).toBe('confirmed')
    expect(state(finding('/p/sub/conftest.py', 0, ['/p/sub']), observed([fails('/p/sub')]))).toBe('confirmed')
  })

  test('that is a warning is confirmed by a warning of pytest and refuted by nothing', () => {
    const it = finding(A, 3, [], { severity: 'warning' })
    const warnings = [{ category: 'PytestUnknownMarkWarning', message: '', path: A, line: 3 }]
    expect(state(it, observed([collects(A)], { warnings }))).toBe('confirmed')
    expect(state(it, observed([collects(A)]))).toBe('predicted')
  })
})

describe('the session', () => {
  const stop = { phase: 'conftests' as const, exceptions: fails(A, frame('/p/conftest.py', 2)).exceptions }
  const stopped = observed([], { stop, end: { kind: 'exited', code: 4 } })
  const stops = (exitCode: number | null) =>
    predicted([], [finding('/p/conftest.py', 2, ['/p'])], { outcome: 'stops', exitCode })

  test('stops as predicted, with the exit code', () => {
    expect(judge(stops(4), stopped).session.agrees).toBe(true)
    expect(judge(stops(null), stopped).session.agrees).toBe(true)
    expect(judge(stops(3), stopped).session.agrees).toBe(false)
    expect(judge(stops(4), observed([])).session.agrees).toBe(false)
    expect(judge(stops(4), stopped).findings).toEqual(['confirmed'])
  })

  test('says nothing where we ended it', () => {
    const cut = observed([collects(A)], { end: { kind: 'timed out' } })
    expect(judge(predicted([]), cut).session).toEqual({ predicted: 'runs', observed: null, agrees: null })
  })
})

test('what no finding explains is told with its place', () => {
  const prediction = predicted([{ path: A, outcome: 'fails' }], [finding(A, 1, [A])])
  const wrapper = { type: 'CollectError', message: '', link: 'shown' as const, frames: [] }
  const failure = fails(
    A,
    frame(A, 2),
    frame('/p/app.py', 7),
    frame('/env/site-packages/lib.py', 1, { project: false }),
  )
  const collector = { ...failure, exceptions: [wrapper, ...failure.exceptions] }
  const { unpredicted } = judge(prediction, observed([collector]))
  expect(unpredicted.map(it => [it.path, it.place?.path, it.place?.line])).toEqual([[A, '/p/app.py', 7]])
  const stopped = observed([], { stop: { phase: 'start', exceptions: [] }, end: { kind: 'exited', code: 1 } })
  expect(judge(predicted([]), stopped).unpredicted).toEqual([{ path: null, place: null, exceptions: [] }])
})
