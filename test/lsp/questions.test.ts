/** What an editor is told when it asks about a place or a file, by the built server over stdio. */
import { afterEach, describe, expect, test } from 'vitest'
import type {
  ClientCapabilities,
  CodeLens,
  CompletionItem,
  DocumentLink,
  Hover,
  Location,
  LocationLink,
} from 'vscode-languageserver/node'
import { Editor, makeProject, removeProject } from './editor.ts'

const project = {
  'pyproject.toml': `[tool.pytest.ini_options]
pythonpath = ["src"]
testpaths = ["tests"]
addopts = "-p plugs.extra -m 'not slow'"
markers = [
  "slow: takes minutes",
  "db(name): needs the database",
]
`,
  'plugs/__init__.py': '',
  'plugs/extra.py': '',
  'conftest.py': `pytest_plugins = ["plugs.more"]


def pytest_configure(config):
    config.addinivalue_line("markers", "quick: done before you look")
`,
  'plugs/more.py': '',
  'src/app/__init__.py': '',
  'src/app/broken.py': 'import nothing_like_it\n',
  'src/app/models.py': 'class User:\n    pass\n',
  'tests/test_one.py': `import pytest
from app.models import User


@pytest.mark.slow
@pytest.mark.quick
def test_one():
    import json
    assert User
`,
  'tests/test_two.py': 'import pytest\nfrom app import broken\n\npytestmark = pytest.mark.slow\n',
}

const markdown: ClientCapabilities = { textDocument: { hover: { contentFormat: ['markdown'] } } }

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

async function start(
  capabilities: ClientCapabilities = markdown,
  files: Readonly<Record<string, string>> = project,
): Promise<Editor> {
  const root = makeProject(files)
  cleanups.push(() => removeProject(root))
  const editor = await Editor.start(root, {
    capabilities,
    initializationOptions: { invocation: 'python -m pytest' },
  })
  cleanups.unshift(() => editor.kill())
  await editor.until('the first analysis', () => editor.log.some(line => line.includes('pytest')))
  return editor
}

/** The place of `word` in a file of the project; behind its first letter. */
function at(editor: Editor, path: string, word: string, text = project[path as keyof typeof project]) {
  const offset = text.indexOf(word)
  const before = text.slice(0, offset + 1).split('\n')
  return {
    textDocument: { uri: editor.uri(path) },
    position: { line: before.length - 1, character: before.at(-1)!.length },
  }
}

async function hover(editor: Editor, path: string, word: string): Promise<string | undefined> {
  const params = at(editor, path, word)
  const answer: Hover | null = await editor.connection.sendRequest('textDocument/hover', params)
  return (answer?.contents as { value: string } | undefined)?.value
}

describe('a hover', () => {
  test('tells where an import comes from, through which entry, and who needs it', async () => {
    const editor = await start()
    await editor.open('tests/test_one.py')
    expect(await hover(editor, 'tests/test_one.py', 'app.models')).toBe(
      [
        `\`app.models\` is [src/app/models.py](${editor.uri('src/app/models.py')})`,
        '**Found on sys.path in** src (the setting pythonpath of pyproject.toml)',
        '**Needed by** 1 test file',
      ].join('\n\n'),
    )
  })

  test('tells of what is installed, in the body of a function too', async () => {
    const editor = await start()
    await editor.open('tests/test_one.py')
    expect(await hover(editor, 'tests/test_one.py', 'pytest\n')).toMatch(/^`pytest` is .*\n\n.*installed/s)
    expect(await hover(editor, 'tests/test_one.py', 'json')).toContain('`json` is ')
  })

  test('tells what an import fails of, somewhere else', async () => {
    const editor = await start()
    await editor.open('tests/test_two.py')
    expect(await hover(editor, 'tests/test_two.py', 'broken')).toContain(
      `**Importing it fails:** ModuleNotFoundError: No module named 'nothing\\_like\\_it', because of [src/app/broken.py:1](`,
    )
  })

  test('tells what a marker means and who registers it', async () => {
    const editor = await start()
    await editor.open('tests/test_one.py')
    expect(await hover(editor, 'tests/test_one.py', 'slow')).toBe(
      `\`pytest.mark.slow\`\n\ntakes minutes\n\n**Registered by** [pyproject.toml:6](${editor.uri('pyproject.toml')}#L6)`,
    )
    expect(await hover(editor, 'tests/test_one.py', 'quick')).toContain('done before you look')
  })
})

describe('a definition', () => {
  const definition = (
    editor: Editor,
    path: string,
    word: string,
  ): Promise<Location[] | LocationLink[] | null> =>
    editor.connection.sendRequest('textDocument/definition', at(editor, path, word))

  test('of a marker is the line that registers it, in the configuration or in code', async () => {
    const editor = await start()
    await editor.open('tests/test_one.py')
    expect(await definition(editor, 'tests/test_one.py', 'slow')).toEqual([
      {
        uri: editor.uri('pyproject.toml'),
        range: { start: { line: 5, character: 3 }, end: { line: 5, character: 7 } },
      },
    ])
    expect(await definition(editor, 'tests/test_one.py', 'quick')).toMatchObject([
      { uri: editor.uri('conftest.py'), range: { start: { line: 4 } } },
    ])
  })

  test('of an import that fails is what must change', async () => {
    const editor = await start({ textDocument: { definition: { linkSupport: true } } })
    await editor.open('tests/test_two.py')
    expect(await definition(editor, 'tests/test_two.py', 'broken')).toMatchObject([
      {
        originSelectionRange: { start: { line: 1, character: 16 } },
        targetUri: editor.uri('src/app/broken.py'),
        targetRange: { start: { line: 0, character: 7 } },
      },
    ])
    expect(await definition(editor, 'tests/test_two.py', 'pytest\n')).toBeNull()
  })

  test('of the name of a plugin is its module', async () => {
    const editor = await start()
    await editor.open('pyproject.toml')
    await editor.open('conftest.py')
    expect(await definition(editor, 'pyproject.toml', 'plugs.extra')).toMatchObject([
      { uri: editor.uri('plugs/extra.py') },
    ])
    expect(await definition(editor, 'conftest.py', 'plugs.more')).toMatchObject([
      { uri: editor.uri('plugs/more.py') },
    ])
  })
})

test('references of a marker are its uses and, if asked for, its registration', async () => {
  const editor = await start()
  await editor.open('tests/test_one.py')
  const references = async (includeDeclaration: boolean) => {
    const found: Location[] | null = await editor.connection.sendRequest('textDocument/references', {
      ...at(editor, 'tests/test_one.py', 'slow'),
      context: { includeDeclaration },
    })
    return found!.map(({ uri, range }) => `${uri.slice(editor.uri('').length + 1)}:${range.start.line + 1}`)
  }
  const uses = ['tests/test_one.py:5', 'tests/test_two.py:4', 'pyproject.toml:4']
  expect(await references(false)).toEqual(uses)
  expect(await references(true)).toEqual(['pyproject.toml:6', ...uses])
})

describe('completion', () => {
  const complete = async (editor: Editor, path: string, line: number, character: number) => {
    const items: CompletionItem[] | null = await editor.connection.sendRequest('textDocument/completion', {
      textDocument: { uri: editor.uri(path) },
      position: { line, character },
    })
    return items
  }

  test('offers the registered markers behind pytest.mark, with what they mean', async () => {
    const editor = await start()
    await editor.open('tests/test_one.py')
    const items = await complete(editor, 'tests/test_one.py', 4, 14)
    expect(items!.map(({ label }) => label)).toEqual(
      expect.arrayContaining(['slow', 'db', 'quick', 'skipif']),
    )
    expect(items!.find(({ label }) => label === 'db')).toEqual({
      label: 'db',
      kind: 21,
      detail: 'db(name) (pyproject.toml)',
      documentation: { kind: 'markdown', value: 'needs the database' },
      textEdit: {
        range: { start: { line: 4, character: 13 }, end: { line: 4, character: 17 } },
        newText: 'db',
      },
    })
    expect(await complete(editor, 'tests/test_one.py', 6, 8)).toBeNull()
  })

  test('and in the expression of -m in the configuration', async () => {
    const editor = await start()
    await editor.open('pyproject.toml')
    const line = project['pyproject.toml'].split('\n')[3]!
    const items = await complete(editor, 'pyproject.toml', 3, line.indexOf('slow') + 2)
    expect(items!.map(({ label }) => label)).toContain('quick')
    expect(await complete(editor, 'pyproject.toml', 2, 14)).toBeNull()
  })
})

test('lenses tell as what a file is collected, who imports it, and what a finding breaks', async () => {
  const editor = await start()
  const titles = async (path: string) => {
    await editor.open(path)
    const params = { textDocument: { uri: editor.uri(path) } }
    const lenses: CodeLens[] | null = await editor.connection.sendRequest('textDocument/codeLens', params)
    return lenses?.map(({ command, range }) => `${range.start.line + 1}: ${command?.title}`)
  }
  expect(await titles('tests/test_one.py')).toEqual(['1: collected as test_one'])
  expect(await titles('src/app/models.py')).toEqual(['1: imported by 1 test file as app.models'])
  expect(await titles('src/app/broken.py')).toEqual([
    '1: imported by 1 test file as app.broken',
    '1: breaks 1 test file',
  ])
  expect(await titles('tests/test_two.py')).toEqual([
    "1: not collected: ModuleNotFoundError: No module named 'nothing_like_it'",
  ])
})

test('paths and plugins in the configuration are links', async () => {
  const editor = await start()
  await editor.open('pyproject.toml')
  const links: DocumentLink[] | null = await editor.connection.sendRequest('textDocument/documentLink', {
    textDocument: { uri: editor.uri('pyproject.toml') },
  })
  expect(links!.map(({ target }) => target!.slice(editor.uri('').length + 1))).toEqual([
    'src',
    'tests',
    'plugs/extra.py',
  ])
})

test.each([
  ['pytest.ini', '[pytest]\naddopts = --no-such-option\n', 2],
  ['tox.ini', '[pytest]\naddopts = --no-such-option\n', 2],
  ['setup.cfg', '[tool:pytest]\naddopts = --no-such-option\n', 2],
  ['pyproject.toml', '[tool.pytest.ini_options]\naddopts = "--no-such-option"\n', 2],
])('a fault in %s is told in it, and follows what is typed there', async (path, text, line) => {
  const editor = await start({}, { [path]: text, 'test_a.py': 'def test_a(): ...\n' })
  await editor.until('the finding', () => editor.shown.has(path))
  expect(editor.shown.get(path)![0]).toMatchObject({ range: { start: { line: line - 1 } } })
  await editor.open(path)
  const words = text.split('\n')[1]!
  const from = words.indexOf('--no')
  await editor.edit(
    path,
    { start: { line: 1, character: from }, end: { line: 1, character: from + '--no-such-option'.length } },
    '-q',
  )
  await editor.untilShown()
})
