/** What a client that watches files tells, and what is found where it tells nothing: the built server over stdio. */
import { renameSync } from 'node:fs'
import { join, relative } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { FileChangeType, WatchKind } from 'vscode-languageserver/node'
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

describe('changes on the disk', () => {
  test('are heard of from a client that watches files', async () => {
    const editor = await start({
      capabilities: { workspace: { didChangeWatchedFiles: { dynamicRegistration: true } } },
    })
    await editor.untilShown(dead)
    expect(editor.registered).toEqual(['workspace/didChangeWatchedFiles'])
    writeInto(editor.root, 'src/app/models.py', 'class User: ...\nclass Group: ...\n')
    await editor.tell(FileChangeType.Changed, 'src/app/models.py')
    await editor.untilShown()
  })

  test('in new folders are seen when only a file in them is told of', async () => {
    const editor = await start(
      { capabilities: { workspace: { didChangeWatchedFiles: { dynamicRegistration: true } } } },
      { ...project, 'tests/test_dead.py': 'from app.deep.er.names import Group\n' },
    )
    await editor.untilShown('tests/test_dead.py unresolved-import')
    writeInto(editor.root, 'src/app/deep/er/names.py', 'Group = 1\n')
    await editor.tell(FileChangeType.Created, 'src/app/deep/er/names.py')
    await editor.untilShown()
    removeProject(join(editor.root, 'src/app/deep'))
    await editor.tell(FileChangeType.Deleted, 'src/app/deep/er/names.py')
    await editor.untilShown('tests/test_dead.py unresolved-import')
  })

  test('of folders are seen when only the folder is told of', async () => {
    const editor = await start({
      capabilities: { workspace: { didChangeWatchedFiles: { dynamicRegistration: true } } },
    })
    await editor.untilShown(dead)
    // No other glob matches a folder.
    expect(editor.watched).toContainEqual({
      globPattern: '**/*',
      kind: WatchKind.Create | WatchKind.Delete,
    })
    const [here, there] = [join(editor.root, 'src/app'), `${editor.root}.cache/app`]
    renameSync(here, there)
    await editor.tell(FileChangeType.Deleted, 'src/app')
    await editor.untilShown('tests/test_api.py unresolved-import', 'tests/test_dead.py unresolved-import')
    renameSync(there, here)
    await editor.tell(FileChangeType.Created, 'src/app')
    await editor.untilShown(dead)
  })

  test('are looked for again and again where the client watches nothing', async () => {
    const editor = await start()
    await editor.open('tests/test_api.py')
    await editor.untilShown(dead)
    writeInto(editor.root, 'tests/test_new.py', 'import gone\n')
    await editor.save('tests/test_api.py')
    await editor.untilShown(dead, 'tests/test_new.py unresolved-import')
    writeInto(editor.root, 'src/app/models.py', 'class User: ...\nclass Group: ...\n')
    await editor.save('tests/test_api.py')
    await editor.untilShown('tests/test_new.py unresolved-import')
  })

  test('are looked for at a save where the client watches nothing', async () => {
    const editor = await start()
    await editor.open('tests/test_api.py')
    await editor.untilShown(dead)
    writeInto(editor.root, 'src/app/models.py', 'class User: ...\nclass Group: ...\n')
    await editor.save('tests/test_api.py')
    await editor.untilShown()
  })

  test('clear the diagnostics of a deleted file', async () => {
    const editor = await start()
    await editor.untilShown(dead)
    removeProject(join(editor.root, 'tests/test_dead.py'))
    await editor.tell(FileChangeType.Deleted, 'tests/test_dead.py')
    await editor.untilShown()
  })

  test('are seen in another folder that imports from there', async () => {
    const lib = folder({ 'shared.py': 'thing = 1\n', 'pytest.ini': '[pytest]\n' })
    const files = {
      'pytest.ini': `[pytest]\npythonpath = ${lib}\n`,
      'test_a.py': 'from shared import thing\n',
    }
    const editor = await start(
      { folders: [lib], capabilities: { workspace: { workspaceFolders: true } } },
      files,
    )
    const shared = relative(editor.root, join(lib, 'shared.py'))
    await editor.open(shared)
    await editor.edit(shared, { start: { line: 0, character: 0 }, end: { line: 0, character: 5 } }, 'other')
    await editor.untilShown('test_a.py missing-symbol')
    await editor.close(shared)
    await editor.untilShown()
    writeInto(lib, 'shared.py', 'other = 1\n')
    await editor.tell(FileChangeType.Changed, shared)
    await editor.untilShown('test_a.py missing-symbol')
  })
})
