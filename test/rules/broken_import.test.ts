/** What broken-import says. */
import { expect, test } from 'vitest'
import { notFound, told } from './telling.ts'
import { World } from './world.ts'

test('broken-import: the innermost error and what to install', () => {
  const world = new World({ 'test_a.py': 'from starlette.testclient import TestClient\n' })
  const line = 'from starlette.testclient import TestClient'
  const place = ['test_a.py', line, 'starlette.testclient'] as const
  const needed = world.failure('RuntimeError: The testclient needs httpx', { kind: 'raised' }, place, {
    foreign: true,
    cause: {
      exception: 'ModuleNotFoundError',
      message: "No module named 'httpx'",
      span: world.at('test_a.py'),
    },
  })
  const plain = world.failure(
    "ModuleNotFoundError: No module named 'multipart'",
    notFound('multipart'),
    place,
    {
      foreign: true,
    },
  )
  expect([
    ...told(world, { collectors: { 'test_a.py': [needed] } }),
    ...told(world, { collectors: { 'test_a.py': [plain] } }),
  ]).toMatchInlineSnapshot(`
    [
      "error broken-import in test_a.py at starlette.testclient
    what is imported here fails inside itself: RuntimeError: The testclient needs httpx
    pytest cannot collect this test file
    install the distribution that provides 'httpx', which it needs
    breaks test_a.py",
      "error broken-import in test_a.py at starlette.testclient
    what is imported here fails inside itself: ModuleNotFoundError: No module named 'multipart'
    pytest cannot collect this test file
    install python-multipart, which it needs
    breaks test_a.py",
    ]
  `)
})

test('broken-import: stands in the project, where the token lies below it', () => {
  const world = new World({ 'test_a.py': 'import lib\n' })
  const failure = world.failure('RuntimeError: no', { kind: 'raised' }, ['test_a.py', 'import lib'], {
    foreign: true,
    focus: { path: '/p/.venv/lib/python3.12/site-packages/lib.py', start: 3, end: 9 },
  })
  const [text] = told(world, { collectors: { 'test_a.py': [failure] } })
  expect(text?.split('\n')[0]).toBe('error broken-import in test_a.py at import lib')
})
