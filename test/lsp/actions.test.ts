/** Code actions and commands, by the built server over stdio: what is offered, what it does, and how it is told. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import {
  CancellationTokenSource,
  type ClientCapabilities,
  type CodeAction,
  type Hover,
  type WorkspaceEdit,
} from 'vscode-languageserver/node'
import { Editor, type EditorOptions, makeProject, removeProject, writeInto } from './editor.ts'

const project = {
  'pytest.ini': '[pytest]\naddopts = --strict-markers\nmarkers =\n    slow: takes minutes\n',
  'app/__init__.py': '',
  'app/places.py': 'class Place:\n    pass\n',
  'conftest.py': '',
  'test_mark.py': 'import pytest\n\n\n@pytest.mark.slwo\ndef test_mark():\n    pass\n',
  'test_moved.py': 'from app.old_places import Place\n\n\ndef test_moved():\n    assert Place\n',
}
const found = ['test_mark.py unregistered-marker', 'test_moved.py unresolved-import']

const able: ClientCapabilities = {
  workspace: { workspaceEdit: { documentChanges: true, resourceOperations: ['create', 'rename', 'delete'] } },
  textDocument: { codeAction: { resolveSupport: { properties: ['edit'] } } },
}

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

async function start(
  options: EditorOptions = {},
  files: Readonly<Record<string, string>> = project,
  shown: readonly string[] = found,
): Promise<Editor> {
  const root = makeProject(files)
  cleanups.push(() => removeProject(root))
  const editor = await Editor.start(root, options)
  cleanups.unshift(() => editor.kill())
  await editor.untilShown(...shown)
  return editor
}

async function actions(editor: Editor, path: string, only?: string[]): Promise<CodeAction[]> {
  const diagnostics = editor.shown.get(path) ?? []
  const range = diagnostics[0]?.range ?? { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }
  return (
    (await editor.connection.sendRequest('textDocument/codeAction', {
      textDocument: { uri: editor.uri(path) },
      range,
      context: { diagnostics, ...(only ? { only } : {}) },
    })) ?? []
  )
}

/** What a file is after an edit of the workspace that changes texts only. */
function edited(editor: Editor, path: string, edit: WorkspaceEdit | undefined): string {
  const lines = readFileSync(join(editor.root, path), 'utf8').split('\n')
  const changes =
    edit?.changes?.[editor.uri(path)] ??
    edit?.documentChanges?.flatMap(change =>
      'edits' in change && change.textDocument.uri === editor.uri(path) ? change.edits : [],
    ) ??
    []
  for (const change of [...changes].reverse()) {
    if (!('newText' in change)) continue
    const { start, end } = change.range
    const text = lines.join('\n')
    const offset = ({ line, character }: typeof start) =>
      lines.slice(0, line).join('\n').length + (line > 0 ? 1 : 0) + character
    const now = text.slice(0, offset(start)) + change.newText + text.slice(offset(end))
    lines.splice(0, lines.length, ...now.split('\n'))
  }
  return lines.join('\n')
}

describe('code actions', () => {
  test('offer verified fixes with what they bring, and their edits when they are chosen', async () => {
    const editor = await start({ capabilities: able })
    await editor.open('test_mark.py')
    const offered = await actions(editor, 'test_mark.py')
    expect(offered.map(({ title }) => title)).toEqual([
      "Write 'slow' (brings back 1 test file)",
      "Register the marker 'slwo' (brings back 1 test file)",
    ])
    expect(offered[0]).toMatchObject({ kind: 'quickfix', diagnostics: [{ code: 'unregistered-marker' }] })
    expect(offered[0]!.edit).toBeUndefined()
    const [correct, register] = await Promise.all(
      offered.map(
        (action): Promise<CodeAction> => editor.connection.sendRequest('codeAction/resolve', { ...action }),
      ),
    )
    expect(edited(editor, 'test_mark.py', correct!.edit)).toContain('@pytest.mark.slow\n')
    expect(edited(editor, 'pytest.ini', register!.edit)).toContain('    slow: takes minutes\n    slwo')
  })

  test('bring their edits along for an editor that asks once, and no files where it makes none', async () => {
    const editor = await start()
    await editor.open('test_moved.py')
    const offered = await actions(editor, 'test_moved.py')
    expect(offered.map(({ title }) => title)).toEqual([
      "Import 'app.old_places' from 'app.places' (brings back 1 test file)",
    ])
    expect(edited(editor, 'test_moved.py', offered[0]!.edit)).toContain('from app.places import Place\n')
  })

  test('make all safe fixes of a file, only if that is asked for', async () => {
    const files = { 'test_skip.py': "import pytest\n\npytest.skip('not now')\n" }
    const editor = await start({ capabilities: able }, files, ['test_skip.py module-level-skip'])
    await editor.open('test_skip.py')
    const kinds = async (...only: string[]) =>
      (await actions(editor, 'test_skip.py', only)).map(it => it.kind)
    expect(await kinds('source.fixAll')).toEqual(['source.fixAll.precollect'])
    expect(await kinds('refactor')).toEqual([])
    const [all] = await actions(editor, 'test_skip.py', ['source.fixAll.precollect'])
    expect(edited(editor, 'test_skip.py', all!.edit)).toContain('allow_module_level=True')
  })

  test('are of no use once the file has changed', async () => {
    const editor = await start({ capabilities: able })
    await editor.open('test_moved.py')
    const [offer] = await actions(editor, 'test_moved.py')
    await editor.edit(
      'test_moved.py',
      { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } },
      'Place = 1\n',
    )
    await editor.untilShown(found[0]!)
    await expect(editor.connection.sendRequest('codeAction/resolve', { ...offer! })).rejects.toMatchObject({
      code: -32801,
    })
  })
})

test('a hover over a finding ranks what would mend it, with what that brings', async () => {
  const editor = await start()
  await editor.open('test_moved.py')
  // On a busy machine they would come too late for a hover, which waits only for so long.
  expect(await actions(editor, 'test_moved.py')).not.toEqual([])
  const hover: Hover | null = await editor.connection.sendRequest('textDocument/hover', {
    textDocument: { uri: editor.uri('test_moved.py') },
    position: { line: 0, character: 10 },
  })
  const { value } = hover!.contents as { value: string }
  expect(value).toContain(
    "What would mend it:\n\n1. Import 'app.old_places' from 'app.places': has 'Place', which is wanted; brings back 1 test file",
  )
  expect(value).not.toContain('sys.path')
})

describe('commands', () => {
  const execute = (editor: Editor, command: string, ...given: unknown[]): Promise<string> =>
    editor.connection.sendRequest('workspace/executeCommand', { command, arguments: given })

  test('check looks at everything again and says how it stands', async () => {
    const editor = await start()
    writeInto(editor.root, 'app/old_places.py', 'Place = 1\n')
    expect(await execute(editor, 'precollect.check')).toMatch(
      /: 1 of 2 test files is not collected, for 1 cause$/,
    )
    expect(editor.summary()).toEqual([found[0]])
  })

  test('why tells the way to a failure, of a file or of a finding', async () => {
    const editor = await start({ capabilities: { window: { showDocument: { support: true } } } })
    const uri = editor.uri('test_moved.py')
    const told = await execute(editor, 'precollect.why', uri)
    expect(told).toContain(
      "test_moved.py is not collected: ModuleNotFoundError: No module named 'app.old_places'",
    )
    expect(readFileSync(fileURLToPath(editor.documents.at(-1)!), 'utf8')).toBe(told)
    const { fingerprint } = editor.shown.get('test_moved.py')![0]!.data
    expect(await execute(editor, 'precollect.why', { uri, fingerprint })).toContain('app.old_places')
    await expect(execute(editor, 'precollect.why')).rejects.toThrow('expected the URI of a file')
  })

  test('plan tells the steps to a target', async () => {
    const editor = await start()
    const told = await execute(editor, 'precollect.plan', { uri: editor.uri('test_moved.py'), target: 0 })
    expect(told).toContain("Import 'app.old_places' from 'app.places'")
  })

  test('report makes a page and has it shown outside', async () => {
    const editor = await start({ capabilities: { window: { showDocument: { support: true } } } })
    const uri = await execute(editor, 'precollect.report')
    expect(editor.documents).toEqual([uri])
    const page = readFileSync(fileURLToPath(uri), 'utf8')
    expect(page.includes('<p>2 test files fail to collect, 0 collect.</p>')).toBe(true)
  })

  test('showEnvironment tells what the findings hold for', async () => {
    const editor = await start()
    expect(await execute(editor, 'precollect.showEnvironment')).toMatch(
      /^Python 3.*\n {2}chosen because: .*pytest .*started as: .*sys\.path after collection:/ms,
    )
  })

  test('applyBridge makes the best fix of a finding in the editor', async () => {
    const editor = await start({ capabilities: able })
    const uri = editor.uri('test_moved.py')
    const { fingerprint } = editor.shown.get('test_moved.py')![0]!.data
    expect(await execute(editor, 'precollect.applyBridge', { uri, fingerprint })).toBe('applied')
    expect(edited(editor, 'test_moved.py', editor.edits[0])).toContain('from app.places import Place\n')
    editor.takesEdits = false
    await expect(execute(editor, 'precollect.applyBridge', { uri, fingerprint })).rejects.toThrow('not today')
    await expect(execute(editor, 'precollect.applyBridge', { uri, fingerprint: 'gone' })).rejects.toThrow(
      'no such fix',
    )
  })

  test('restart begins anew', async () => {
    const editor = await start()
    expect(await execute(editor, 'precollect.restart')).toBe('restarted')
    await editor.open('test_moved.py')
    await editor.edit(
      'test_moved.py',
      { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } },
      'Place = 1\n',
    )
    await editor.untilShown(found[0]!)
  })

  test('show progress, and end when it is cancelled', async () => {
    const editor = await start({ capabilities: { window: { workDoneProgress: true } } })
    await editor.until('the first analysis', () => editor.progress.includes('end'))
    editor.progress.length = 0
    await execute(editor, 'precollect.check')
    expect(editor.progress).toEqual(['begin', 'end'])

    editor.cancelsProgress = true
    await expect(execute(editor, 'precollect.why', editor.uri('test_moved.py'))).rejects.toMatchObject({
      code: -32800,
    })
    await expect(execute(editor, 'precollect.unheardOf')).rejects.toThrow('no such command')
  })
})

describe('before a file is renamed', () => {
  const renaming: ClientCapabilities = {
    ...able,
    workspace: { ...able.workspace, fileOperations: { willRename: true } },
  }
  const files = {
    ...project,
    'test_place.py':
      'import app.places\nfrom app.places import Place\n\n\ndef test_place():\n    assert app.places.Place\n',
  }
  const willRename = (editor: Editor, from: string, to: string): Promise<WorkspaceEdit | null> =>
    editor.connection.sendRequest('workspace/willRenameFiles', {
      files: [{ oldUri: editor.uri(from), newUri: editor.uri(to) }],
    })

  test('its importers are rewritten, those of a folder too', async () => {
    const editor = await start({ capabilities: renaming }, files)
    expect(editor.introduction.capabilities.workspace?.fileOperations?.willRename?.filters).toHaveLength(2)
    const file = await willRename(editor, 'app/places.py', 'app/sites.py')
    expect(edited(editor, 'test_place.py', file!)).toBe(
      files['test_place.py'].replaceAll('app.places', 'app.sites'),
    )
    const folder = await willRename(editor, 'app', 'core')
    expect(edited(editor, 'test_place.py', folder!)).toBe(
      files['test_place.py'].replaceAll('app.places', 'core.places'),
    )
    expect(editor.messages).toEqual([])
  })

  test('what it would break is said', async () => {
    const editor = await start({ capabilities: renaming }, files)
    expect(await willRename(editor, 'app/places.py', 'app/not-a-module.py')).toBeNull()
    expect(editor.messages).toEqual(['Renaming app/places.py to app/not-a-module.py breaks 1 test file.'])
    expect(await willRename(editor, 'pytest.ini', 'pytest.txt')).toBeNull()
  })
})

test('a question that the editor gives up on is answered as cancelled at once', async () => {
  const editor = await start()
  const source = new CancellationTokenSource()
  const params = { command: 'precollect.why', arguments: [editor.uri('test_moved.py')] }
  const asked = editor.connection.sendRequest('workspace/executeCommand', params, source.token)
  source.cancel()
  await expect(asked).rejects.toMatchObject({ code: -32800 })
  // And what comes after it is answered.
  await editor.open('test_moved.py')
  expect(await actions(editor, 'test_moved.py')).not.toEqual([])
})

test('a status for status bars is sent to who knows it', async () => {
  const editor = await start({ capabilities: { experimental: { precollectStatus: true } } })
  const said = () => editor.statuses.map(({ state, message }) => `${state}: ${message}`)
  await editor.until('the status', () => said().length === 2)
  expect(said()).toEqual(['analysing: ', 'ready: 2 of 2 test files are not collected, for 2 causes'])
  expect(editor.statuses[1]).toMatchObject({ totals: { collects: 0, fails: 2, causes: 2, stops: false } })
})
