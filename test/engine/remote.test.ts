/** The analyst in a thread: real threads, with programs that answer, fail and crash on demand. */
import { afterEach, expect, test } from 'vitest'
import { GivenUp, type Job } from '../../server/src/engine/job.ts'
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
    import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
    const { questions, signals } = workerData
    let jobs = 0
    let sent = false
    const reply = ({ id }, value) => questions.postMessage({ id, kind: 'reply', reply: { value, texts: new Map() } })
    questions.on('message', task => reply(task, ['idle']))
    const busy = id => {
      for (;;) {
        if (Atomics.load(signals, 0) >= id) return parentPort.postMessage({ id, kind: 'given up' })
        const short = receiveMessageOnPort(questions)
        if (short) reply(short.message, ['busy'])
      }
    }
    parentPort.on('message', ({ id, kind, job, texts }) => {
      if (kind === 'question') return busy(id)
      const words = job.request.cwd.split(' ')
      const word = words[Math.min(jobs++, words.length - 1)]
      if (word === 'throw') throw new Error('a bug that nobody caught')
      if (word === 'exit') process.exit(9)
      if (word === 'print') console.log('a stray line')
      if (word === 'busy') return busy(id)
      if (word === 'fault') return parentPort.postMessage({ id, kind: 'fault', message: 'a known fault' })
      const news = sent ? new Map([['/new.py', 'new']]) : new Map([['/old.py', 'old'], ['/gone.py', 'gone']])
      const view = { findings: [], texts: news, halfTyped: [], basis: word + ' ' + jobs }
      if (word === 'texts') view.basis = [...texts].map(([path, text]) => path + ' ' + text).join(', ')
      parentPort.postMessage({ id, kind: 'view', view, unchanged: sent ? ['/old.py'] : [] })
      sent = true
    })
  `)}`,
)

function start(): RemoteAnalyst {
  analyst = new RemoteAnalyst(program, line => log.push(line))
  return analyst
}

function job(words: string, texts: Readonly<Record<string, string>> = {}): Job {
  const request = { cwd: words, paths: [], pytestArgs: [], invocation: null, python: null, trusted: false }
  return {
    request: { ...request, env: {}, envIsExact: true, select: [], ignore: [] },
    texts: new Map(Object.entries(texts)),
    typed: new Set(),
    paused: false,
    changed: [],
    anything: false,
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

test('sends the texts that changed, and all of them to a new thread', async () => {
  const remote = start()
  const sent = async (words: string, texts: Readonly<Record<string, string>>) =>
    (await remote.analyze(job(words, texts))).basis
  expect(await sent('texts', { a: '1', b: '1' })).toBe('a 1, b 1')
  expect(await sent('texts', { a: '1', b: '2' })).toBe('b 2')
  expect(await sent('texts', { a: '1', b: '2' })).toBe('')
  expect(await sent('texts', { a: '1' })).toBe('b null')
  // Its first job is the fourth of the one before, which crashes.
  expect(await sent('texts texts texts texts throw', { a: '1', c: '1' })).toBe('a 1, c 1')
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

const place = { path: '/a.py', text: '', offset: 0 }

test('knows nothing before there is a thread', async () => {
  expect(await start().ask('facts', place)).toBeNull()
})

test('answers short questions in the middle of a job, which can be given up', async () => {
  const remote = start()
  await remote.analyze(job('fine'))
  expect((await remote.ask('facts', place))?.value).toEqual(['idle'])
  const busy = remote.analyze(job('fine busy'))
  await expect.poll(async () => (await remote.ask('facts', place))?.value).toEqual(['busy'])
  remote.giveUp()
  await expect(busy).rejects.toBeInstanceOf(GivenUp)
})

test('long questions wait for each other, and are given up for a new job or by who asked', async () => {
  const remote = start()
  await remote.analyze(job('fine'))
  const [first, second] = [new AbortController(), new AbortController()]
  const one = remote.ask('fixes', { fingerprints: [] }, first.signal)
  const two = remote.ask('fixes', { fingerprints: [] }, second.signal)
  second.abort()
  first.abort()
  await expect(one).rejects.toBeInstanceOf(GivenUp)
  await expect(two).rejects.toBeInstanceOf(GivenUp)

  const three = remote.ask('fixes', { fingerprints: [] })
  three.catch(() => {})
  await Promise.resolve()
  expect((await remote.analyze(job('fine'))).basis).toBe('fine 2')
  await expect(three).rejects.toBeInstanceOf(GivenUp)
})
