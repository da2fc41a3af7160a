/**
 * An analyst in a worker thread, so that the thread which talks to the editor always answers. A crash of the
 * worker (memory, a fault that no handler caught) costs a restart and a second try. What crashes again is told
 * as a fault; crashes without end end the analysis, and the server lives on without it.
 */
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { type AnalysisView, type Analyst, type FirstWord, GivenUp, type Job } from './job.ts'
import { type About, isLong, type Kind, type Question, type Reply } from './questions/question.ts'
import { type Answer, type Setup, Signal, type Task, type TextsSince } from './wire.ts'

/** A job that crashed a worker may have met the fault of an earlier one: it gets a fresh worker, once. */
const triesPerJob = 2

/** Crashes in a row, with no job done between them, before no more workers are started. */
const crashLimit = 6

interface Pending {
  readonly onFirstWord: (word: FirstWord) => void
  readonly resolve: (answer: Answer) => void
  readonly reject: (reason: Error) => void
}

/** A worker with what it has been asked and not answered yet. */
interface Thread {
  readonly worker: Worker
  readonly questions: MessagePort
  readonly signals: Setup['signals']
  readonly pending: Map<number, Pending>
  /** The open texts that it knows of. */
  open: Job['texts']
}

export class RemoteAnalyst implements Analyst {
  private thread: Thread | null = null
  private crashes = 0
  private disposed = false
  private ids = 0
  /** The task that the worker's own port is at: a job or a long question. */
  private current: Task | null = null
  /** Long questions wait here for their turn: one that is given up must not reach the worker. */
  private turn: Promise<unknown> = Promise.resolve()
  /** The texts of the last view: the worker leaves out what it has sent before. */
  private texts: ReadonlyMap<string, string> = new Map()

  /**
   * `program`: the worker's bundle. `log` takes lines for the log: crashes, and whatever the worker prints,
   * which must not reach standard output, where the protocol runs.
   */
  constructor(
    private readonly program: URL,
    private readonly log: (line: string) => void,
  ) {}

  async analyze(job: Job, onFirstWord: (word: FirstWord) => void = () => {}): Promise<AnalysisView> {
    for (let tries = 0; tries < triesPerJob; tries++) {
      if (this.disposed) throw new Error('the analysis was closed')
      if (this.crashes >= crashLimit) throw new Error('it crashed too often; restart the server to try again')
      if (this.current?.kind === 'question') this.giveUp()
      const answer = await this.performJob(job, onFirstWord).catch((crash: Error) => crash)
      // An answer that was on its way when nobody wanted it any more is none.
      if (this.disposed) throw new Error('the analysis was closed')
      if (answer instanceof Error) {
        this.crashes++
        this.log(`the analysis crashed: ${answer.message}`)
        continue
      }
      this.crashes = 0
      if (answer.kind === 'given up') throw new GivenUp()
      if (answer.kind === 'fault') throw new Error(answer.message)
      if (answer.kind === 'view') return this.complete(answer)
    }
    throw new Error(`it crashed ${triesPerJob} times`)
  }

  giveUp(): void {
    if (this.current && this.thread) Atomics.store(this.thread.signals, Signal.givenUp, this.current.id)
  }

  async ask<K extends Kind>(kind: K, about: About<K>, signal?: AbortSignal): Promise<Reply<K> | null> {
    const question = { kind, about } as Question
    const asked = isLong(kind) ? this.askLong(question, signal) : this.askShort(question)
    const answer = await asked.catch(reason => {
      throw this.disposed ? new GivenUp() : reason
    })
    if (answer?.kind === 'given up') throw new GivenUp()
    if (answer?.kind === 'fault') throw new Error(answer.message)
    return answer?.kind === 'reply' ? (answer.reply as Reply<K> | null) : null
  }

  dispose(): void {
    this.disposed = true
    void this.thread?.worker.terminate()
  }

  /** null: there is no worker that could know anything. */
  private async askShort(question: Question): Promise<Answer | null> {
    const { thread } = this
    if (!thread) return null
    const id = ++this.ids
    const answer = waitFor(thread, id)
    Atomics.add(thread.signals, Signal.asked, 1)
    thread.questions.postMessage({ id, kind: 'question', question } satisfies Task)
    return answer
  }

  private async askLong(question: Question, signal: AbortSignal | undefined): Promise<Answer | null> {
    const before = this.turn
    const mine = before.then(async (): Promise<Answer | null> => {
      const { thread } = this
      if (signal?.aborted || this.current) throw new GivenUp()
      if (!thread || this.disposed) return null
      const task: Task = { id: ++this.ids, kind: 'question', question }
      const stop = () => Atomics.store(thread.signals, Signal.givenUp, task.id)
      signal?.addEventListener('abort', stop, { once: true })
      return this.perform(thread, task).finally(() => signal?.removeEventListener('abort', stop))
    })
    this.turn = mine.catch(() => {})
    return mine
  }

  /** Only texts that have changed are sent: all of them would be copied with each keystroke. */
  private performJob({ texts: open, ...job }: Job, onFirstWord: Pending['onFirstWord']): Promise<Answer> {
    const thread = this.thread ?? this.start()
    const texts = textsSince(thread.open, open)
    thread.open = open
    return this.perform(thread, { id: ++this.ids, kind: 'job', job, texts }, onFirstWord)
  }

  /** Rejects when the worker ends before it has answered. */
  private async perform(thread: Thread, task: Task, onFirstWord?: Pending['onFirstWord']): Promise<Answer> {
    const answer = waitFor(thread, task.id, onFirstWord)
    this.current = task
    thread.worker.postMessage(task)
    try {
      return await answer
    } finally {
      if (this.current === task) this.current = null
    }
  }

  private start(): Thread {
    const { port1, port2 } = new MessageChannel()
    const signals = new Int32Array(new SharedArrayBuffer(8))
    const worker = new Worker(this.program, {
      stdout: true,
      stderr: true,
      workerData: { questions: port2, signals } satisfies Setup,
      transferList: [port2],
    })
    const thread: Thread = { worker, questions: port1, signals, pending: new Map(), open: new Map() }
    for (const stream of [worker.stdout, worker.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => this.log(text.trimEnd()))
    }
    const take = (answer: Answer) => {
      const waiting = thread.pending.get(answer.id)
      if (answer.kind === 'first word') waiting?.onFirstWord(answer.word)
      else waiting?.resolve(answer)
    }
    port1.on('message', take)
    let reason: Error | null = null
    worker
      .on('message', take)
      .on('error', (error: Error) => {
        reason = error
      })
      .on('exit', code => {
        if (this.thread === thread) this.thread = null
        port1.close()
        for (const { reject } of [...thread.pending.values()])
          reject(reason ?? new Error(`exit code ${code}`))
      })
    this.thread = thread
    this.texts = new Map()
    return thread
  }

  private complete({ view, unchanged }: Answer & { kind: 'view' }): AnalysisView {
    const texts = new Map(view.texts)
    for (const path of unchanged) texts.set(path, this.texts.get(path) ?? '')
    this.texts = texts
    return { ...view, texts }
  }
}

function textsSince(before: Job['texts'], now: Job['texts']): TextsSince {
  const since = new Map<string, string | null>()
  for (const path of before.keys()) if (!now.has(path)) since.set(path, null)
  for (const [path, text] of now) if (before.get(path) !== text) since.set(path, text)
  return since
}

function waitFor(
  { pending }: Thread,
  id: number,
  onFirstWord: Pending['onFirstWord'] = () => {},
): Promise<Answer> {
  return new Promise<Answer>((resolve, reject) => {
    pending.set(id, { resolve, reject, onFirstWord })
  }).finally(() => pending.delete(id))
}
