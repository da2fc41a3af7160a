/** What unresolved-import says. */
import { expect, test } from 'vitest'
import { notFound, one, told } from './telling.ts'
import { World } from './world.ts'

test('unresolved-import: an absent distribution with another name', () => {
  expect(
    one('import yaml', 'yaml', "ModuleNotFoundError: No module named 'yaml'", notFound('yaml')),
  ).toMatchInlineSnapshot(`
      [
        "error unresolved-import in test_a.py at yaml
      module 'yaml' cannot be found
      pytest cannot collect this test file
      install PyYAML, which provides 'yaml', or correct the import if it is a module of the project
      breaks test_a.py",
      ]
    `)
})

test('unresolved-import: nothing known of the name', () => {
  expect(
    one('import nowhere', 'nowhere', "ModuleNotFoundError: No module named 'nowhere'", notFound('nowhere')),
  ).toMatchInlineSnapshot(`
      [
        "error unresolved-import in test_a.py at nowhere
      module 'nowhere' cannot be found
      pytest cannot collect this test file
      install the distribution that provides 'nowhere', or correct the import if it is a module that moved
      breaks test_a.py",
      ]
    `)
})

test('unresolved-import: a submodule of a package that exists', () => {
  const message = "ModuleNotFoundError: No module named 'app.old'"
  expect(one('import app.old', 'app.old', message, notFound('app.old'))).toMatchInlineSnapshot(`
    [
      "error unresolved-import in test_a.py at app.old
    module 'app.old' cannot be found
    pytest cannot collect this test file
    'app' exists but has no such submodule: create it, or import from where it lives now
    breaks test_a.py",
    ]
  `)
})

test('unresolved-import: removed from the standard library', () => {
  const message = "ModuleNotFoundError: No module named 'imp'"
  expect(one('import imp', 'imp', message, notFound('imp'))).toMatchInlineSnapshot(`
    [
      "error unresolved-import in test_a.py at imp
    module 'imp' cannot be found
    pytest cannot collect this test file
    'imp' left the standard library in Python 3.12: stop using it or install a replacement
    breaks test_a.py",
    ]
  `)
})

test('unresolved-import: a module that still is in the standard library is not called removed', () => {
  const [text] = one('import imp', 'imp', "ModuleNotFoundError: No module named 'imp'", notFound('imp'), {
    environment: { version: [3, 11, 7] },
  })
  expect(text).not.toContain('standard library')
})

test('unresolved-import: the folder is there but not on sys.path', () => {
  const world = new World({ 'src/app/__init__.py': '', 'tests/test_a.py': 'import app\n', 'tool.py': '' })
  const failure = world.failure("ModuleNotFoundError: No module named 'app'", notFound('app'), [
    'tests/test_a.py',
    'import app',
    'app',
  ])
  expect(told(world, { collectors: { 'tests/test_a.py': [failure] } })).toMatchInlineSnapshot(`
    [
      "error unresolved-import in tests/test_a.py at app
    module 'app' cannot be found
    pytest cannot collect this test file
    src/app/__init__.py is there, but src/ is not on sys.path: set pythonpath to "src" in the configuration of pytest
    breaks tests/test_a.py",
    ]
  `)
})

test('unresolved-import: python -m pytest would find it', () => {
  const world = new World({ 'app.py': '', 'tests/test_a.py': 'import app\n' })
  const failure = world.failure("ModuleNotFoundError: No module named 'app'", notFound('app'), [
    'tests/test_a.py',
    'import app',
    'app',
  ])
  expect(told(world, { collectors: { 'tests/test_a.py': [failure] } })).toMatchInlineSnapshot(`
    [
      "error unresolved-import in tests/test_a.py at app
    module 'app' cannot be found
    pytest cannot collect this test file
    app.py is there, but the root folder is not on sys.path: set pythonpath to "." in the configuration of pytest, or start it as python -m pytest
    breaks tests/test_a.py",
    ]
  `)
})

test('unresolved-import: the parent is a plain module of the project', () => {
  const world = new World({ 'app.py': '', 'test_a.py': 'import app.models\n' })
  const failure = world.failure(
    "ModuleNotFoundError: No module named 'app.models'; 'app' is not a package",
    notFound('app.models', { blocker: { name: 'app', path: '/p/app.py', stub: false } }),
    ['test_a.py', 'import app.models', 'app.models'],
  )
  expect(told(world, { collectors: { 'test_a.py': [failure] } })).toMatchInlineSnapshot(`
    [
      "error unresolved-import in test_a.py at app.models
    module 'app.models' cannot be found: 'app' is a single module (app.py), not a package
    pytest cannot collect this test file
    turn 'app' into a package that holds it, or import from where it lives now
    breaks test_a.py",
    ]
  `)
})

test('unresolved-import: a module of Python 2', () => {
  const message = "ModuleNotFoundError: No module named 'urlparse'"
  expect(one('import urlparse', 'urlparse', message, notFound('urlparse')).join()).toContain(
    "'urlparse' is called 'urllib.parse' in Python 3",
  )
})
