/** What an edit breaks is seen in the edited file before all that follows from it is known. */
import { afterEach, expect, test } from 'vitest'
import type { FullDocumentDiagnosticReport } from 'vscode-languageserver/node'
import { Editor, makeProject, removeProject } from './editor.ts'

/** So many that running all of them again takes a while. */
const TESTS = 800

const project = {
  'pytest.ini': '[pytest]\npythonpath = .\n',
  'hub.py': 'try:\n    import hub\nexcept ImportError:\n    raise\nVALUE = 1\n',
  'test_first.py': 'import hub\nimport nothing_there\n',
  ...Object.fromEntries(Array.from({ length: TESTS }, (_, n) => [`test_${n}.py`, 'import hub\n'])),
}

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

test('an import that breaks in a module that much needs, and its end', async () => {
  const root = makeProject(project)
  cleanups.push(() => removeProject(root))
  const editor = await Editor.start(root, {
    capabilities: {
      textDocument: { diagnostic: {} },
      workspace: { diagnostics: { refreshSupport: true } },
    },
  })
  cleanups.unshift(() => editor.kill())
  const pull = async () => {
    const textDocument = { uri: editor.uri('hub.py') }
    const report = await editor.connection.sendRequest('textDocument/diagnostic', { textDocument })
    return (report as FullDocumentDiagnosticReport).items.map(
      ({ code, range }) => `${range.start.line} ${code}`,
    )
  }
  const settled = () =>
    editor.connection.sendRequest('workspace/executeCommand', { command: 'precollect.report' })
  await editor.open('hub.py')
  expect(await pull()).toEqual([])
  const start = { line: 0, character: 0 }
  await editor.edit('hub.py', { start, end: start }, 'import nothing_like_it\n')
  expect(await pull()).toEqual(['0 unresolved-import'])
  await settled()
  expect(await pull()).toEqual(['0 unresolved-import'])
  await editor.edit('hub.py', { start, end: { line: 1, character: 0 } }, '')
  expect(await pull()).toEqual([])
  await settled()
  expect(editor.summary()).toEqual(['test_first.py unresolved-import'])
})
