/** The analyst in a thread: real threads, with programs that answer, fail and crash on demand. */
import { afterEach, expect, test } from 'vitest'
import type { Job } from '../../server/src/engine/job.ts'
import { RemoteAnalyst } from '../../server/src/engine/remote.ts'

const log: string[] = []
let analyst: RemoteAnalyst | null = null

afterEach(() => {
  analyst?.dispose()
  log.length = 0
})

/**
 * A thread that does as the path in the job's request says, and answers with the number of jobs it has had.
 * The first word of `cwd` counts for its first job, and so on; the last one for all that follow.
 */
const program = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads'
    let jobs = 0
    let sent = false
    parentPort.on('message', ({ request }) => {
      const words = request.cwd.split(' ')
      const word = words[Math.min(jobs++, words.length - 1)]
      if (word === 'throw') throw new Error('a bug that nobody caught')
      if (word === 'exit') process.exit(9)
      if (word === 'print') console.log('a stray line')
      if (word === 'fault') return parentPort.postMessage({ kind: 'fault', message: 'a known fault' })
      const news = sent ? new Map([['/new.py', 'new']]) : new Map([['/old.py', 'old'], ['/gone.py', 'gone']])
      const view = { findings: [], texts: news, unparsed: [], basis: word + ' ' + jobs }
      parentPort.postMessage({ kind: 'view', view, unchanged: sent ? ['/old.py'] : [] })
      sent = true
    })
  `)}`,
)

function start(): RemoteAnalyst {
  analyst = new RemoteAnalyst(program, line => log.push(line))
  return analyst
}

function job(words: string): Job {
  const request = { cwd: words, paths: [], pytestArgs: [], invocation: null, python: null, trusted: false }
  return {
    request: { ...request, env: {}, envIsExact: true, select: [], ignore: [] },
    texts: new Map(),
    changed: [],
  }
}

test('keeps its thread between jobs, and completes views with the texts it has', async () => {
  const remote = start()
  expect((await remote.analyze(job('fine'))).basis).toBe('fine 1')
  const second = await remote.analyze(job('fine'))
  expect(second.basis).toBe('fine 2')
  expect(second.texts).toEqual(
    new Map([
      ['/new.py', 'new'],
      ['/old.py', 'old'],
    ]),
  )
})

test('tells a fault and lives on', async () => {
  const remote = start()
  await expect(remote.analyze(job('fault'))).rejects.toThrow('a known fault')
  expect((await remote.analyze(job('fine'))).basis).toBe('fine 2')
})

test.each(['throw', 'exit'])('gives the same job to a new thread after a crash: %s', async crash => {
  const remote = start()
  await remote.analyze(job('fine'))
  const answer = await remote.analyze(job(`fine ${crash}`))
  // The new thread is at its first job again, which is fine.
  expect(answer).toMatchObject({ basis: 'fine 1' })
  expect(log).toEqual([
    `the analysis crashed: ${crash === 'throw' ? 'a bug that nobody caught' : 'exit code 9'}`,
  ])
})

test('tells of a job that crashes a fresh thread too, and goes on with the next', async () => {
  const remote = start()
  await expect(remote.analyze(job('throw'))).rejects.toThrow('it crashed 2 times')
  expect((await remote.analyze(job('fine'))).basis).toBe('fine 1')
})

test('gives up when nothing but crashes comes of it', async () => {
  const remote = start()
  for (const _ of [1, 2, 3]) await expect(remote.analyze(job('exit'))).rejects.toThrow('it crashed 2 times')
  await expect(remote.analyze(job('fine'))).rejects.toThrow('it crashed too often')
})

test('keeps what the thread prints away from standard output', async () => {
  const remote = start()
  await remote.analyze(job('print'))
  await expect.poll(() => log).toEqual(['a stray line'])
})

test('ends a waiting job when it is disposed of', async () => {
  const remote = start()
  await remote.analyze(job('fine'))
  const waiting = remote.analyze(job('fine'))
  remote.dispose()
  await expect(waiting).rejects.toThrow('closed')
})
