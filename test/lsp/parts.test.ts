/** Answers that are sent in parts, and progress of requests, by the built server over stdio. */
import { afterEach, expect, test } from 'vitest'
import type {
  ClientCapabilities,
  CodeAction,
  Location,
  WorkspaceDiagnosticReport,
} from 'vscode-languageserver/node'
import { Editor, makeProject, removeProject } from './editor.ts'

/** More than one part of everything. */
const FILES = 450

const names = Array.from({ length: FILES }, (_, n) => `test_${n}.py`)
const text = 'import pytest\nfrom models import Group\n\npytestmark = pytest.mark.slow\n'
const project = {
  'pytest.ini': '[pytest]\npythonpath = .\nmarkers =\n    slow: takes minutes\n',
  'models.py': 'class User: ...\n',
  'groups.py': 'class Group: ...\n',
  ...Object.fromEntries(names.map(name => [name, text])),
}
const pulling: ClientCapabilities = {
  textDocument: { diagnostic: {} },
  workspace: { diagnostics: { refreshSupport: true } },
}

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

async function start(capabilities: ClientCapabilities = {}): Promise<Editor> {
  const root = makeProject(project)
  cleanups.push(() => removeProject(root))
  const editor = await Editor.start(root, { capabilities })
  cleanups.unshift(() => editor.kill())
  await editor.until('the first analysis', () => editor.log.some(line => line.includes('pytest')))
  return editor
}

test('the diagnostics of the workspace come in parts to who takes them, and are the same', async () => {
  const editor = await start(pulling)
  const ask = (token: object): Promise<WorkspaceDiagnosticReport> =>
    editor.connection.sendRequest('workspace/diagnostic', { previousResultIds: [], ...token })
  const whole = await ask({})
  expect(whole.items.map(({ uri }) => uri).sort()).toEqual(names.map(name => editor.uri(name)).sort())
  expect(await ask({ partialResultToken: 'parts' })).toEqual({ items: [] })
  const parts = editor.sent.get('parts') as WorkspaceDiagnosticReport[]
  expect(parts.length).toBeGreaterThan(1)
  expect(parts.flatMap(({ items }) => items)).toEqual(whole.items)
})

test('references come in parts to who takes them, and are the same', async () => {
  const editor = await start()
  await editor.open('test_0.py')
  const ask = (token: object): Promise<Location[]> =>
    editor.connection.sendRequest('textDocument/references', {
      textDocument: { uri: editor.uri('test_0.py') },
      position: { line: 3, character: 28 },
      context: { includeDeclaration: true },
      ...token,
    })
  const whole = await ask({})
  expect(whole.length).toBeGreaterThan(FILES)
  expect(await ask({ partialResultToken: 7 })).toEqual([])
  const parts = editor.sent.get(7) as Location[][]
  expect(parts.length).toBeGreaterThan(1)
  expect(parts.flat()).toEqual(whole)
})

test('a request whose progress is wanted shows it, and no other does', async () => {
  const editor = await start(pulling)
  await editor.open('test_0.py')
  const textDocument = { uri: editor.uri('test_0.py') }
  const range = { start: { line: 1, character: 20 }, end: { line: 1, character: 20 } }
  const asked: readonly (readonly [string, object])[] = [
    ['textDocument/references', { position: range.start, context: { includeDeclaration: false } }],
    ['textDocument/codeAction', { range, context: { diagnostics: [] } }],
    ['textDocument/diagnostic', {}],
    ['workspace/diagnostic', { previousResultIds: [] }],
  ]
  for (const [method, params] of asked) {
    await editor.connection.sendRequest(method, { textDocument, ...params })
    await editor.connection.sendRequest(method, { textDocument, ...params, workDoneToken: method })
  }
  expect([...editor.sent]).toEqual(asked.map(([method]) => [method, ['begin', 'end']]))
  const actions: CodeAction[] = await editor.connection.sendRequest(asked[1]![0], {
    textDocument,
    ...asked[1]![1],
  })
  expect(actions[0]!.title).toContain('groups')
})

test('who waits for news of the workspace is not shown as work', async () => {
  const editor = await start(pulling)
  const first: WorkspaceDiagnosticReport = await editor.connection.sendRequest('workspace/diagnostic', {
    previousResultIds: [],
  })
  const previousResultIds = first.items.map(({ uri, resultId }) => ({ uri, value: resultId! }))
  const news: Promise<WorkspaceDiagnosticReport> = editor.connection.sendRequest('workspace/diagnostic', {
    previousResultIds,
    workDoneToken: 'work',
  })
  await editor.until('the end of the work', () => editor.sent.get('work')?.includes('end') ?? false)
  await editor.open('models.py')
  const top = { line: 0, character: 0 }
  await editor.edit('models.py', { start: top, end: top }, 'Group = 1\n')
  const changed = (await news).items.filter(({ kind }) => kind === 'full')
  expect(changed.map(({ uri }) => uri)).toEqual(first.items.map(({ uri }) => uri))
})
