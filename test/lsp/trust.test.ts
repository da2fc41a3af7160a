/**
 * A folder that is not trusted, opened in the built server: nothing of it is executed, whatever the editor asks for, and
 * nothing in it can grant trust. Each thing that could be started leaves a trace when it is.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { standardPython } from '../support/pythons.ts'
import {
  command,
  Editor,
  type EditorOptions,
  environment,
  makeProject,
  removeProject,
  writeInto,
} from './editor.ts'

const trace = (who: string) => `open(__file__ + ".ran", "w").close()  # ${who}\n`

const project = {
  'pyproject.toml':
    '[tool.pytest.ini_options]\naddopts = "-p plug"\npythonpath = ["."]\n\n[tool.precollect]\npython = ".venv"\n',
  '.vscode/settings.json':
    '{ "precollect.trusted": true, "precollect.python": ".venv", "precollect.confirm": "onSave" }\n',
  'plug.py': trace('a plugin'),
  'conftest.py': `${trace('a conftest')}\n\ndef pytest_configure(config):\n    ${trace('a hook')}`,
  'sitecustomize.py': trace('what Python starts with'),
  'app/__init__.py': '',
  'app/places.py': 'class Place: ...\n',
  'test_a.py': 'from app.old_places import Place\n',
}
const found = ['test_a.py unresolved-import']

const root = { path: '' }
let editor: Editor | null = null
afterEach(() => {
  editor?.kill()
  removeProject(root.path)
})

/** A program of the project that leaves a trace, then does what the standard interpreter does. */
function program(path: string): void {
  const { interpreter } = standardPython()
  writeInto(root.path, path, `#!/bin/sh\n: > "$0.ran"\nexec "${interpreter}" "$@"\n`)
  chmodSync(join(root.path, path), 0o755)
}

/** An environment of the standard interpreter's Python. */
function environmentFiles(): Record<string, string> {
  const script =
    'import sys; print(sys.base_prefix, "%d.%d" % sys.version_info[:2], sys.version.split()[0], sep="\\n")'
  const { stdout } = spawnSync(standardPython().interpreter, ['-c', script], { encoding: 'utf8' })
  const [base, short, version] = stdout.split(/\r?\n/)
  return {
    '.venv/pyvenv.cfg': `home = ${base}/bin\nversion = ${version}\n`,
    [`.venv/lib/python${short}/site-packages/nothing.py`]: '',
  }
}

function makeFolder(): void {
  root.path = makeProject({ ...project, ...environmentFiles() })
  for (const path of ['.venv/bin/python', '.venv/bin/python3', '.venv/bin/pytest', 'evil']) program(path)
  const git = (...args: string[]) => spawnSync('git', ['-C', root.path, ...args], { encoding: 'utf8' })
  git('init', '--quiet')
  for (const key of ['core.fsmonitor', 'core.pager', 'diff.external', 'core.sshCommand'])
    git('config', key, join(root.path, 'evil'))
}

async function start(options: EditorOptions): Promise<Editor> {
  makeFolder()
  editor = await Editor.start(root.path, options)
  return editor
}

function traces(): string[] {
  const { stdout } = spawnSync('find', [root.path, '-name', '*.ran', '-printf', '%P\n'], { encoding: 'utf8' })
  return stdout.split('\n').filter(Boolean).sort()
}

/** All that an editor can ask for. Answers with what confirmation said. */
async function useEverything(it: Editor): Promise<string[]> {
  await it.untilShown(...found)
  const { fingerprint } = it.shown.get('test_a.py')![0]!.data
  await it.open('test_a.py')
  await it.open('conftest.py')
  const textDocument = { uri: it.uri('test_a.py') }
  const position = { line: 0, character: 10 }
  const range = { start: position, end: position }
  for (const [method, params] of [
    ['textDocument/hover', { position }],
    ['textDocument/definition', { position }],
    ['textDocument/references', { position, context: { includeDeclaration: true } }],
    ['textDocument/completion', { position }],
    ['textDocument/codeLens', {}],
    ['textDocument/documentLink', {}],
    ['textDocument/codeAction', { range, context: { diagnostics: [], only: ['quickfix', 'source.fixAll'] } }],
    [
      'workspace/willRenameFiles',
      { files: [{ oldUri: it.uri('app/places.py'), newUri: it.uri('app/x.py') }] },
    ],
  ] as const)
    await it.connection.sendRequest(method, { textDocument, ...params })
  const execute = (command: string, given?: unknown): Promise<string> =>
    it.connection.sendRequest('workspace/executeCommand', { command, arguments: given ? [given] : [] })
  for (const name of ['check', 'plan', 'report', 'showEnvironment', 'restart'])
    await execute(`precollect.${name}`)
  for (const name of ['why', 'applyBridge'])
    await execute(`precollect.${name}`, { uri: textDocument.uri, fingerprint })
  await it.edit('conftest.py', range, ' ')
  await it.save('test_a.py')
  return [await execute('precollect.confirm'), await execute('precollect.confirmFile', textDocument.uri)]
}

describe.skipIf(process.platform === 'win32')('a folder', () => {
  const capabilities = {
    workspace: { configuration: true, workspaceEdit: { documentChanges: true } },
  }
  /** As an editor passes on what a folder's own settings file says. */
  const settings = { python: '.venv', confirm: 'onSave', trusted: true }

  test.each([
    ['that nothing is said of', {}],
    ['that is not trusted', { trusted: false }],
    ['whose trust is no true', { trusted: 'yes' }],
  ])('%s is read and not executed, and confirmation says why it does not run', async (_, options) => {
    const it = await start({ capabilities, settings, initializationOptions: options })
    const refused = 'this folder is not trusted: pytest would execute its code'
    expect(await useEverything(it)).toEqual([refused, refused])
    await it.stop()
    expect(traces()).toEqual([])
  })

  test('that is trusted has its interpreter asked, and its code run by confirmation alone', async () => {
    const manual = { ...settings, confirm: 'manual' }
    const it = await start({ capabilities, settings: manual, initializationOptions: { trusted: true } })
    await it.untilShown(...found)
    expect(traces().filter(path => !path.startsWith('.venv/bin/'))).toEqual([])
    expect(traces()).not.toEqual([])
    const said: string = await it.connection.sendRequest('workspace/executeCommand', {
      command: 'precollect.confirm',
    })
    expect(said).toContain('1 failed')
    expect(traces()).toContain('conftest.py.ran')
  })
})

test.skipIf(process.platform === 'win32')('--no-interpreter starts nothing of the folder', async () => {
  makeFolder()
  const env = environment(`${root.path}.cli`)
  const cli = (...args: string[]) =>
    spawnSync(process.execPath, [command, ...args], { cwd: root.path, encoding: 'utf8', env })
  for (const args of [
    ['check', '--no-interpreter'],
    ['check', '--no-interpreter', '--fix', '--diff'],
    ['bridges', '--no-interpreter'],
    ['plan', '--no-interpreter'],
    ['why', 'test_a.py', '--no-interpreter'],
    ['report', '--no-interpreter', '--output-dir', `${root.path}.cli`],
    ['doctor', '--no-interpreter'],
  ]) {
    const { status, stderr } = cli(...args)
    expect([0, 1], `${args.join(' ')}: ${stderr}`).toContain(status)
  }
  expect(traces()).toEqual([])
  expect(cli('check').status).toBe(1)
  expect(traces()).not.toEqual([])
  rmSync(`${root.path}.cli`, { recursive: true, force: true })
})
