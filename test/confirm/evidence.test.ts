/** What passes are worth for files as they are now: plain data, no process. */
import { describe, expect, test } from 'vitest'
import { type Current, Evidence, type Pass } from '../../server/src/confirm/evidence.ts'
import type { Observation, ObservedCollector } from '../../server/src/confirm/observation.ts'
import { addToScore, NO_SCORE, scoreByRule } from '../../server/src/confirm/score.ts'
import type { Finding } from '../../server/src/rules/finding.ts'
import { collects, fails, finding, frame, observed, predicted } from './plain.ts'

const A = '/p/test_a.py'
const B = '/p/test_b.py'

/** The files as they are: path -> text. What a collector imports is itself and `imports`. */
class World {
  texts: Record<string, string> = { [A]: 'a1', [B]: 'b1', '/p/app.py': 'app1', '/p/pytest.ini': 'ini' }
  imports: Record<string, readonly string[]> = { [A]: ['/p/app.py'], [B]: [] }
  findings: Finding[] = []
  outcomes: Record<string, 'collects' | 'fails'> = { [A]: 'collects', [B]: 'collects' }

  get current(): Current {
    const { texts, imports, outcomes, findings } = this
    const closure = (path: string) => [path, ...imports[path]!].map(it => texts[it]).join()
    const text = (path: string) => texts[path] ?? null
    return {
      ...predicted(
        Object.entries(outcomes).map(([path, outcome]) => ({ path, outcome })),
        findings,
      ),
      fallback: '/p/pytest.ini',
      text,
      content: text,
      closures: new Map(Object.keys(imports).map(path => [path, closure(path)])),
    }
  }

  pass(collectors: ObservedCollector[], rest: Partial<Observation> = {}, only: Pass['only'] = null): Pass {
    const { closures, content } = this.current
    const then = { ...this.texts }
    return {
      observation: observed(collectors, rest),
      only,
      closures,
      content: path => (content(path) === null ? null : then[path]!),
    }
  }
}

function worldWith(...findings: Finding[]): World {
  const world = new World()
  world.findings = findings
  for (const path of findings.flatMap(it => it.breaks)) world.outcomes[path] = 'fails'
  return world
}

const inApp = () => finding('/p/app.py', 3, [A])

describe('a verdict', () => {
  test('is none before a pass', () => {
    expect(new Evidence().judge(worldWith(inApp()).current).findings).toEqual(['predicted'])
  })

  test('holds while the files on the chain stay as they are', () => {
    const world = worldWith(inApp())
    const evidence = new Evidence()
    evidence.absorb(world.pass([fails(A, frame(A, 1), frame('/p/app.py', 3)), collects(B)]), world.current)
    expect(evidence.judge(world.current).findings).toEqual(['confirmed'])
    world.texts[B] = 'b2'
    expect(evidence.judge(world.current).findings).toEqual(['confirmed'])
    world.texts['/p/app.py'] = 'app2'
    expect(evidence.judge(world.current).findings).toEqual(['predicted'])
    world.texts['/p/app.py'] = 'app1'
    expect(evidence.judge(world.current).findings).toEqual(['confirmed'])
  })

  test('that refutes falls in the same way', () => {
    const world = worldWith(inApp())
    const evidence = new Evidence()
    evidence.absorb(world.pass([collects(A), collects(B)]), world.current)
    expect(evidence.judge(world.current).findings).toEqual(['refuted'])
    world.texts['/p/app.py'] = 'app2'
    expect(evidence.judge(world.current).findings).toEqual(['predicted'])
  })

  test('needs files that stood still during the pass', () => {
    const world = worldWith(inApp())
    const evidence = new Evidence()
    const pass = world.pass([collects(A)])
    evidence.absorb({ ...pass, content: () => null }, world.current)
    expect(evidence.judge(world.current).findings).toEqual(['predicted'])
  })

  test('on a run that stops is tied to the file that stopped it', () => {
    const world = worldWith()
    const evidence = new Evidence()
    const stop = { phase: 'conftests' as const, exceptions: fails(A, frame('/p/app.py', 2)).exceptions }
    evidence.absorb(world.pass([], { stop, end: { kind: 'exited', code: 4 } }), world.current)
    expect(evidence.judge(world.current).told.map(it => it.finding.span.path)).toEqual(['/p/app.py'])
    world.texts['/p/app.py'] = 'app2'
    expect(evidence.judge(world.current).told).toEqual([])
  })
})

describe('what nobody foresaw', () => {
  test('is told once for each place, with the collectors it costs and the traceback', () => {
    const world = worldWith()
    world.texts['/p/app.py'] = 'one\n  two()\n'
    const evidence = new Evidence()
    const failed = [A, B].map(path => fails(path, frame(path, 1), frame('/p/app.py', 2)))
    evidence.absorb(world.pass(failed), world.current)
    const [told, ...others] = evidence.judge(world.current).told
    expect(others).toEqual([])
    expect(told!.finding).toMatchObject({
      rule: 'unpredicted-error',
      severity: 'error',
      span: { path: '/p/app.py', start: 6, end: 11 },
      breaks: [A, B],
    })
    expect(told!.traceback).toContain('File "app.py", line 2, in <module>')
  })

  test.each([
    [
      { stderr: "E\nModuleNotFoundError: No module named 'pytest'\n", pytest: null },
      'pytest is not installed for this interpreter',
    ],
    [
      { stderr: '/v/bin/python: No module named pytest\n', pytest: null },
      'pytest is not installed for this interpreter',
    ],
    [{ pytest: '6.2.5' }, 'pytest 6.2.5 is too old to be watched'],
    [
      { pytest: null, end: { kind: 'not started', reason: 'ENOENT' } as const },
      'pytest could not be started: ENOENT',
    ],
  ])('is the environment, in one sentence: %j', (rest, what) => {
    const world = worldWith()
    const evidence = new Evidence()
    const stop = { phase: 'start' as const, exceptions: [] }
    evidence.absorb(world.pass([], { stop, end: { kind: 'exited', code: 1 }, ...rest }), world.current)
    const { told } = evidence.judge(world.current)
    expect(told.map(it => [it.finding.what, it.finding.span.path])).toEqual([[what, '/p/pytest.ini']])
  })

  test('is forgotten when anything that the collector imports changes', () => {
    const world = worldWith()
    const evidence = new Evidence()
    evidence.absorb(world.pass([fails(A, frame(A, 1)), collects(B)]), world.current)
    expect(evidence.judge(world.current).told).toHaveLength(1)
    world.texts['/p/app.py'] = 'app2'
    expect(evidence.judge(world.current).told).toEqual([])
  })

  test('is not told of what was foreseen and silenced', () => {
    const world = worldWith()
    const evidence = new Evidence()
    evidence.absorb(world.pass([fails(A, frame(A, 1))]), world.current)
    const collectors = [{ path: A, outcome: 'fails' as const, failsAt: { path: A, line: 1 } }]
    expect(evidence.judge({ ...world.current, collectors }).told).toEqual([])
  })

  test.each([
    [{ kind: 'timed out' } as const, 'pytest was ended at the time limit, while test_b.py was imported'],
    [
      { kind: 'over limit', what: 'memory', bytes: 1024 * 1024 } as const,
      'pytest took more memory than 1 MB and was ended, while test_b.py was imported',
    ],
    [
      { kind: 'died', signal: 'SIGSEGV' } as const,
      'the interpreter was ended by SIGSEGV, while test_b.py was imported',
    ],
  ])('is told of a pass that was cut short: %j', (end, what) => {
    const world = worldWith()
    const evidence = new Evidence()
    evidence.absorb(world.pass([collects(A), collects(B, 'unfinished')], { end }), world.current)
    expect(evidence.judge(world.current).told.map(it => [it.finding.what, it.finding.span.path])).toEqual([
      [what, B],
    ])
  })
})

describe('a pass over some files', () => {
  test('counts where it agrees', () => {
    const world = worldWith(inApp())
    const evidence = new Evidence()
    evidence.absorb(world.pass([fails(A, frame('/p/app.py', 3)), collects(B)]), world.current)
    world.texts['/p/app.py'] = 'app2'
    expect(evidence.outdated(world.current)).toEqual([A])
    expect(evidence.absorb(world.pass([fails(A, frame('/p/app.py', 3))], {}, [A]), world.current)).toEqual([])
    expect(evidence.outdated(world.current)).toEqual([])
    expect(evidence.judge(world.current).findings).toEqual(['confirmed'])
  })

  test('decides nothing where it disagrees: other files are missing from it', () => {
    const world = worldWith(inApp())
    const evidence = new Evidence()
    evidence.absorb(world.pass([fails(A, frame('/p/app.py', 3)), collects(B)]), world.current)
    world.texts['/p/app.py'] = 'app2'
    expect(evidence.absorb(world.pass([collects(A)], {}, [A]), world.current)).toEqual([A])
    expect(evidence.judge(world.current).findings).not.toContain('refuted')
    const only = world.pass([fails(B, frame(B, 1))], {}, [B])
    expect(evidence.absorb(only, world.current)).toEqual([B])
    expect(evidence.judge(world.current).told).toEqual([])
  })

  test('that is cancelled takes nothing away', () => {
    const world = worldWith(inApp())
    const evidence = new Evidence()
    evidence.absorb(world.pass([fails(A, frame('/p/app.py', 3)), collects(B)]), world.current)
    evidence.absorb(world.pass([], { end: { kind: 'cancelled' } }), world.current)
    expect(evidence.judge(world.current).findings).toEqual(['confirmed'])
  })
})

test('the score counts each verdict once for the same text', () => {
  const world = worldWith(inApp(), finding(B, 1, [B], { rule: 'missing-symbol' }))
  const evidence = new Evidence()
  evidence.absorb(world.pass([fails(A, frame(A, 9)), collects(B)]), world.current)
  const judged = evidence.judge(world.current)
  expect(judged.findings).toEqual(['shadowed', 'refuted'])
  const once = addToScore(NO_SCORE, judged, world.current)
  const twice = addToScore(once, judged, world.current)
  expect(scoreByRule(twice)).toEqual(scoreByRule(once))
  world.texts[B] = 'b2'
  evidence.absorb(world.pass([fails(A, frame('/p/app.py', 3)), collects(B)]), world.current)
  const later = addToScore(twice, evidence.judge(world.current), world.current)
  expect(scoreByRule(later).map(it => [it.rule, it.confirmed, it.refuted, it.missed, it.precision])).toEqual([
    ['missing-symbol', 0, 2, 1, 0],
    ['unresolved-import', 1, 0, 0, 1],
    ['all', 1, 2, 1, 1 / 3],
  ])
})
