/** What shadowed-module says. */
import { expect, test } from 'vitest'
import { notFound, told } from './telling.ts'
import { World } from './world.ts'

test('shadowed-module: the project hides an installed package and its parts are missing', () => {
  const world = new World({
    'requests.py': '',
    'test_a.py': 'import requests.adapters\n',
    'test_b.py': 'import requests.auth\n',
  })
  const missing = (test: string, part: string) =>
    world.failure(
      `ModuleNotFoundError: No module named 'requests.${part}'; 'requests' is not a package`,
      notFound(`requests.${part}`, { blocker: { name: 'requests', path: '/p/requests.py', stub: false } }),
      [test, `import requests.${part}`, `requests.${part}`],
    )
  const collectors = {
    'test_a.py': [missing('test_a.py', 'adapters')],
    'test_b.py': [missing('test_b.py', 'auth')],
  }
  expect(told(world, { collectors })).toMatchInlineSnapshot(`
    [
      "error shadowed-module in requests.py at the file
    requests.py hides the installed module 'requests'
    test_a.py and one more test file run into it and are not collected
    rename requests.py: the import meant the module that it hides
    breaks test_a.py, test_b.py
    see test_a.py: No module named 'requests.adapters'; 'requests' is not a package",
    ]
  `)
})

test('shadowed-module: a standard module is hidden', () => {
  const world = new World({ 'random.py': '', 'test_a.py': 'from random import choice\n' })
  const event = {
    event: 'shadowed',
    name: 'random',
    by: '/p/random.py',
    hidden: '/usr/lib/python3.12/random.py',
    hiddenKind: 'standard library',
    span: world.at('test_a.py', 'random'),
  } as const
  const detail = {
    kind: 'missing-symbol',
    module: 'random',
    file: '/p/random.py',
    name: 'choice',
    cycle: null,
  } as const
  const failure = world.failure(
    "ImportError: cannot import name 'choice' from 'random'",
    { ...detail, has: [] },
    ['test_a.py', 'from random import choice', 'choice'],
  )
  expect(told(world, { collectors: { 'test_a.py': [failure] }, events: [event] })).toMatchInlineSnapshot(`
    [
      "error shadowed-module in random.py at the file
    random.py hides the standard module 'random'
    test_a.py runs into it and is not collected
    rename random.py: the import meant the module that it hides
    breaks test_a.py
    see test_a.py: cannot import name 'choice' from 'random'
    see /usr/lib/python3.12/random.py: the hidden 'random'",
    ]
  `)
  expect(told(world, { collectors: { 'test_a.py': 'collects' }, events: [event] })).toMatchInlineSnapshot(`
    [
      "warning shadowed-module in random.py at the file
    random.py hides the standard module 'random'
    every import of 'random' gets this file, also those of installed libraries
    rename it
    see test_a.py: 'random' is imported here
    see /usr/lib/python3.12/random.py: the hidden 'random'",
    ]
  `)
})

test('shadowed-module: a package of the project that may be installed too is not blamed for a missing name', () => {
  const world = new World({ 'requests/__init__.py': '', 'test_a.py': 'from requests import nope\n' })
  const event = {
    event: 'shadowed',
    name: 'requests',
    by: '/p/requests/__init__.py',
    hidden: '/p/.venv/lib/python3.12/site-packages/requests/__init__.py',
    hiddenKind: 'installed',
    span: world.at('test_a.py', 'requests'),
  } as const
  const detail = {
    kind: 'missing-symbol',
    module: 'requests',
    file: event.by,
    name: 'nope',
    cycle: null,
  } as const
  const failure = world.failure(
    "ImportError: cannot import name 'nope' from 'requests'",
    { ...detail, has: [] },
    ['test_a.py', 'from requests import nope', 'nope'],
  )
  const findings = told(world, { collectors: { 'test_a.py': [failure] }, events: [event] })
  expect(findings.map(text => text.split('\n')[0])).toEqual([
    'info shadowed-module in requests/__init__.py at the file',
    'error missing-symbol in test_a.py at nope',
  ])
})
