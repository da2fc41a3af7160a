/** Confirmation over the protocol: the built server, a real project, real pytest. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { ExecuteCommandRequest, HoverRequest, type MarkupContent } from 'vscode-languageserver/node'
import { probeFolder } from '../../server/src/confirm/runner.ts'
import { join } from '../../server/src/files/paths.ts'
import { standardPython } from '../support/pythons.ts'
import { Editor, type EditorOptions, makeProject, removeProject, writeInto } from './editor.ts'

/** Nobody can foresee the second: it is data that decides. The third is made before it is imported. */
const PROJECT = {
  'pytest.ini': '[pytest]\npythonpath = .\n',
  'test_absent.py': 'import gone\n',
  'test_data.py': 'import json\n\nsetting = json.loads(open("setting.json").read())["name"]\n',
  'setting.json': '{}\n',
  'test_made.py': 'import made\n',
  'conftest.py': [
    'import atexit, os, subprocess, sys',
    'open("ran.txt", "a").write("x")',
    'subprocess.run([sys.executable, "-c", "open(\'made.py\', \'w\').close()"])',
    'atexit.register(os.unlink, "made.py")',
    '',
  ].join('\n'),
}

let root = ''
let editor: Editor | null = null
afterEach(() => {
  editor?.kill()
  removeProject(root)
})

async function start(
  settings: object,
  options: EditorOptions = {},
  project: Readonly<Record<string, string>> = PROJECT,
): Promise<Editor> {
  root = makeProject(project)
  editor = await Editor.start(root, {
    capabilities: {
      workspace: { configuration: true, didChangeWatchedFiles: { dynamicRegistration: true } },
      textDocument: { hover: { contentFormat: ['markdown'] } },
      window: { workDoneProgress: true },
    },
    initializationOptions: { trusted: true },
    settings: { python: standardPython().interpreter, ...settings },
    ...options,
  })
  return editor
}

const command = (it: Editor, name: string, ...args: string[]): Promise<string> =>
  it.connection.sendRequest(ExecuteCommandRequest.type, { command: name, arguments: args })

async function hover(it: Editor, path: string, line: number): Promise<string> {
  const textDocument = { uri: it.uri(path) }
  const position = { line, character: 8 }
  const answer = await it.connection.sendRequest(HoverRequest.type, { textDocument, position })
  return (answer?.contents as MarkupContent | undefined)?.value ?? ''
}

test('a pass confirms, refutes, and tells what nobody foresaw', async () => {
  const it = await start({ confirm: 'manual' })
  await it.untilShown('test_absent.py unresolved-import', 'test_made.py unresolved-import')
  expect(it.shown.get('test_absent.py')?.[0]?.message).not.toContain('confirmed')
  expect(existsSync(join(root, 'ran.txt'))).toBe(false)

  expect(await command(it, 'precollect.confirm')).toMatch(
    /^pytest .* over all test files: 2 failed, exit code 2, .* precision 0.50, recall 0.50$/,
  )
  await it.untilShown('test_absent.py unresolved-import', 'test_data.py unpredicted-error')
  expect(it.shown.get('test_absent.py')?.[0]?.message).toContain('confirmed by pytest')
  expect(it.shown.get('test_data.py')?.[0]).toMatchObject({
    range: { start: { line: 2, character: 0 } },
    severity: 1,
  })
  expect(it.progress).toContain('begin')

  await it.open('test_data.py')
  const page = await hover(it, 'test_data.py', 2)
  expect(page).toContain("KeyError: 'name'")
  expect(page).toContain('File "test_data.py", line 3, in <module>')
})

test('a verdict falls with the text it was given for, and a save asks pytest again', async () => {
  const it = await start({ confirm: 'onSave' })
  await it.untilShown('test_absent.py unresolved-import', 'test_data.py unpredicted-error')
  await it.open('test_data.py')
  const line = { start: { line: 2, character: 0 }, end: { line: 3, character: 0 } }
  await it.edit('test_data.py', line, 'setting = 1\n')
  await it.untilShown('test_absent.py unresolved-import')

  writeInto(root, 'test_data.py', 'import json\n\nsetting = 1\n')
  await it.save('test_data.py')
  await it.until('a pass over that file alone', () =>
    it.log.some(entry => /over 1 test file: 0 failed/.test(entry)),
  )
  expect(it.summary()).toEqual(['test_absent.py unresolved-import'])
})

test('nothing runs in a folder that is not trusted', async () => {
  const it = await start({ confirm: 'periodic' }, { initializationOptions: { trusted: false } })
  await it.untilShown('test_absent.py unresolved-import', 'test_made.py unresolved-import')
  expect(await command(it, 'precollect.confirm')).toContain('not trusted')
  expect(existsSync(join(root, 'ran.txt'))).toBe(false)
})

test('a file of its own', async () => {
  const it = await start({ confirm: 'manual' })
  await it.untilShown('test_absent.py unresolved-import', 'test_made.py unresolved-import')
  const said = await command(it, 'precollect.confirmFile', it.uri('test_absent.py'))
  expect(said).toMatch(/over 1 test file: 1 failed/)
  const refused = await command(it, 'precollect.confirmFile', it.uri('setting.json'))
  expect(refused).toBe('no test file imports this file')
})

test("the user's own run with the probe confirms as well", async () => {
  const it = await start({ confirm: 'manual' })
  await it.untilShown('test_absent.py unresolved-import', 'test_made.py unresolved-import')
  const { PATH, SystemRoot } = process.env
  const env = { PATH, SystemRoot, PYTHONPATH: probeFolder, PRECOLLECT_CACHE_DIR: `${root}.cache` }
  const args = ['-B', '-m', 'pytest', '-p', 'precollect_probe']
  spawnSync(standardPython().interpreter, args, { cwd: root, env })
  await it.untilShown('test_absent.py unresolved-import', 'test_data.py unpredicted-error')
})

test('a project that brings its own process down does not bring the server down', async () => {
  const conftest = 'import os\nos.write(2, b"x" * 3_000_000)\nos.close(1)\nos._exit(7)\n'
  const it = await start(
    { confirm: 'manual' },
    {},
    { 'pytest.ini': '', 'conftest.py': conftest, 'test_a.py': 'import gone\n' },
  )
  await it.untilShown('test_a.py unresolved-import')
  for (let pass = 0; pass < 2; pass++)
    expect(await command(it, 'precollect.confirm')).toMatch(/0 failed, exit code 7/)
  await it.untilShown('pytest.ini unpredicted-error', 'test_a.py unresolved-import')
  expect(it.shown.get('pytest.ini')?.[0]?.message).toContain('ended itself with exit code 7')
})

test('a pass that ends while somebody types shows nothing at the places of an older text', async () => {
  const conftest = 'import time\ntime.sleep(1)\n'
  const it = await start(
    { confirm: 'manual' },
    {
      capabilities: { textDocument: { publishDiagnostics: { versionSupport: true } } },
      initializationOptions: { trusted: true, python: standardPython().interpreter },
    },
    { 'pytest.ini': '', 'conftest.py': conftest, 'test_a.py': 'import gone\n' },
  )
  await it.untilShown('test_a.py unresolved-import')
  await it.open('test_a.py')
  await command(it, 'precollect.check')
  const places: string[] = []
  it.onPublished = (_, [finding], version) =>
    places.push(`line ${finding?.range.start.line} of version ${version}`)
  let ended = false
  const said = command(it, 'precollect.confirm').finally(() => {
    ended = true
  })
  // No analysis begins in between.
  const top = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }
  while (!ended) {
    await it.edit('test_a.py', top, '\n')
    await new Promise(resolve => setTimeout(resolve, 5))
  }
  expect(await said).toContain('1 failed')
  await command(it, 'precollect.check')
  expect(places.length).toBeGreaterThan(0)
  for (const place of places) {
    // Each version is one line longer.
    const of = Number(place.split(' ').at(-1))
    expect(place).toBe(`line ${of - 1} of version ${of}`)
  }
})
