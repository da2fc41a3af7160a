/**
 * Somebody who types in several files of a project, in the built server's own editor: each edit is followed by the
 * diagnostics of the edited file, as editors do that ask for them, and by those of all others. Linux only: it reads /proc.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { ClientCapabilities } from 'vscode-languageserver/node'
import { Editor } from '../../test/lsp/editor.ts'
import { progress } from './bench.ts'
import { SetupError } from './corpus.ts'
import type { Project } from './run.ts'

/** Files that are open and typed in by turns. */
const OPEN_FILES = 6
/** Files that are opened and closed again, untouched. */
const VISITS = 20
/** Clock ticks of /proc in milliseconds. */
const TICK_MS = 10

/** A client that asks for diagnostics: its answer comes when it holds for the newest text. */
const pulling: ClientCapabilities = {
  textDocument: { diagnostic: {} },
  workspace: { diagnostics: { refreshSupport: true } },
  experimental: { precollectStatus: true },
}

/** The server on a project, after it has answered `initialize`. `cache`: the folder of its cache. */
export function startEditor({ cwd, python, args }: Project, cache: string): Promise<Editor> {
  return Editor.start(cwd, {
    cache,
    capabilities: pulling,
    initializationOptions: { python, pytestArgs: args.filter(arg => arg !== '-q') },
  })
}

type KindOfEdit =
  | 'opened as it is'
  | 'closed'
  | 'in a body'
  | 'at module level'
  | 'an import that fails'
  | 'its removal'

export interface Spent {
  readonly wallMs: number
  readonly cpuMs: number
}

/** To the diagnostics of the edited file, and to those of all files. */
export interface Timed extends Spent {
  readonly kind: KindOfEdit
  readonly all: Spent
}

export class Typist {
  private turn = 0
  private readonly texts = new Map<string, string>()

  private constructor(private readonly editor: Editor) {}

  static async at(editor: Editor, root: string): Promise<Typist> {
    const typist = new Typist(editor)
    for (const path of filesToType(root)) {
      typist.texts.set(path, readFileSync(join(root, path), 'utf8'))
      await editor.open(path)
    }
    progress('the first analysis')
    await typist.pull([...typist.texts.keys()][0]!)
    return typist
  }

  /** Opens and closes files as they are on the disk. */
  async visit(root: string): Promise<Timed[]> {
    const times: Timed[] = []
    for (const path of filesToType(root, VISITS).filter(each => !this.texts.has(each))) {
      times.push(await this.timed(path, 'opened as it is', () => this.editor.open(path)))
      const other = [...this.texts.keys()][0]!
      times.push(await this.timed(other, 'closed', () => this.editor.close(path)))
    }
    return times
  }

  async type(count: number): Promise<Timed[]> {
    const times: Timed[] = []
    for (let n = 0; n < count; n++) {
      progress(`edit ${n + 1} of ${count}`)
      times.push(...(await this.edit()))
    }
    return times
  }

  /** Megabytes after each hundredth of the edits. */
  async replay(count: number): Promise<number[]> {
    const memory: number[] = []
    const every = Math.max(1, Math.floor(count / 100))
    for (let n = 1; n <= count; n++) {
      await this.edit()
      if (n % every !== 0) continue
      memory.push(residentMb(this.editor.pid))
      progress(`replayed ${n} of ${count}: ${memory.at(-1)} MB`)
    }
    return memory
  }

  private async edit(): Promise<Timed[]> {
    const files = [...this.texts.keys()]
    const path = files[this.turn % files.length]!
    const round = Math.floor(this.turn / files.length) % 5
    this.turn++
    if (round === 3)
      return [
        await this.insert(path, 0, `import nothing_like_it_${this.turn}\n`, 'an import that fails'),
        await this.remove(path, 0),
      ]
    if (round === 4)
      return [
        await this.insert(path, 0, `_typed = ${this.turn}\n`, 'at module level'),
        await this.remove(path, 0),
      ]
    return [await this.insert(path, this.lineInBody(path), `    # ${this.turn}\n`, 'in a body')]
  }

  /** A line behind the head of the last function of the file. */
  private lineInBody(path: string): number {
    const lines = this.texts.get(path)!.split('\n')
    return Math.max(0, lines.findLastIndex(line => /^\s+def .*:$/.test(line)) + 1)
  }

  private insert(path: string, line: number, text: string, kind: KindOfEdit): Promise<Timed> {
    const lines = this.texts.get(path)!.split('\n')
    lines.splice(line, 0, text.trimEnd())
    this.texts.set(path, lines.join('\n'))
    const place = { line, character: 0 }
    return this.timed(path, kind, () => this.editor.edit(path, { start: place, end: place }, text))
  }

  private remove(path: string, line: number): Promise<Timed> {
    const lines = this.texts.get(path)!.split('\n')
    lines.splice(line, 1)
    this.texts.set(path, lines.join('\n'))
    const range = { start: { line, character: 0 }, end: { line: line + 1, character: 0 } }
    return this.timed(path, 'its removal', () => this.editor.edit(path, range, ''))
  }

  private async timed(path: string, kind: KindOfEdit, edit: () => Promise<void>): Promise<Timed> {
    const { editor } = this
    const [began, spent] = [performance.now(), cpuMs(editor.pid)]
    const sinceThen = (): Spent => ({ wallMs: performance.now() - began, cpuMs: cpuMs(editor.pid) - spent })
    await edit()
    await this.pull(path)
    const first = sinceThen()
    await editor.until('the end of the analysis', () => isReady(editor))
    return { kind, ...first, all: sinceThen() }
  }

  private async pull(path: string): Promise<void> {
    await this.editor.connection.sendRequest('textDocument/diagnostic', {
      textDocument: { uri: this.editor.uri(path) },
    })
  }
}

/** Is the last analysis that has begun through? */
function isReady({ statuses }: Editor): boolean {
  const last = statuses.at(-1) as { readonly state?: string } | undefined
  return last?.state === 'ready'
}

/** Modules and test files of the project, spread over it; the same ones each time. */
function filesToType(root: string, count = OPEN_FILES): string[] {
  const all = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.py'))
    .map(entry => relative(root, join(entry.parentPath, entry.name)))
    .filter(path => /^\s+def .*:$/m.test(readFileSync(join(root, path), 'utf8')))
    .sort()
  const isTest = (path: string) => /(?:^|\/)test_[^/]*\.py$/.test(path)
  const spread = (files: readonly string[]) =>
    Array.from({ length: count / 2 }, (_, n) => files[Math.floor(((n + 0.5) * files.length) / (count / 2))])
  const chosen = [...spread(all.filter(isTest)), ...spread(all.filter(path => !isTest(path)))]
  if (chosen.includes(undefined)) throw new SetupError(`too few files to type in: ${root}`)
  return [...new Set(chosen as string[])]
}

/** User and system time of a process and its threads so far. */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

/** Megabytes. */
export function residentMb(pid: number): number {
  const kb = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Math.round(Number(kb) / 1024)
}

/** Of milliseconds. */
export function spread(times: readonly number[]): string {
  const [middle, late] = [0.5, 0.95].map(at => Math.round(share(times, at)))
  return `median ${middle} ms, 95 % ${late} ms`
}

/** The value that such a share of all stay below. */
export function share(values: readonly number[], at: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(at * (values.length - 1))]!
}
