/** What missing-attribute says. */
import { expect, test } from 'vitest'
import { one } from './telling.ts'

test('missing-attribute', () => {
  const detail = { kind: 'missing-attribute', module: 'app', name: 'sub', cycle: false } as const
  const message = "AttributeError: module 'app' has no attribute 'sub'"
  expect(one('app.sub', 'app.sub', message, detail)).toMatchInlineSnapshot(`
    [
      "error missing-attribute in test_a.py at app.sub
    module 'app' has no attribute 'sub'
    pytest cannot collect this test file
    correct the name, or write 'import app.sub' if it is a submodule
    breaks test_a.py",
    ]
  `)
})
