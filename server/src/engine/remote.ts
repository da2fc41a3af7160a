/**
 * An analyst in a worker thread, so that the thread which talks to the editor always answers. A crash of the
 * worker (memory, a fault that no handler caught) costs a restart and a second try. What crashes again is told
 * as a fault; crashes without end end the analysis, and the server lives on without it.
 */
import { Worker } from 'node:worker_threads'
import type { AnalysisView, Analyst, Answer, Job } from './job.ts'

/** A job that crashed a worker may have met the fault of an earlier one: it gets a fresh worker, once. */
const triesPerJob = 2

/** Crashes in a row, with no job done between them, before no more workers are started. */
const crashLimit = 6

export class RemoteAnalyst implements Analyst {
  private worker: Worker | null = null
  private crashes = 0
  private disposed = false
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

  async analyze(job: Job): Promise<AnalysisView> {
    for (let tries = 0; tries < triesPerJob; tries++) {
      if (this.disposed) throw new Error('the analysis was closed')
      if (this.crashes >= crashLimit) throw new Error('it crashed too often; restart the server to try again')
      const answer = await this.ask(job).catch((crash: Error) => crash)
      // An answer that was on its way when nobody wanted it any more is none.
      if (this.disposed) throw new Error('the analysis was closed')
      if (answer instanceof Error) {
        this.crashes++
        this.log(`the analysis crashed: ${answer.message}`)
        continue
      }
      this.crashes = 0
      if (answer.kind === 'fault') throw new Error(answer.message)
      return this.complete(answer)
    }
    throw new Error(`it crashed ${triesPerJob} times`)
  }

  dispose(): void {
    this.disposed = true
    void this.worker?.terminate()
  }

  /** Rejects when the worker ends before it has answered. */
  private ask(job: Job): Promise<Answer> {
    const worker = this.worker ?? this.start()
    return new Promise((resolve, reject) => {
      let reason: Error | null = null
      const onMessage = (answer: Answer) => finish(() => resolve(answer))
      const onError = (error: Error) => {
        reason = error
      }
      const onExit = (code: number) => finish(() => reject(reason ?? new Error(`exit code ${code}`)))
      const finish = (settle: () => void) => {
        worker.off('message', onMessage).off('error', onError).off('exit', onExit)
        settle()
      }
      worker.on('message', onMessage).on('error', onError).on('exit', onExit)
      worker.postMessage(job)
    })
  }

  private start(): Worker {
    const worker = new Worker(this.program, { stdout: true, stderr: true })
    for (const stream of [worker.stdout, worker.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => this.log(text.trimEnd()))
    }
    // Without a listener of its own, an error between two jobs would end the whole server.
    worker.on('error', () => {})
    worker.on('exit', () => {
      this.worker = null
    })
    this.worker = worker
    this.texts = new Map()
    return worker
  }

  private complete({ view, unchanged }: Answer & { kind: 'view' }): AnalysisView {
    const texts = new Map(view.texts)
    for (const path of unchanged) texts.set(path, this.texts.get(path) ?? '')
    this.texts = texts
    return { ...view, texts }
  }
}
