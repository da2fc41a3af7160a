/** What leaked-path says. */
import { expect, test } from 'vitest'
import { notFound, told } from './telling.ts'
import { World } from './world.ts'

const files = {
  'unit/test_a.py': 'sys.path.insert(0, LIB)\n',
  'unit/helpers.py': '',
  'web/helpers.py': '',
  'web/test_b.py': 'from helpers import two\n',
  'web/test_c.py': 'import helpers\n',
}

test('leaked-path: the edit by which a module is not found', () => {
  const world = new World(files)
  const by = { span: world.at('unit/test_a.py', 'sys.path.insert(0, LIB)'), collector: '/p/unit/test_a.py' }
  const failure = world.failure(
    "ModuleNotFoundError: No module named 'helpers'",
    notFound('helpers', { misled: { by, meant: null } }),
    ['web/test_c.py', 'import helpers', 'helpers'],
  )
  expect(told(world, { collectors: { 'web/test_c.py': [failure] } })).toMatchInlineSnapshot(`
    [
      "error leaked-path in unit/test_a.py at sys.path.insert(0, LIB)
    this takes a folder off sys.path: module 'helpers' cannot be found after it
    web/test_c.py runs into it and is not collected
    leave sys.path as it is, or put back what it held before
    breaks web/test_c.py
    see web/test_c.py: No module named 'helpers'",
    ]
  `)
})

test('leaked-path: a file of another folder has the name, and lacks what is imported', () => {
  const world = new World(files)
  const by = { span: { path: '/p/unit/helpers.py', start: 0, end: 0 }, collector: '/p/unit/helpers.py' }
  const failure = world.failure(
    "ImportError: cannot import name 'two' from 'helpers' (/p/unit/helpers.py)",
    {
      ...{ kind: 'missing-symbol', module: 'helpers', file: '/p/unit/helpers.py', name: 'two' },
      ...{ cycle: null, has: [], misled: { by, meant: '/p/web/helpers.py' } },
    },
    ['web/test_b.py', 'from helpers import two', 'two'],
  )
  expect(told(world, { collectors: { 'web/test_b.py': [failure] } })).toMatchInlineSnapshot(`
    [
      "error leaked-path in web/test_b.py at two
    'two' cannot be imported from 'helpers': 'helpers' is unit/helpers.py here, not web/helpers.py
    pytest cannot collect this test file
    give one of the two files another name, or make the folders packages and import it as '{folder}.helpers'
    breaks web/test_b.py
    see web/helpers.py: this was meant",
    ]
  `)
})

test('leaked-path: nothing fails, and only by chance', () => {
  const world = new World(files)
  const edit = { span: world.at('unit/test_a.py', 'sys.path.insert(0, LIB)'), collector: '/p/unit/test_a.py' }
  const pytest = { span: { path: '/p/unit/test_a.py', start: 0, end: 0 }, collector: '/p/unit/test_a.py' }
  const use = { collector: '/p/web/test_c.py', span: world.at('web/test_c.py', 'helpers') }
  const leaning = { event: 'leaning', kind: 'path', name: 'helpers', entry: '/p/unit', meant: null } as const
  const namesake = { ...leaning, kind: 'namesake', entry: null, meant: '/p/web/helpers.py' } as const
  const other = { span: { path: '/p/unit/helpers.py', start: 0, end: 0 }, collector: '/p/unit/helpers.py' }
  expect([
    ...told(world, { events: [{ ...leaning, ...use, by: edit, alone: 'fails' }] }),
    ...told(world, { events: [{ ...leaning, ...use, by: pytest, alone: 'fails' }] }),
    ...told(world, { events: [{ ...namesake, ...use, by: other, alone: 'differs' }] }),
  ]).toMatchInlineSnapshot(`
    [
      "warning leaked-path in unit/test_a.py at sys.path.insert(0, LIB)
    this puts 'unit' on sys.path for every file that is collected later
    web/test_c.py imports 'helpers' through it: alone, web/test_c.py fails
    set pythonpath to "unit" in the configuration of pytest
    see web/test_c.py: 'helpers' is found through it here",
      "info leaked-path in web/test_c.py at helpers
    'helpers' is found only because unit/test_a.py was collected before
    pytest put 'unit' on sys.path for that file: alone, web/test_c.py fails
    set pythonpath to "unit" in the configuration of pytest",
      "warning leaked-path in web/test_c.py at helpers
    'helpers' is unit/helpers.py here, not web/helpers.py
    that file was imported first, and its name is taken from then on
    give one of the two files another name, or make the folders packages and import it as '{folder}.helpers'
    see web/helpers.py: the 'helpers' of this folder",
    ]
  `)
})
