/** A file in the middle of being typed, by the built server over stdio: nobody else is told of what does not parse. */
import { afterEach, expect, test } from 'vitest'
import { Editor, makeProject, removeProject } from './editor.ts'

const project = {
  'app/__init__.py': '',
  'app/models.py': 'class User:\n    pass\n\n\nclass Group:\n    pass\n',
  'conftest.py': '',
  'test_api.py': 'from app.models import Group, User\n\n\ndef test_api():\n    assert Group and User\n',
  'test_dead.py': 'from app.models import Gone\n',
}
const dead = 'test_dead.py missing-symbol'

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

async function start(): Promise<Editor> {
  const root = makeProject(project)
  cleanups.push(() => removeProject(root))
  const editor = await Editor.start(root)
  cleanups.unshift(() => editor.kill())
  await editor.untilShown(dead)
  return editor
}

const at = (line: number, character: number) => ({
  start: { line, character },
  end: { line, character },
})

test('what parsed last serves the others, and the fault is told where it is once the typing pauses', async () => {
  const editor = await start()
  await editor.open('app/models.py')
  const everShown = new Set<string>()
  editor.onShown = () => {
    for (const line of editor.summary()) everShown.add(line)
  }
  await editor.edit('app/models.py', at(2, 0), 'def half(\n')
  await editor.untilShown('app/models.py syntax-error', dead)
  // Only the file itself was ever spoken of.
  expect([...everShown].sort()).toEqual(['app/models.py syntax-error', dead])

  // Meanwhile an edit elsewhere is judged by what parsed last.
  await editor.open('test_dead.py')
  await editor.edit(
    'test_dead.py',
    { start: { line: 0, character: 23 }, end: { line: 0, character: 27 } },
    'User',
  )
  await editor.untilShown('app/models.py syntax-error')

  await editor.edit('app/models.py', { start: { line: 2, character: 0 }, end: { line: 3, character: 0 } }, '')
  await editor.untilShown()
  expect([...everShown].sort()).toEqual(['app/models.py syntax-error', dead])
})

test('findings in a half-typed file move with the edit', async () => {
  const editor = await start()
  await editor.open('test_dead.py')
  await editor.edit('test_dead.py', at(0, 0), 'x = (\n')
  await editor.until('it to move', () => editor.shown.get('test_dead.py')?.[0]?.range.start.line === 1)
  expect(editor.shown.get('test_dead.py')![0]).toMatchObject({
    code: 'missing-symbol',
    range: { start: { line: 1, character: 23 } },
  })
})

test('a half-typed file that is saved is meant', async () => {
  const editor = await start()
  await editor.open('app/models.py')
  await editor.edit('app/models.py', at(2, 0), 'def half(\n')
  await editor.save('app/models.py')
  // Whoever imports it fails of it: their own findings are hidden behind that.
  await editor.until('what it breaks', () =>
    JSON.stringify(editor.shown.get('app/models.py') ?? '').includes('may not compile'),
  )
})
