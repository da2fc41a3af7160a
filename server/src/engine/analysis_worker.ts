/**
 * The program of the analysing thread: takes jobs from its port and answers each. It keeps what was read and
 * compiled between jobs; what is open in the editor comes with each job.
 */
import { parentPort } from 'node:worker_threads'
import { DiskFileSystem } from '../files/disk.ts'
import { OverlayFileSystem } from '../files/overlay.ts'
import { analyze, Remembered } from './analyze.ts'
import { type Answer, type Job, viewOf } from './job.ts'

const port = parentPort
if (!port) throw new Error('this program is a thread of the language server')

const disk = new DiskFileSystem()
const remembered = new Remembered(disk)
let sent: ReadonlyMap<string, string> = new Map()

// The next job comes only after the answer to the last.
port.on('message', async (job: Job) => {
  const answer = await answerTo(job).catch(
    (error: unknown): Answer => ({ kind: 'fault', message: describe(error) }),
  )
  port.postMessage(answer)
})

async function answerTo(job: Job): Promise<Answer> {
  const { changed, texts: open, request } = job
  disk.forget(changed ?? undefined)
  if (changed === null || changed.some(path => remembered.concernsEnvironment(path)))
    remembered.forgetEnvironment()
  const view = viewOf(await analyze(new OverlayFileSystem(disk, open), request, remembered), job)
  const unchanged = [...view.texts.keys()].filter(path => view.texts.get(path) === sent.get(path))
  const texts = new Map(view.texts)
  for (const path of unchanged) texts.delete(path)
  sent = view.texts
  return { kind: 'view', view: { ...view, texts }, unchanged }
}

/** The message and where it comes from: enough for a report, short enough for a line of a log. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const place = /\n\s+(at .*)/.exec(error.stack ?? '')?.[1]
  return place ? `${error.message} (${place})` : error.message
}
