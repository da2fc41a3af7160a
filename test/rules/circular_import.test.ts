/** What circular-import says. */
import { expect, test } from 'vitest'
import { one, told } from './telling.ts'
import { World } from './world.ts'

test('circular-import', () => {
  const world = new World({
    'a.py': 'from b import y\nx = 1\n',
    'b.py': 'from a import x\n',
    'test_a.py': 'import a\n',
  })
  const failure = world.failure(
    "ImportError: cannot import name 'x' from partially initialized module 'a'",
    {
      kind: 'missing-symbol',
      module: 'a',
      file: '/p/a.py',
      name: 'x',
      cycle: ['/p/a.py', '/p/b.py', '/p/a.py'],
      has: [],
    },
    ['b.py', 'from a import x', 'x'],
  )
  expect(told(world, { collectors: { 'test_a.py': [failure] } })).toMatchInlineSnapshot(`
    [
      "error circular-import in b.py at x
    'a' is still being imported here and has no 'x' yet
    test_a.py runs into it and is not collected
    break the circle (a.py > b.py > a.py): move what both sides need into a module of its own, or import 'x' where it is used
    breaks test_a.py
    see a.py: part of the circle
    see b.py: part of the circle",
    ]
  `)
})

test('circular-import: an attribute', () => {
  const message = "AttributeError: partially initialized module 'a' has no attribute 'x'"
  const detail = { kind: 'missing-attribute', module: 'a', name: 'x', cycle: true, has: [] } as const
  expect(one('a.x', 'a.x', message, detail)).toMatchInlineSnapshot(`
    [
      "error circular-import in test_a.py at a.x
    'a' is still being imported here and has no 'x' yet
    pytest cannot collect this test file
    break the circle: move what both sides need into a module of its own, or import 'x' where it is used
    breaks test_a.py",
    ]
  `)
})
