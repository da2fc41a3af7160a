/** Each command of the server, by the built server over stdio: it shows progress, and it can be cancelled in each way. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { CancellationTokenSource, ExecuteCommandRequest } from 'vscode-languageserver/node'
import { standardPython } from '../support/pythons.ts'
import { Editor, type EditorOptions, makeProject, removeProject } from './editor.ts'

const project = {
  'pytest.ini': '[pytest]\npythonpath = .\n',
  'places.py': 'class Place: ...\n',
  'test_moved.py': 'from old_places import Place\n',
  // Only the first pass takes longer than anybody waits.
  'conftest.py': `import os, time

if not os.path.exists("been_here"):
    with open("being_here", "w") as file:
        file.write(str(os.getpid()))
    os.rename("being_here", "been_here")
    time.sleep(600)
`,
}

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

async function start(options: EditorOptions = {}): Promise<Editor> {
  const root = makeProject(project)
  cleanups.push(() => removeProject(root))
  const editor = await Editor.start(root, {
    initializationOptions: { trusted: true, python: standardPython().interpreter },
    ...options,
  })
  cleanups.unshift(() => editor.kill())
  await editor.untilShown('test_moved.py unresolved-import')
  return editor
}

const top = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }

/** Has the next command wait for an analysis: so it is still under way when it is cancelled. */
async function typeSomething(editor: Editor): Promise<void> {
  await editor.open('places.py')
  await editor.edit('places.py', top, '# a comment\n')
}

const commands = [
  'precollect.check',
  'precollect.why',
  'precollect.plan',
  'precollect.report',
  'precollect.applyBridge',
  'precollect.showEnvironment',
  'precollect.restart',
]
const passes = ['precollect.confirm', 'precollect.confirmFile']

/** What a command is given that is about a finding; the others take no notice. */
function about(editor: Editor): object {
  const [finding] = editor.shown.get('test_moved.py')!
  return { uri: editor.uri('test_moved.py'), fingerprint: finding!.data.fingerprint }
}

const given = (editor: Editor, command: string): unknown =>
  command === 'precollect.confirm' ? editor.uri('').replace(/\/$/, '') : about(editor)

function execute(editor: Editor, command: string, more: object = {}, source?: CancellationTokenSource) {
  const params = { command, arguments: [given(editor, command)], ...more }
  return editor.connection.sendRequest(ExecuteCommandRequest.type, params, source?.token)
}

const cancelled = { code: -32800 }

test('these are all of them', async () => {
  const editor = await start()
  expect(editor.introduction.capabilities.executeCommandProvider).toEqual({
    commands: expect.arrayContaining([...commands, ...passes]),
    workDoneProgress: true,
  })
  expect(editor.introduction.capabilities.executeCommandProvider!.commands.toSorted()).toEqual(
    [...commands, ...passes].toSorted(),
  )
})

describe.each(commands)('%s', command => {
  test('shows progress by the token that it was given, and no other', async () => {
    const editor = await start({ capabilities: { window: { workDoneProgress: true } } })
    await editor.until('the first analysis', () => editor.progress.includes('end'))
    editor.sent.clear()
    await execute(editor, command, { workDoneToken: 'mine' })
    expect([...editor.sent]).toEqual([['mine', ['begin', 'end']]])
  })

  test('ends at once when its request is cancelled', async () => {
    const editor = await start()
    await typeSomething(editor)
    const source = new CancellationTokenSource()
    const answer = execute(editor, command, { workDoneToken: 'mine' }, source)
    source.cancel()
    await expect(answer).rejects.toMatchObject(cancelled)
    await editor.until('the end of its progress', () => editor.sent.get('mine')?.at(-1) === 'end')
  })

  test('ends when its progress, which nobody asked for, is cancelled', async () => {
    const editor = await start({ capabilities: { window: { workDoneProgress: true } } })
    await editor.until('the first analysis', () => editor.progress.includes('end'))
    editor.cancelsProgress = true
    await typeSomething(editor)
    await expect(execute(editor, command)).rejects.toMatchObject(cancelled)
  })
})

const isRunning = (editor: Editor) => existsSync(join(editor.root, 'been_here'))
const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise(resolve => setTimeout(resolve, 20))
}

test.skipIf(process.platform === 'win32').each([
  ['it is told to exit without a shutdown', (editor: Editor) => editor.exit()],
  ['it is killed', async (editor: Editor) => process.kill(editor.pid, 'SIGKILL')],
])('pytest ends with the server when %s', async (_, end) => {
  const editor = await start()
  execute(editor, 'precollect.confirm').catch(() => {}) // nobody answers
  await until(() => isRunning(editor))
  const pid = Number(readFileSync(join(editor.root, 'been_here'), 'utf8'))
  const isAlive = () => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }
  expect(isAlive()).toBe(true)
  await end(editor)
  await until(() => !isAlive())
})

describe.each(passes)('%s', command => {
  test('ends pytest when its request is cancelled, and the next one runs', async () => {
    const editor = await start()
    const source = new CancellationTokenSource()
    const answer = execute(editor, command, { workDoneToken: 'mine' }, source)
    await until(() => isRunning(editor))
    source.cancel()
    await expect(answer).rejects.toMatchObject(cancelled)
    expect(editor.sent.get('mine')).toEqual(['begin', 'end'])
    let said: string
    do said = await execute(editor, command)
    while (said === 'a pass is under way')
    expect(said).toContain('1 failed')
  })

  test('ends pytest when the progress of the pass is cancelled', async () => {
    const editor = await start({ capabilities: { window: { workDoneProgress: true } } })
    await editor.until('the first analysis', () => editor.progress.includes('end'))
    editor.progress.length = 0
    const answer = execute(editor, command)
    await until(() => isRunning(editor))
    await editor.cancelProgress()
    expect(await answer).toContain('cancelled')
    await editor.until('the end of its progress', () => editor.progress.at(-1) === 'end')
  })

  test('ends pytest and its progress when the folder goes', async () => {
    const editor = await start({
      capabilities: { window: { workDoneProgress: true }, workspace: { workspaceFolders: true } },
    })
    await editor.until('the first analysis', () => editor.progress.includes('end'))
    editor.progress.length = 0
    const answer = execute(editor, command)
    await until(() => isRunning(editor))
    const event = { added: [], removed: [{ uri: editor.uri('').replace(/\/$/, ''), name: '' }] }
    await editor.connection.sendNotification('workspace/didChangeWorkspaceFolders', { event })
    expect(await answer).toContain('cancelled')
    await editor.until('the end of its progress', () => editor.progress.at(-1) === 'end')
    await editor.untilShown()
  })
})
