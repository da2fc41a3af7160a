/** When a session analyses and what it publishes. The clock and the analyst's pace are the test's own. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { AnalysisRequest } from '../../server/src/engine/analyze.ts'
import {
  type AnalysisView,
  type Analyst,
  type FirstWord,
  GivenUp,
  type Job,
} from '../../server/src/engine/job.ts'
import { Session } from '../../server/src/engine/session.ts'

const request: AnalysisRequest = {
  cwd: '/p',
  paths: [],
  pytestArgs: [],
  invocation: null,
  python: null,
  trusted: false,
  env: {},
  envIsExact: true,
  select: [],
  ignore: [],
}

const totals = { collects: 0, fails: 0, skips: 0, unknown: 0, causes: 0, stops: false }

function view(
  basis: string,
  halfTyped: readonly string[] = [],
  looked: readonly string[] = [],
): AnalysisView {
  return { findings: [], texts: new Map(), halfTyped, basis, totals, pass: null, looked }
}

/** Takes jobs and leaves it to the test when each ends. */
class SlowAnalyst implements Analyst {
  readonly jobs: Job[] = []
  givenUp = 0
  /** Gives the first word of the running job. */
  say: (word: FirstWord) => void = () => {}
  private end: ((outcome: AnalysisView | Error) => void) | null = null

  analyze(job: Job, onFirstWord: (word: FirstWord) => void): Promise<AnalysisView> {
    expect(this.end, 'one job at a time').toBeNull()
    this.jobs.push(job)
    this.say = onFirstWord
    return new Promise((resolve, reject) => {
      this.end = outcome => (outcome instanceof Error ? reject(outcome) : resolve(outcome))
    })
  }

  /** Ends the running job, and lets the session see it. */
  async finish(outcome: AnalysisView | Error): Promise<void> {
    const end = this.end!
    this.end = null
    end(outcome)
    await vi.advanceTimersByTimeAsync(0)
  }

  giveUp(): void {
    this.givenUp++
  }

  async ask(): Promise<null> {
    return null
  }

  dispose(): void {}
}

let analyst: SlowAnalyst
let published: string[]
let words: string[]
let faults: string[]
let session: Session

beforeEach(() => {
  vi.useFakeTimers()
  analyst = new SlowAnalyst()
  published = []
  words = []
  faults = []
  session = new Session(
    analyst,
    {
      started: () => {},
      firstWord: ({ path }) => words.push(path),
      published: ({ basis }) => published.push(basis),
      failed: message => faults.push(message),
    },
    { least: 150, most: 150, halfTyped: 1000 },
  )
})

afterEach(() => {
  session.dispose()
  vi.useRealTimers()
})

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
const textOf = (job: Job | undefined, path: string) => job?.texts.get(path)

async function analysed(): Promise<void> {
  session.configure(request)
  await pass(0)
  await analyst.finish(view('first'))
}

describe('when an analysis starts', () => {
  test('not before the session is configured', async () => {
    session.setText('/p/a.py', 'a')
    await pass(5000)
    expect(analyst.jobs).toEqual([])
    session.configure(request)
    await pass(0)
    expect(textOf(analyst.jobs[0], '/p/a.py')).toBe('a')
  })

  test('at once when a file is opened, after a pause while it is typed in', async () => {
    await analysed()
    session.setText('/p/a.py', 'x')
    await pass(0)
    await analyst.finish(view('opened'))
    session.setText('/p/a.py', 'xy')
    await pass(100)
    session.setText('/p/a.py', 'xyz')
    await pass(149)
    expect(analyst.jobs.length).toBe(2)
    await pass(1)
    expect(textOf(analyst.jobs[2], '/p/a.py')).toBe('xyz')
  })

  test('at once when what was typed is saved', async () => {
    await analysed()
    session.setText('/p/a.py', 'x')
    await pass(0)
    await analyst.finish(view('opened'))
    session.setText('/p/a.py', 'xy')
    session.saved('/p/a.py')
    await pass(0)
    expect(textOf(analyst.jobs[2], '/p/a.py')).toBe('xy')
  })

  test('not for a text that is the same, nor for a file on the disk that an open text hides', async () => {
    session.setText('/p/a.py', 'x')
    await analysed()
    session.setText('/p/a.py', 'x')
    session.filesChanged(['/p/a.py'])
    await pass(5000)
    expect(analyst.jobs.length).toBe(1)
  })

  test('with the paths that changed since the one before, those that were hidden included', async () => {
    session.setText('/p/a.py', 'x')
    await analysed()
    session.filesChanged(['/p/b.py'])
    session.filesChanged(['/p/c.py', '/p/a.py'])
    await pass(150)
    await analyst.finish(view('second'))
    session.closeText('/p/a.py')
    await pass(0)
    await analyst.finish(view('third'))
    session.filesChanged(['/p/d.py'], true)
    session.filesChanged(['/p/b.py'])
    await pass(150)
    expect(analyst.jobs.map(({ changed, anything }) => [anything, ...changed])).toEqual([
      [false],
      [false, '/p/b.py', '/p/c.py'],
      [false, '/p/a.py'],
      [true, '/p/d.py', '/p/b.py'],
    ])
  })
})

describe('files outside of the folder', () => {
  test('are nothing to analyse for where no analysis has looked', async () => {
    session.setText('/lib/a.py', 'x')
    await analysed()
    session.setText('/lib/a.py', 'xy')
    session.closeText('/lib/a.py')
    session.filesChanged(['/lib/a.py'])
    await pass(5000)
    expect(analyst.jobs.map(({ texts }) => texts.size)).toEqual([0])
    expect(session.isCurrent).toBe(true)
  })

  test('count once one has, those that were open before or changed meanwhile included', async () => {
    session.setText('/lib/a.py', 'x')
    session.configure(request)
    await pass(0)
    session.filesChanged(['/lib/b.py', '/other/c.py'])
    session.setText('/other/d.py', 'x')
    expect(analyst.givenUp).toBe(0)
    await analyst.finish(view('first', [], ['/p', '/lib']))
    expect(published).toEqual([])
    expect(analyst.jobs[1]).toMatchObject({ changed: ['/lib/b.py'], anything: false })
    expect([...analyst.jobs[1]!.texts.keys()]).toEqual(['/lib/a.py'])
    await analyst.finish(view('second'))
    session.setText('/lib/a.py', 'xy')
    await pass(150)
    expect(textOf(analyst.jobs[2], '/lib/a.py')).toBe('xy')
    expect(published).toEqual(['second'])
  })
})

test('a folder that comes or goes counts where one was looked for', async () => {
  session.configure(request)
  await pass(0)
  session.foldersChanged(['/p/tests', '/p/notes.swp', '/p/tests/data.json'])
  await analyst.finish(view('first', [], ['/p', '/p/tests', '/p/lib']))
  expect(analyst.jobs[1]).toMatchObject({ changed: ['/p/tests'], anything: false })
  await analyst.finish(view('second'))
  session.foldersChanged(['/p/tests/data.json'])
  await pass(5000)
  expect(analyst.jobs.length).toBe(2)
  session.foldersChanged(['/p/lib'])
  await pass(150)
  expect(analyst.jobs[2]).toMatchObject({ changed: ['/p/lib'] })
})

test('a first word is passed on as long as nothing else has changed', async () => {
  await analysed()
  session.setText('/p/a.py', 'x')
  await pass(0)
  const { say } = analyst
  say({ path: '/p/a.py', findings: [], texts: new Map() })
  session.setText('/p/a.py', 'xy')
  say({ path: 'too late', findings: [], texts: new Map() })
  expect(words).toEqual(['/p/a.py'])
  expect(session.isCurrent).toBe(false)
})

test('the pause is as long as the last analysis took, within bounds', async () => {
  session.dispose()
  session = new Session(
    analyst,
    { started: () => {}, firstWord: () => {}, published: () => {}, failed: () => {} },
    { least: 10, most: 150, halfTyped: 1000 },
  )
  session.setText('/p/a.py', '0')
  session.configure(request)
  await pass(0)
  await pass(40)
  await analyst.finish(view('after 40 ms'))
  for (const [jobs, wait, takes] of [
    [2, 40, 5],
    [3, 10, 4000],
    [4, 150, 1],
  ] as const) {
    session.setText('/p/a.py', String(jobs))
    await pass(wait - 1)
    expect(analyst.jobs.length).toBe(jobs - 1)
    await pass(1)
    expect(analyst.jobs.length).toBe(jobs)
    await pass(takes)
    await analyst.finish(view('again'))
  }
})

describe('what is published', () => {
  test('never a result that a change has overtaken', async () => {
    session.setText('/p/a.py', '1')
    session.configure(request)
    await pass(0)
    session.setText('/p/a.py', '2')
    await pass(1000)
    await analyst.finish(view('of 1'))
    expect(published).toEqual([])
    expect(textOf(analyst.jobs[1], '/p/a.py')).toBe('2')
    await analyst.finish(view('of 2'))
    expect(published).toEqual(['of 2'])
  })

  test('an analysis that a change overtakes is given up, and that is no fault', async () => {
    await analysed()
    session.setText('/p/a.py', '1')
    await pass(0)
    expect(analyst.givenUp).toBe(0)
    session.setText('/p/a.py', '2')
    expect(analyst.givenUp).toBe(1)
    await analyst.finish(new GivenUp())
    await pass(150)
    await analyst.finish(view('of 2'))
    expect(published).toEqual(['first', 'of 2'])
    expect(faults).toEqual([])
  })
})

describe('half-typed text', () => {
  beforeEach(async () => {
    session.setText('/p/a.py', 'import a')
    await analysed()
    session.setText('/p/a.py', 'import ')
    await pass(150)
    await analyst.finish(view('half', ['/p/a.py']))
  })

  test('is analysed once more when the typing has stopped for a while', async () => {
    expect(published).toEqual(['first', 'half'])
    expect(analyst.jobs.map(({ paused, typed }) => [paused, [...typed]])).toEqual([
      [false, []],
      [false, ['/p/a.py']],
    ])
    await pass(999)
    expect(analyst.jobs.length).toBe(2)
    await pass(1)
    expect(analyst.jobs[2]).toMatchObject({ paused: true })
    await analyst.finish(view('told', ['/p/a.py']))
    await pass(5000)
    expect(published).toEqual(['first', 'half', 'told'])
    expect(analyst.jobs.length).toBe(3)
  })

  test('is no pause while the typing goes on', async () => {
    await pass(500)
    session.setText('/p/a.py', 'import b')
    await pass(150)
    await analyst.finish(view('whole'))
    await pass(5000)
    expect(published).toEqual(['first', 'half', 'whole'])
    expect(analyst.jobs[2]).toMatchObject({ paused: false })
  })

  test('is meant once it is saved', async () => {
    session.saved('/p/a.py')
    await pass(0)
    expect([...analyst.jobs[2]!.typed]).toEqual([])
    await analyst.finish(view('saved'))
    await pass(5000)
    expect(published).toEqual(['first', 'half', 'saved'])
  })

  test('is meant if it is saved while it is analysed', async () => {
    session.setText('/p/a.py', 'import  ')
    await pass(150)
    session.saved('/p/a.py')
    await analyst.finish(view('half again', ['/p/a.py']))
    await pass(0)
    expect([...analyst.jobs[3]!.typed]).toEqual([])
  })
})

describe('a fault of the analysis', () => {
  test('is told, and the next change is analysed as ever', async () => {
    session.configure(request)
    await pass(0)
    await analyst.finish(new Error('we were wrong'))
    expect(faults).toEqual(['we were wrong'])
    session.setText('/p/a.py', 'x')
    await pass(0)
    await analyst.finish(view('well'))
    expect(published).toEqual(['well'])
  })
})

describe('settled', () => {
  test('waits for the newest change to be published', async () => {
    let settled = false
    session.configure(request)
    void session.settled().then(() => {
      settled = true
    })
    await pass(0)
    session.setText('/p/a.py', 'x')
    await analyst.finish(view('stale'))
    await pass(0)
    expect(settled).toBe(false)
    await analyst.finish(view('new'))
    expect(settled).toBe(true)
  })

  test('does not wait for a result after a fault or the end', async () => {
    session.configure(request)
    await pass(0)
    const waiting = session.settled()
    await analyst.finish(new Error('we were wrong'))
    await waiting
    session.setText('/p/a.py', 'x')
    const last = session.settled()
    session.dispose()
    await last
    await session.settled()
  })
})
