/**
 * Random clients against the built server: they type, in every encoding and out of bounds too, open and close, change the
 * disk and the workspace's folders, and ask in the midst of it. What is shown in between holds for the version that
 * it is said to be of, and in the end a fresh server says the same. `PRECOLLECT_ROWS=100 PRECOLLECT_FIRST_ROW=500` for
 * more of them.
 */
import { readFileSync, renameSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import {
  CancellationTokenSource,
  type ClientCapabilities,
  type Diagnostic,
  type DocumentDiagnosticReport,
  FileChangeType,
  type Position,
  type TextDocumentContentChangeEvent,
} from 'vscode-languageserver/node'
import { Editor, makeProject, removeProject, writeInto } from './editor.ts'

const ROWS = Number(process.env.PRECOLLECT_ROWS ?? 6)
const FIRST = Number(process.env.PRECOLLECT_FIRST_ROW ?? 1)
const STEPS = 60

type Encoding = 'utf-8' | 'utf-16' | 'utf-32'

/** The same row of numbers below `limit` each time. */
function dice(seed: number): (limit: number) => number {
  let state = seed * 7919
  return limit => {
    state = (state * 1103515245 + 12345) % 2147483648
    return Math.floor((state / 2147483648) * limit)
  }
}

const START: Readonly<Record<string, string>> = {
  'pytest.ini': '[pytest]\npythonpath = src\nmarkers =\n    slow: takes minutes\n',
  'conftest.py': 'import app.models\n',
  'src/app/__init__.py': '',
  'src/app/models.py': '# 🐍 é\r\nclass User: ...\r\nclass Ünit: ...\n',
  'src/app/api.py': 'note = "𝔘é"; from app.models import User\n',
  'tests/test_a.py':
    'import pytest\nx = "🎉"; from app.models import Group\n\n\n@pytest.mark.slow\ndef test_a(): ...\n',
  'tests/test_b.py': 'from app.api import User\n\n\ndef test_b():\n    é = "🎉"\n',
  'inner/pytest.ini': '[pytest]\n',
  'inner/test_c.py': 'import nothing_like_it\n',
  'inner/helper.py': 'VALUE = 1\n',
}

const SNIPPETS = [
  'x = "🎉🎉é"\n',
  'from app.models import Group\n',
  'from app.models import Ünit\n',
  '"𝔘"; import gone_𝔘\n',
  'class Group: ...\n',
  'import app.api\n',
  '\r\n',
  '\r',
  '\n',
  'é',
  '🎉',
  '(',
  '"""',
  '',
  '# coding: latin-1\n',
  'import pytest\npytestmark = pytest.mark.slwo\n',
]

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

interface Open {
  /** The text of each version, the newest last. */
  readonly versions: Map<number, string>
  version: number
  text: string
}

/** Positions beyond the text and the line are taken as LSP says: the end of it. */
function offsetOf(text: string, { line, character }: Position, encoding: Encoding): number {
  const lines = text.split(/(?<=\r\n|\n|\r(?!\n))/)
  if (/[\r\n]$/.test(text)) lines.push('')
  if (line >= lines.length) return text.length
  const start = lines.slice(0, line).join('').length
  let units = 0
  let left = character
  for (const point of lines[line]!.replace(/[\r\n]+$/, '')) {
    left -= width(point, encoding)
    if (left < 0) break
    units += point.length
  }
  return start + units
}

function positionOf(text: string, offset: number, encoding: Encoding): Position {
  const before = text.slice(0, offset).split(/\r\n|\n|\r/)
  return {
    line: before.length - 1,
    character: [...before.at(-1)!].reduce((n, it) => n + width(it, encoding), 0),
  }
}

function width(point: string, encoding: Encoding): number {
  if (encoding === 'utf-32') return 1
  return encoding === 'utf-8' ? Buffer.byteLength(point) : point.length
}

class Client {
  private readonly open = new Map<string, Open>()
  /** Of files that were open: what is told of them may be on its way. */
  private readonly closed = new Map<string, Open>()
  private readonly answers: Promise<unknown>[] = []
  /** The last request about each document. */
  private readonly asked = new Map<string, CancellationTokenSource>()
  /** What it shows of the documents for which it asks, with the id of the answer. */
  private readonly pulled = new Map<string, { id: string | undefined; items: readonly Diagnostic[] }>()
  private editor!: Editor
  private watches = false
  private pulls = false
  private readonly folders = new Set<string>()
  readonly troubles: string[] = []

  private constructor(
    private readonly root: string,
    private readonly roll: (limit: number) => number,
    private readonly encoding: Encoding,
  ) {}

  static async start(root: string, roll: (limit: number) => number): Promise<Client> {
    const client = new Client(root, roll, pick(['utf-8', 'utf-16', 'utf-32'] as const, roll))
    client.watches = roll(2) === 0
    client.pulls = roll(2) === 0
    client.editor = await client.connect()
    return client
  }

  /** A server for the folders, with what is open opened. */
  private async connect(): Promise<Editor> {
    const capabilities: ClientCapabilities = {
      general: { positionEncodings: [this.encoding] },
      textDocument: {
        publishDiagnostics: { versionSupport: true, relatedInformation: true },
        ...(this.pulls ? { diagnostic: { relatedDocumentSupport: true } } : {}),
      },
      workspace: {
        workspaceFolders: true,
        diagnostics: { refreshSupport: true },
        ...(this.watches ? { didChangeWatchedFiles: { dynamicRegistration: true } } : {}),
      },
    }
    const folders = [...this.folders].map(folder => join(this.root, folder))
    const editor = await Editor.start(this.root, { capabilities, folders, cache: `${this.root}.cache` })
    cleanups.unshift(() => editor.kill())
    editor.onPublished = (path, items, version) => this.judge(path, items, version)
    this.pulled.clear()
    editor.onRefresh = () => {
      for (const path of this.open.keys()) this.pull(editor, path)
    }
    for (const [path, { version, text }] of this.open) {
      await editor.openText(path, text, version)
      this.pull(editor, path)
    }
    return editor
  }

  async step(): Promise<void> {
    const { roll } = this
    const kind = roll(20)
    if (kind < 9 && this.open.size > 0) return this.type()
    if (kind < 12) return this.toggle()
    if (kind < 13) return this.changeDisk()
    if (kind < 14) return this.changeFolders()
    if (kind < 15) return this.moveFolder()
    if (kind < 16 && this.open.size > 0) return this.save(pick([...this.open.keys()], roll))
    if (kind < 17) await new Promise(resolve => setTimeout(resolve, roll(60)))
    else this.ask()
  }

  /** What is shown in the end, of this server and of a fresh one. */
  async end(): Promise<readonly [unknown, unknown]> {
    await Promise.all(this.answers)
    // Of what is half typed a fresh server does not know what it was before: it is meant, or it parses again.
    const isMeant = this.roll(2) === 0
    for (const path of this.open.keys()) {
      const text = `${START[path]}${pick(['', '\n# é', 'import app.none\n'], this.roll)}`
      if (isMeant) await this.save(path)
      else await this.changed(path, [{ text }], text)()
    }
    const before = this.editor
    await settle(before)
    const mine = await this.shown(before)
    this.troubles.push(...before.log.filter(line => /\bfault\b|crash|failed/i.test(line)))
    expect(await before.stop()).toBe(0)
    const after = await this.connect()
    await after.until('the analyses', () => bases(after) > this.folders.size)
    await settle(after)
    const fresh = await this.shown(after)
    return [mine, fresh]
  }

  private async shown(editor: Editor): Promise<unknown> {
    await Promise.all(this.answers.splice(0))
    await editor.caughtUp()
    await Promise.all(this.answers.splice(0))
    const all = new Map<string, readonly Diagnostic[]>(editor.shown)
    for (const [path, { items }] of this.pulled) if (items.length > 0) all.set(path, items)
    return [...all].sort(([a], [b]) => (a < b ? -1 : 1))
  }

  /**
   * As editors that ask do: after some changes of a document, and for all that are open when they are told to. As
   * Neovim does, it gives up what it asked before about the document, and drops the answer to that even when it comes.
   */
  private pull(editor: Editor, path: string): void {
    if (!this.pulls) return
    this.asked.get(path)?.cancel()
    const asked = new CancellationTokenSource()
    this.asked.set(path, asked)
    const take = (uri: string, report: DocumentDiagnosticReport) => {
      const about = relative(this.root, fileURLToPath(uri))
      if (report.kind === 'full' && this.open.has(about))
        this.pulled.set(about, { id: report.resultId, items: report.items })
    }
    const textDocument = { uri: editor.uri(path) }
    const previousResultId = this.pulled.get(path)?.id
    const answer = editor.connection.sendRequest(
      'textDocument/diagnostic',
      { textDocument, previousResultId },
      asked.token,
    ) as Promise<DocumentDiagnosticReport>
    this.answers.push(
      answer.then(
        report => {
          if (asked.token.isCancellationRequested) return
          take(textDocument.uri, report)
          for (const [uri, other] of Object.entries(report.relatedDocuments ?? {})) take(uri, other)
        },
        ({ code, message }) => {
          if (!asked.token.isCancellationRequested) this.troubles.push(`pull: ${code} ${message}`)
        },
      ),
    )
  }

  /** Sometimes in a burst of which the changes come in another order than they were made in. */
  private async type(): Promise<void> {
    const { roll } = this
    const path = pick([...this.open.keys()], roll)
    const burst = Array.from({ length: roll(4) > 0 ? 1 : 4 }, () => this.edit(path))
    if (roll(2) === 0) burst.reverse()
    await Promise.all(burst.map(send => send()))
  }

  /** Makes an edit. Answers with what tells the server of it. */
  private edit(path: string): () => Promise<void> {
    const { roll, encoding } = this
    let { text } = this.open.get(path)!
    const contentChanges = Array.from({ length: 1 + roll(2) }, () => {
      const inserted = pick(SNIPPETS, roll)
      if (roll(12) === 0) {
        text = `${inserted}${START[path] ?? ''}`
        return { text }
      }
      const [start, end] = this.place(text)
      const from = offsetOf(text, start, encoding)
      const to = offsetOf(text, end, encoding)
      text = text.slice(0, Math.min(from, to)) + inserted + text.slice(Math.max(from, to))
      return { range: { start, end }, text: inserted }
    })
    return this.changed(path, contentChanges, text)
  }

  /** `text`: what comes of it. */
  private changed(
    path: string,
    contentChanges: readonly TextDocumentContentChangeEvent[],
    text: string,
  ): () => Promise<void> {
    const file = this.open.get(path)!
    file.text = text
    file.version += 1 + this.roll(2)
    file.versions.set(file.version, text)
    const textDocument = { uri: this.editor.uri(path), version: file.version }
    const asks = this.roll(3) === 0
    return async () => {
      await this.editor.connection.sendNotification('textDocument/didChange', {
        textDocument,
        contentChanges,
      })
      if (asks) this.pull(this.editor, path)
    }
  }

  /** Mostly at the beginning of a line and short; sometimes out of bounds. */
  private place(text: string): readonly [Position, Position] {
    const { roll, encoding } = this
    if (roll(8) === 0)
      return [
        { line: roll(20), character: roll(500) },
        { line: 1000 + roll(3), character: roll(9) },
      ]
    const points = [...text]
    const at = roll(points.length + 1)
    const length = roll(3) === 0 ? roll(8) : 0
    const from = points.slice(0, at).join('').length
    const to = points.slice(0, at + length).join('').length
    if (roll(3) > 0) {
      const { line } = positionOf(text, from, encoding)
      return [
        { line, character: 0 },
        { line, character: 0 },
      ]
    }
    return [positionOf(text, from, encoding), positionOf(text, to, encoding)]
  }

  private async toggle(): Promise<void> {
    const path = pick(Object.keys(START), this.roll)
    const file = this.open.get(path)
    if (file) {
      this.open.delete(path)
      this.closed.set(path, file)
      this.pulled.delete(path)
      await this.editor.close(path)
      return
    }
    const text = readText(this.root, path) ?? START[path]!
    this.open.set(path, { version: 1, text, versions: new Map([[1, text]]) })
    await this.editor.openText(path, text, 1)
    this.pull(this.editor, path)
  }

  private async save(path: string): Promise<void> {
    const isNew = readText(this.root, path) === null
    writeInto(this.root, path, this.open.get(path)!.text)
    await this.tell(isNew ? FileChangeType.Created : FileChangeType.Changed, path)
    await this.editor.save(path)
  }

  private async changeDisk(): Promise<void> {
    const { roll } = this
    const path = pick([...Object.keys(START), 'tests/test_new.py', 'src/gone_𝔘.py'], roll)
    if (roll(3) === 0 && readText(this.root, path) !== null) {
      rmSync(join(this.root, path))
      return this.tell(FileChangeType.Deleted, path)
    }
    const isNew = readText(this.root, path) === null
    writeInto(this.root, path, `${START[path] ?? ''}${pick(SNIPPETS, roll)}`)
    return this.tell(isNew ? FileChangeType.Created : FileChangeType.Changed, path)
  }

  private async changeFolders(): Promise<void> {
    const folder = pick(['inner', 'src', 'tests'], this.roll)
    const its = { uri: pathToFileURL(join(this.root, folder)).href, name: folder }
    const isThere = this.folders.delete(folder)
    if (!isThere) this.folders.add(folder)
    const event = isThere ? { added: [], removed: [its] } : { added: [its], removed: [] }
    await this.editor.connection.sendNotification('workspace/didChangeWorkspaceFolders', { event })
  }

  private async moveFolder(): Promise<void> {
    const [from, to] =
      readText(this.root, 'inner/pytest.ini') === null ? ['moved', 'inner'] : ['inner', 'moved']
    if (readText(this.root, `${from}/pytest.ini`) === null) return
    rmSync(join(this.root, to), { recursive: true, force: true })
    renameSync(join(this.root, from), join(this.root, to))
    await this.tell(FileChangeType.Deleted, from)
    await this.tell(FileChangeType.Created, to)
  }

  /** Who watches tells at once; who does not has the server look at the next save. */
  private async tell(type: FileChangeType, path: string): Promise<void> {
    if (this.watches) await this.editor.tell(type, path)
    else await this.editor.save('pytest.ini')
  }

  /** Asks without waiting; half of the answers are no longer wanted. */
  private ask(): void {
    const { roll, editor } = this
    const path = pick(Object.keys(START), roll)
    const textDocument = { uri: editor.uri(path) }
    const text = this.open.get(path)?.text ?? ''
    const position = this.place(text)[0]
    const [method, params] = pick(
      [
        ['textDocument/hover', { position }],
        ['textDocument/definition', { position }],
        ['textDocument/references', { position, context: { includeDeclaration: true } }],
        ['textDocument/completion', { position }],
        ['textDocument/codeLens', {}],
        ['textDocument/documentLink', {}],
        [
          'textDocument/codeAction',
          { range: { start: position, end: position }, context: { diagnostics: [] } },
        ],
        ['workspace/executeCommand', { command: 'precollect.why', arguments: [textDocument.uri] }],
      ] as const,
      roll,
    )
    const source = new CancellationTokenSource()
    const answer = editor.connection.sendRequest(method, { textDocument, ...params }, source.token)
    if (roll(2) === 0) setTimeout(() => source.cancel(), roll(20))
    const allowed = method === 'workspace/executeCommand' ? [-32800, -32801, -32803] : [-32800, -32801]
    this.answers.push(
      answer.catch(({ code, message }) => {
        if (!allowed.includes(code)) this.troubles.push(`${method}: ${code} ${message}`)
      }),
    )
  }

  /** A diagnostic that names what it is about has to stand at just that, in the version that it is said to be of. */
  private judge(path: string, items: readonly Diagnostic[], version: number | undefined): void {
    const file = this.open.get(path) ?? this.closed.get(path)
    const text = version === undefined ? undefined : file?.versions.get(version)
    if (text === undefined) return
    for (const { range, message, code } of items) {
      const name = code === 'missing-symbol' ? /has no name '([^']+)'/.exec(String(message))?.[1] : undefined
      if (name === undefined) continue
      const there = text.slice(
        offsetOf(text, range.start, this.encoding),
        offsetOf(text, range.end, this.encoding),
      )
      if (there !== name) this.troubles.push(`${path} version ${version}: '${name}' is told of '${there}'`)
    }
  }
}

async function settle(editor: Editor): Promise<void> {
  await editor.connection.sendRequest('workspace/executeCommand', { command: 'precollect.check' })
  // What is half typed is told after a pause.
  await new Promise(resolve => setTimeout(resolve, 1300))
  await editor.connection.sendRequest('workspace/executeCommand', { command: 'precollect.check' })
  await editor.caughtUp()
}

const bases = (editor: Editor) => editor.log.filter(line => line.includes('pytest')).length

function readText(root: string, path: string): string | null {
  try {
    return readFileSync(join(root, path), 'utf8')
  } catch {
    return null
  }
}

function pick<T>(from: readonly T[], roll: (limit: number) => number): T {
  return from[roll(from.length)]!
}

for (let row = FIRST; row < FIRST + ROWS; row++) {
  test(`row ${row}`, async () => {
    const root = makeProject(START)
    cleanups.push(() => removeProject(root))
    const client = await Client.start(root, dice(row))
    for (let step = 0; step < STEPS; step++) await client.step()
    const [mine, fresh] = await client.end()
    expect(client.troubles).toEqual([])
    expect(mine).toEqual(fresh)
  }, 60_000)
}
