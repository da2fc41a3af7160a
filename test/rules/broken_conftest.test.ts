/** What broken-conftest says. */
import { expect, test } from 'vitest'
import { told } from './telling.ts'
import { World } from './world.ts'

test('broken-conftest: pytest refuses it, and everything below is lost', () => {
  const world = new World({
    'x/conftest.py': 'pytest_plugins = ["a"]\n',
    'x/test_a.py': '',
    'x/test_b.py': '',
    'test_c.py': '',
  })
  const message = "Failed: Defining 'pytest_plugins' in a non-top-level conftest is no longer supported"
  const failure = world.failure(message, { kind: 'other' }, ['x/conftest.py', ''])
  expect(told(world, { collectors: { x: [failure], 'test_c.py': 'collects' } })).toMatchInlineSnapshot(`
    [
      "error broken-conftest in x/conftest.py at the file
    pytest refuses this conftest: Failed: Defining 'pytest_plugins' in a non-top-level conftest is no longer supported
    x/conftest.py fails, and the 2 test files below it are not collected
    change the line as the message says
    breaks x",
    ]
  `)
})
