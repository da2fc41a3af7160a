/** What missing-attribute says. */
import { expect, test } from 'vitest'
import { one } from './telling.ts'

test('missing-attribute', () => {
  const detail = {
    kind: 'missing-attribute',
    module: 'app',
    name: 'sub',
    cycle: false,
    has: ['subs'],
  } as const
  const message = "AttributeError: module 'app' has no attribute 'sub'"
  expect(one('app.sub', 'app.sub', message, detail)).toMatchInlineSnapshot(`
    [
      "error missing-attribute in test_a.py at app.sub
    module 'app' has no attribute 'sub'
    pytest cannot collect this test file
    correct the name, or write 'import app.sub' if it is a submodule; did you mean 'subs'?
    breaks test_a.py",
    ]
  `)
})

test('missing-attribute: of the standard library', () => {
  const more = { cycle: false, has: ['getcwd', 'getcwdb'], standard: true } as const
  const detail = { kind: 'missing-attribute', module: 'os', name: 'getcw', ...more } as const
  const message = "AttributeError: module 'os' has no attribute 'getcw'"
  expect(one('os.getcw', 'os.getcw', message, detail)).toMatchInlineSnapshot(`
    [
      "error missing-attribute in test_a.py at os.getcw
    module 'os' has no attribute 'getcw'
    pytest cannot collect this test file
    use a name that the standard library of Python 3.12 has; did you mean 'getcwd'?
    breaks test_a.py",
    ]
  `)
})
