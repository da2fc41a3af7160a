/** What module-level-skip says. */
import { expect, test } from 'vitest'
import { one } from './telling.ts'

test('module-level-skip', () => {
  const message = 'CollectError: Using pytest.skip outside of a test'
  expect(
    one('pytest.skip("x")', 'pytest.skip("x")', message, { kind: 'skip-misused' }),
  ).toMatchInlineSnapshot(`
    [
      "error module-level-skip in test_a.py at pytest.skip("x")
    pytest.skip() at module level without allow_module_level=True
    pytest cannot collect this test file
    pass allow_module_level=True, or use @pytest.mark.skip on the test
    breaks test_a.py",
    ]
  `)
})
