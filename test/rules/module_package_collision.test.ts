/** What module-package-collision says. */
import { expect, test } from 'vitest'
import { told } from './telling.ts'
import { World } from './world.ts'

test('module-package-collision: an error where the module has the name, else a warning', () => {
  const world = new World({
    'tools.py': 'def helper(): ...\n',
    'tools/__init__.py': '',
    'test_a.py': 'from tools import helper\n',
  })
  const event = {
    event: 'collision',
    name: 'tools',
    package: '/p/tools/__init__.py',
    module: '/p/tools.py',
    span: world.at('test_a.py', 'tools'),
  } as const
  const missing = (name: string) =>
    world.failure(
      `ImportError: cannot import name '${name}' from 'tools'`,
      { kind: 'missing-symbol', module: 'tools', file: '/p/tools/__init__.py', name, cycle: null, has: [] },
      ['test_a.py', 'from tools import helper', 'helper'],
    )
  expect(
    told(world, { collectors: { 'test_a.py': [missing('helper')] }, events: [event] }),
  ).toMatchInlineSnapshot(`
    [
      "error module-package-collision in tools.py at the file
    'helper' is in this file, but 'tools' means the package beside it
    test_a.py runs into it and is not collected
    move what is still needed into the package, then delete or rename this file
    breaks test_a.py
    see test_a.py: 'helper' is imported here",
    ]
  `)
  const other = told(world, { collectors: { 'test_a.py': [missing('help')] }, events: [event] })
  expect(other.map(text => text.split('\n')[0])).toEqual([
    'error missing-symbol in test_a.py at helper',
    'warning module-package-collision in tools.py at the file',
  ])
})
