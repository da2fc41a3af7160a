/**
 * The built server from outside: an editor that opens, edits, hovers and leaves. What is found is
 * `test/rules`' to judge; here it is how findings come and go.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import {
  CancellationTokenSource,
  type ClientCapabilities,
  DiagnosticTag,
  type DocumentDiagnosticReport,
  FileChangeType,
  type Hover,
  type Range,
  type WorkspaceDiagnosticReport,
} from 'vscode-languageserver/node'
import { Editor, type EditorOptions, makeProject, removeProject, writeInto } from './editor.ts'

const project = {
  'pyproject.toml': '[tool.pytest.ini_options]\npythonpath = ["src"]\ntestpaths = ["tests"]\n',
  'src/app/__init__.py': '',
  'src/app/models.py': 'class User:\n    pass\n',
  'src/app/api.py': 'from app.models import User\n\n\ndef handler():\n    return User()\n',
  'tests/test_api.py': 'from app.api import handler\n\n\ndef test_api():\n    assert handler()\n',
  'tests/test_dead.py': 'from app.models import Group\n\n\ndef test_dead():\n    assert Group\n',
}

const dead = 'tests/test_dead.py missing-symbol'

const pulling: ClientCapabilities = {
  textDocument: { diagnostic: {} },
  workspace: { diagnostics: { refreshSupport: true } },
}

/** An empty range: what is inserted at a place. */
function at(line: number, character: number): Range {
  return { start: { line, character }, end: { line, character } }
}

const endOfModels = at(2, 0)

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

function folder(files: Readonly<Record<string, string>>): string {
  const root = makeProject(files)
  cleanups.push(() => removeProject(root))
  return root
}

async function start(options: EditorOptions = {}, files: Readonly<Record<string, string>> = project) {
  const editor = await Editor.start(folder(files), options)
  cleanups.unshift(() => editor.kill())
  return editor
}

describe('pushed diagnostics', () => {
  test('stand in files that nobody has opened', async () => {
    const editor = await start({
      capabilities: { textDocument: { publishDiagnostics: { relatedInformation: true } } },
    })
    await editor.open('tests/test_api.py')
    await editor.untilShown(dead)
    const [diagnostic] = editor.shown.get('tests/test_dead.py')!
    expect(diagnostic).toMatchObject({
      range: { start: { line: 0, character: 23 }, end: { line: 0, character: 28 } },
      severity: 1,
      code: 'missing-symbol',
      source: 'precollect',
      data: { fingerprint: expect.any(String) },
    })
    expect(diagnostic!.message).toContain('Group')
  })

  test('follow unsaved text in another file, and tell how pytest gets to a fault', async () => {
    const editor = await start({
      capabilities: { textDocument: { publishDiagnostics: { relatedInformation: true } } },
    })
    await editor.open('src/app/models.py')
    await editor.untilShown(dead)
    await editor.edit('src/app/models.py', endOfModels, 'class Group:\n    pass\n')
    await editor.untilShown()

    await editor.edit(
      'src/app/models.py',
      { start: { line: 0, character: 6 }, end: { line: 0, character: 10 } },
      'Owner',
    )
    await editor.untilShown('src/app/api.py missing-symbol')
    const [diagnostic] = editor.shown.get('src/app/api.py')!
    expect(diagnostic!.relatedInformation?.[0]).toMatchObject({
      location: { uri: editor.uri('tests/test_api.py'), range: { start: { line: 0 } } },
    })
  })

  test('return to what is on the disk when a document is closed unsaved', async () => {
    const editor = await start()
    await editor.open('src/app/models.py')
    await editor.untilShown(dead)
    await editor.edit('src/app/models.py', endOfModels, 'Group = User\n')
    await editor.untilShown()
    await editor.close('src/app/models.py')
    await editor.untilShown(dead)
  })

  test('count columns in the encoding that was agreed on', async () => {
    const files = { ...project, 'tests/test_dead.py': 'x = "é🎉"; from app.models import Group\n' }
    const capabilities = { general: { positionEncodings: ['utf-8'] } }
    const editor = await start({ capabilities }, files)
    await editor.untilShown(dead)
    expect(editor.introduction.capabilities.positionEncoding).toBe('utf-8')
    const before = Buffer.byteLength('x = "é🎉"; from app.models import ')
    expect(editor.shown.get('tests/test_dead.py')![0]!.range).toEqual({
      start: { line: 0, character: before },
      end: { line: 0, character: before + 5 },
    })
    // An edit is counted in it as well.
    await editor.open('tests/test_dead.py')
    const range = { start: { line: 0, character: before }, end: { line: 0, character: before + 5 } }
    await editor.edit('tests/test_dead.py', range, 'User')
    await editor.untilShown()
  })
})

test('code that could go is tagged, where the editor shows tags', async () => {
  const files = { 'test_a.py': 'import os  # precollect: ignore[missing-symbol]\n' }
  const tagsFor = async (capabilities: ClientCapabilities) => {
    const editor = await start({ capabilities }, files)
    await editor.untilShown('test_a.py unused-suppression')
    return editor.shown.get('test_a.py')![0]!.tags
  }
  const tagSupport = { valueSet: [DiagnosticTag.Unnecessary, DiagnosticTag.Deprecated] }
  expect(await tagsFor({ textDocument: { publishDiagnostics: { tagSupport } } })).toEqual([
    DiagnosticTag.Unnecessary,
  ])
  expect(await tagsFor({})).toBeUndefined()
})

test('a document has its diagnostics under the URI by which the client knows it', async () => {
  const editor = await start({}, { 'test_(1).py': 'import gone\n' })
  await editor.untilShown('test_(1).py unresolved-import')
  const shown = new Set([editor.uri('test_(1).py')])
  editor.onPublished = (_path, items, _version, uri) => {
    if (items.length > 0) shown.add(uri)
    else shown.delete(uri)
  }
  const uri = editor.uri('test_(1).py').replace('(', '%28').replace(')', '%29')
  const textDocument = { uri, languageId: 'python', version: 1, text: 'import gone\n' }
  await editor.connection.sendNotification('textDocument/didOpen', { textDocument })
  await expect.poll(() => [...shown]).toEqual([uri])
  await editor.connection.sendNotification('textDocument/didClose', { textDocument: { uri } })
  await expect.poll(() => [...shown]).toEqual([editor.uri('test_(1).py')])
})

describe('pulled diagnostics', () => {
  const pull = (editor: Editor, path: string, previousResultId?: string): Promise<DocumentDiagnosticReport> =>
    editor.connection.sendRequest('textDocument/diagnostic', {
      textDocument: { uri: editor.uri(path) },
      previousResultId,
    })

  test('answer for an open document, briefly where nothing is new', async () => {
    const editor = await start({ capabilities: pulling })
    await editor.open('tests/test_dead.py')
    const first = await pull(editor, 'tests/test_dead.py')
    expect(first).toMatchObject({ kind: 'full', items: [{ code: 'missing-symbol' }] })
    expect(await pull(editor, 'tests/test_dead.py', first.resultId)).toEqual({
      kind: 'unchanged',
      resultId: first.resultId,
    })
  })

  test('are asked for again when an edit elsewhere changes them', async () => {
    const editor = await start({ capabilities: pulling })
    await editor.open('tests/test_dead.py')
    await editor.open('src/app/models.py')
    const first = await pull(editor, 'tests/test_dead.py')
    await editor.edit('src/app/models.py', endOfModels, 'Group = User\n')
    await editor.until('a refresh', () => editor.refreshes === 1)
    expect(await pull(editor, 'tests/test_dead.py', first.resultId)).toMatchObject({
      kind: 'full',
      items: [],
    })
  })

  test('bring what is new of other open documents to a client that takes it', async () => {
    const capabilities = { ...pulling, textDocument: { diagnostic: { relatedDocumentSupport: true } } }
    const editor = await start({ capabilities })
    for (const path of ['tests/test_dead.py', 'tests/test_api.py', 'src/app/models.py'])
      await editor.open(path)
    await pull(editor, 'tests/test_dead.py')
    await pull(editor, 'tests/test_api.py')
    await editor.edit('src/app/models.py', endOfModels, 'Group = User\n')
    // The first word on the edited file may come before that.
    await expect
      .poll(() => pull(editor, 'src/app/models.py'))
      .toMatchObject({
        items: [],
        relatedDocuments: { [editor.uri('tests/test_dead.py')]: { kind: 'full', items: [] } },
      })
    // An editor drops an answer that it has given up by the time it comes, so it is told to ask for those all the same.
    await editor.until('a refresh', () => editor.refreshes === 1)
    await pull(editor, 'tests/test_dead.py')
    expect(await pull(editor, 'src/app/models.py')).not.toHaveProperty('relatedDocuments')
  })

  test('of files that are not open are not brought along with those of others', async () => {
    const capabilities = { ...pulling, textDocument: { diagnostic: { relatedDocumentSupport: true } } }
    const editor = await start({ capabilities })
    await editor.open('tests/test_api.py')
    await editor.untilShown(dead)
    expect(await pull(editor, 'tests/test_api.py')).not.toHaveProperty('relatedDocuments')
  })

  test('are pushed for files that are not open, until the client asks for the workspace', async () => {
    const editor = await start({ capabilities: pulling })
    await editor.untilShown(dead)
    const ask = (
      previousResultIds: readonly { uri: string; value: string }[],
    ): Promise<WorkspaceDiagnosticReport> =>
      editor.connection.sendRequest('workspace/diagnostic', { previousResultIds })
    const first = await ask([])
    expect(first.items).toMatchObject([
      { kind: 'full', uri: editor.uri('tests/test_dead.py'), items: [{ code: 'missing-symbol' }] },
    ])
    await editor.untilShown()

    // Asked with what it was told, the server answers when that is no longer true.
    const known = first.items.map(({ uri, resultId }) => ({ uri, value: resultId! }))
    const second = ask(known)
    writeInto(editor.root, 'src/app/models.py', 'class User: ...\nclass Group: ...\n')
    await editor.tell(FileChangeType.Changed, 'src/app/models.py')
    expect((await second).items).toMatchObject([
      { kind: 'full', uri: editor.uri('tests/test_dead.py'), items: [] },
    ])
  })

  test('are not answered once the client has given up', async () => {
    const editor = await start({ capabilities: pulling })
    const ask = editor.connection.sendRequest('workspace/diagnostic', { previousResultIds: [] })
    const { items } = (await ask) as WorkspaceDiagnosticReport
    const known = items.map(({ uri, resultId }) => ({ uri, value: resultId! }))
    const cancellation = new CancellationTokenSource()
    const answer = editor.connection.sendRequest(
      'workspace/diagnostic',
      { previousResultIds: known },
      cancellation.token,
    )
    await editor.caughtUp()
    cancellation.cancel()
    await expect(answer).rejects.toMatchObject({ code: -32800 })

    await editor.open('tests/test_dead.py')
    await editor.edit('tests/test_dead.py', at(0, 0), '\n')
    const other = new CancellationTokenSource()
    const textDocument = { uri: editor.uri('tests/test_dead.py') }
    const report = editor.connection.sendRequest('textDocument/diagnostic', { textDocument }, other.token)
    other.cancel()
    await expect(report).rejects.toMatchObject({ code: -32800 })
  })

  test('of a document that is opened take the place of the pushed ones', async () => {
    const editor = await start({ capabilities: pulling })
    await editor.untilShown(dead)
    await editor.open('tests/test_dead.py')
    await editor.untilShown()
    expect(await pull(editor, 'tests/test_dead.py')).toMatchObject({ items: [{ code: 'missing-symbol' }] })
    await editor.close('tests/test_dead.py')
    await editor.untilShown(dead)
  })
})

describe('hover', () => {
  const hover = (editor: Editor, path: string, line: number, character: number): Promise<Hover | null> =>
    editor.connection.sendRequest('textDocument/hover', {
      textDocument: { uri: editor.uri(path) },
      position: { line, character },
    })

  test('explains a finding', async () => {
    const editor = await start({ capabilities: { textDocument: { hover: { contentFormat: ['markdown'] } } } })
    await editor.open('tests/test_dead.py')
    await editor.untilShown(dead)
    const answer = await hover(editor, 'tests/test_dead.py', 0, 25)
    expect(answer).toMatchObject({
      range: { start: { line: 0, character: 23 } },
      contents: { kind: 'markdown', value: expect.stringContaining('**missing-symbol:**') },
    })
    expect((answer!.contents as { value: string }).value).toContain(
      `[tests/test\\_dead.py](${editor.uri('tests/test_dead.py')})`,
    )
  })

  test('is silent elsewhere', async () => {
    const editor = await start()
    await editor.open('tests/test_dead.py')
    await editor.untilShown(dead)
    expect(await hover(editor, 'tests/test_dead.py', 3, 2)).toBeNull()
    expect(await hover(editor, 'tests/test_never_opened.py', 0, 0)).toBeNull()
  })
})

describe('settings', () => {
  test('come from the editor and count at once when changed', async () => {
    const capabilities = {
      workspace: { configuration: true, didChangeConfiguration: { dynamicRegistration: true } },
    }
    const editor = await start({ capabilities, settings: { ignore: ['missing-symbol'] } })
    await editor.until('the first analysis', () => editor.log.some(line => line.includes('pytest')))
    await editor.caughtUp()
    expect(editor.summary()).toEqual([])
    expect(editor.registered).toEqual(['workspace/didChangeConfiguration'])
    await editor.configure({ ignore: 'missing-symbol', ruleDocs: 7 })
    await editor.untilShown(dead)
    expect(editor.log).toContain('precollect.ignore: expected a list of rule names, got "missing-symbol"')
    expect(editor.log).toContain('precollect.ruleDocs: expected a URL or null, got 7')
  })

  test('may come with the start', async () => {
    const editor = await start({ initializationOptions: { ignore: ['missing-symbol'] } })
    await editor.until('the first analysis', () => editor.log.some(line => line.includes('pytest')))
    await editor.caughtUp()
    expect(editor.summary()).toEqual([])
  })
})

describe('workspace folders', () => {
  test('are analysed each for itself, and forgotten when they go', async () => {
    const other = folder({ 'test_other.py': 'from nothing_like_it.at_all import x\n' })
    const editor = await start({ folders: [other], capabilities: { workspace: { workspaceFolders: true } } })
    await editor.until('both folders', () => editor.shown.size === 2)
    const event = { added: [], removed: [{ uri: pathToFileURL(other).href, name: other }] }
    await editor.connection.sendNotification('workspace/didChangeWorkspaceFolders', { event })
    await editor.untilShown(dead)
  })

  test('speak each for its own files where one lies in another', async () => {
    const root = folder({ 'inner/test_inner.py': 'from nothing_like_it.at_all import x\n' })
    const editor = await Editor.start(root, { folders: [join(root, 'inner')] })
    cleanups.unshift(() => editor.kill())
    await editor.until('both analyses', () => editor.log.filter(line => line.includes('pytest')).length === 2)
    await editor.caughtUp()
    expect(editor.summary()).toEqual(['inner/test_inner.py unresolved-import'])
  })
})

describe('the life of the server', () => {
  test('reports the first analysis as progress, and no other', async () => {
    const editor = await start({ capabilities: { window: { workDoneProgress: true } } })
    await editor.until('the end of it', () => editor.progress.includes('end'))
    await editor.open('src/app/models.py')
    await editor.edit('src/app/models.py', endOfModels, 'Group = User\n')
    await editor.untilShown()
    expect(editor.progress).toEqual(['begin', 'end'])
  })

  test('ends with 0 after a shutdown, with 1 without', async () => {
    expect(await (await start()).stop()).toBe(0)
    expect(await (await start()).exit()).toBe(1)
  })

  test('ends when the editor that started it is gone', async () => {
    const parent = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'])
    const editor = await start({ processId: parent.pid! })
    parent.kill('SIGKILL')
    expect(await editor.exited).toBe(1)
  })

  test('takes a thousand open documents', async () => {
    const names = Array.from({ length: 1000 }, (_, n) => `tests/test_${n}.py`)
    const files = {
      ...project,
      ...Object.fromEntries(names.map(name => [name, project['tests/test_dead.py']])),
    }
    const editor = await start({}, files)
    const all = [...names, 'tests/test_dead.py'].map(name => `${name} missing-symbol`)
    for (const name of names) await editor.open(name)
    await editor.untilShown(...all)
    await editor.open('src/app/models.py')
    await editor.edit('src/app/models.py', endOfModels, 'Group = User\n')
    await editor.untilShown()
    for (const name of names) await editor.close(name)
    await editor.close('src/app/models.py')
    await editor.untilShown(...all)
  })

  test('goes on after messages that make no sense', async () => {
    const editor = await start()
    await editor.untilShown(dead)
    await expect(editor.connection.sendRequest('textDocument/unheardOf', {})).rejects.toMatchObject({
      code: -32601,
    })
    await expect(editor.connection.sendRequest('textDocument/hover', {})).rejects.toMatchObject({
      code: -32603,
    })
    await editor.connection.sendNotification('$/unheardOf', {})
    await editor.connection.sendNotification('textDocument/didChange', {})
    await editor.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri: 'untitled:1', version: 1, text: 'x' },
    })
    await editor.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: 'not a uri' }],
    })
    editor.sendRaw('Content-Length: 9\r\n\r\n{"jsonrpc')
    await editor.open('src/app/models.py')
    await editor.edit('src/app/models.py', endOfModels, 'Group = User\n')
    await editor.untilShown()
    expect(await editor.stop()).toBe(0)
  })
})
