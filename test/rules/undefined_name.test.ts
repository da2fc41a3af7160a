/** What undefined-name says. */
import { expect, test } from 'vitest'
import { one } from './telling.ts'

test('undefined-name', () => {
  const message = "NameError: name 'Optional' is not defined"
  expect(
    one('x: Optional[int]', 'Optional', message, { kind: 'undefined-name', name: 'Optional' }),
  ).toMatchInlineSnapshot(`
      [
        "error undefined-name in test_a.py at Optional
      name 'Optional' is not defined when this line runs
      pytest cannot collect this test file
      import or define 'Optional' before this line
      breaks test_a.py",
      ]
    `)
})
