/** What missing-symbol says. */
import { expect, test } from 'vitest'
import { helper, throughHelper, told } from './telling.ts'
import { World } from './world.ts'

test('missing-symbol: many test files have one cause', () => {
  const world = new World(helper)
  const collectors = Object.fromEntries(
    ['a', 'b', 'c'].map(name => [`tests/test_${name}.py`, [throughHelper(world, `tests/test_${name}.py`)]]),
  )
  expect(told(world, { collectors })).toMatchInlineSnapshot(`
    [
      "error missing-symbol in app/api.py at Group
    module 'app.models' has no name 'Group'
    tests/test_a.py and 2 more test files run into it and are not collected
    define it in app/models.py, or import it from where it lives now; did you mean 'Groups'?
    breaks tests/test_a.py, tests/test_b.py, tests/test_c.py
    see app/models.py: 'app.models' is this file",
    ]
  `)
})
