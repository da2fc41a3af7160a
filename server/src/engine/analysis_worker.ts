/**
 * The program of the analysing thread: takes tasks from its port and answers each. It keeps what was read and
 * compiled between jobs, and what is open in the editor, of which each job tells what has changed.
 */

import { setFlagsFromString } from 'node:v8'
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import type { ModuleCode } from '../compile/module_code.ts'
import { DiskFileSystem } from '../files/disk.ts'
import { byAllSpellings, OverlayFileSystem } from '../files/overlay.ts'
import { analyze, type FirstWordListener, Remembered } from './analyze.ts'
import { firstWordOf } from './first_word.ts'
import { HalfTyped, inOpenTexts, withSyntaxErrors } from './half_typed.ts'
import { type AnalysisView, GivenUp, type Job, viewOf } from './job.ts'
import { answerTo } from './questions/answer.ts'
import type { Asked } from './questions/question.ts'
import { WhatChanged } from './what_changed.ts'
import { type Answer, type Setup, Signal, type Task, type TextsSince } from './wire.ts'
import { type ContentCache, WorkspaceCache } from './workspace_cache.ts'

const port = parentPort
if (!port) throw new Error('this program is a thread of the language server')
const { questions, signals } = workerData as Setup

// What an edit leaves behind is cleared away once it is half of what lives on, not four times as much.
setFlagsFromString('--heap-growing-percent=50')

const disk = new DiskFileSystem()
const remembered = new Remembered(disk, breathe)
const whatChanged = new WhatChanged(disk, remembered)
const halfTyped = new HalfTyped(disk, remembered.sources)
/** What is open in the editor, by path. */
let open: ReadonlyMap<string, string> = new Map()
let last: Asked | null = null
/** Compiled modules of an earlier server or command, until the first analysis is done. */
let kept: ContentCache<ModuleCode> | null = null
let sent: ReadonlyMap<string, string> = new Map()
/** The folders that views have told of. */
const told = new Set<string>()
/** The id of the task under way. */
let current = 0
let answered = 0

/** Milliseconds: who waits longer for an analysis gets a first word. */
const QUICK_MS = 25

// One after another, also where a task waits for a process.
let work: Promise<void> = Promise.resolve()
port.on('message', (task: Task) => {
  work = work.then(async () => {
    current = task.id
    const answer = await perform(task).catch((error: unknown) => failed(task.id, error))
    port.postMessage(answer)
  })
})
questions.on('message', shortQuestion)

/** What goes on in the middle of an analysis: short questions, and a look whether it is still wanted. */
function breathe(): void {
  if (Atomics.load(signals, Signal.givenUp) >= current) throw new GivenUp()
  if (Atomics.load(signals, Signal.asked) === answered) return
  for (let each = receiveMessageOnPort(questions); each; each = receiveMessageOnPort(questions))
    shortQuestion(each.message)
}

function shortQuestion(task: Task & { readonly kind: 'question' }): void {
  answered++
  const { id, question } = task
  answerTo(question, last)
    .then((reply): Answer => ({ id, kind: 'reply', reply }))
    .catch((error: unknown) => failed(id, error))
    .then(answer => questions.postMessage(answer))
}

async function perform(task: Task): Promise<Answer> {
  const { id } = task
  if (task.kind === 'job') {
    open = openSince(open, task.texts)
    return viewAnswer(id, await viewFor({ ...task.job, texts: open }))
  }
  breathe()
  remembered.kept.open = null
  try {
    return { id, kind: 'reply', reply: await answerTo(task.question, last) }
  } finally {
    // Further analyses for the answer may have been of other texts.
    if (last) remembered.sources.begin(last.fs)
  }
}

function openSince(before: ReadonlyMap<string, string>, since: TextsSince): ReadonlyMap<string, string> {
  const now = new Map(before)
  for (const [path, text] of since) {
    if (text === null) now.delete(path)
    else now.set(path, text)
  }
  return now
}

async function viewFor(job: Job): Promise<AnalysisView> {
  const { texts: open } = job
  // Even if it is given up at once: the next job tells only of what has changed since.
  whatChanged.forget(job)
  const standIns = await halfTyped.standIns(job)
  if (standIns.size === 0) {
    remembered.firstWord = last && wordSince(last, open)
    return viewOf((await analysed(job, open)).analysis, job)
  }
  remembered.firstWord = null

  // As it stands only in a pause: to hear what Python says of it, and whether it says anything at all.
  const bare = job.paused ? await analysed(job, open) : null
  const errors = bare && viewOf(bare.analysis, job)
  const wrong = errors?.findings.filter(
    ({ rule, span }) => rule === 'syntax-error' && standIns.has(span.path),
  )
  if (errors && wrong?.length === 0) {
    for (const path of standIns.keys()) halfTyped.isFine(path, open.get(path)!)
    return errors
  }
  const { analysis } = await analysed(job, new Map([...open, ...standIns]))
  const view = inOpenTexts(viewOf(analysis, job), open, standIns)
  return errors ? withSyntaxErrors(view, errors) : view
}

async function analysed({ request }: Job, texts: ReadonlyMap<string, string>): Promise<Asked> {
  breathe()
  const fs = new OverlayFileSystem(disk, texts)
  // Only the first analysis begins with nothing in memory.
  if (last === null) {
    kept ??= WorkspaceCache.of(request.cwd, request.env).code()
    remembered.sources.store = kept
  }
  remembered.kept.open = byAllSpellings(disk, texts)
  const made = { analysis: await analyze(fs, request, remembered), request, remembered, fs, texts }
  if (kept) {
    kept.keep()
    remembered.sources.store = null
    kept = null
  }
  last = made
  return made
}

/** For the one file that was edited since; null where that is none, or more. */
function wordSince(before: Asked, texts: ReadonlyMap<string, string>): FirstWordListener | null {
  const edited = [...texts].filter(([path, text]) => text !== (before.texts.get(path) ?? text))
  const [path] = edited[0] ?? []
  if (path === undefined || edited.length > 1) return null
  const textOf = (each: string) => remembered.sources.textToShow(each)
  return {
    path,
    afterMs: QUICK_MS,
    tell(findings) {
      const word = firstWordOf(path, findings, before, textOf)
      port!.postMessage({ id: current, kind: 'first word', word } satisfies Answer)
    },
  }
}

function viewAnswer(id: number, view: AnalysisView): Answer {
  const unchanged = [...view.texts.keys()].filter(path => view.texts.get(path) === sent.get(path))
  const texts = new Map(view.texts)
  for (const path of unchanged) texts.delete(path)
  sent = view.texts
  return { id, kind: 'view', view: { ...view, texts, looked: newlyLooked() }, unchanged }
}

function newlyLooked(): string[] {
  const looked = [...disk.folders()]
    .filter(folder => !told.has(folder))
    .flatMap(folder => [folder, disk.realpath(folder)])
  for (const folder of looked) told.add(folder)
  return looked
}

function failed(id: number, error: unknown): Answer {
  return error instanceof GivenUp ? { id, kind: 'given up' } : { id, kind: 'fault', message: describe(error) }
}

/** The message and where it comes from: enough for a report, short enough for a line of a log. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const place = /\n\s+(at .*)/.exec(error.stack ?? '')?.[1]
  return place ? `${error.message} (${place})` : error.message
}
