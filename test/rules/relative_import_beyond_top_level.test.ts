/** What relative-import-beyond-top-level says. */
import { expect, test } from 'vitest'
import { one } from './telling.ts'

test('relative-import-beyond-top-level: both forms', () => {
  const message = 'ImportError: attempted relative import'
  const detail = { kind: 'relative-import', reason: 'no parent package' } as const
  const beyond = { kind: 'relative-import', reason: 'beyond top-level' } as const
  expect([
    ...one('from . import x', '.', message, detail),
    ...one('from ... import x', '...', message, beyond),
  ]).toMatchInlineSnapshot(`
    [
      "error relative-import-beyond-top-level in test_a.py at .
    relative import in test_a.py, which belongs to no package
    pytest cannot collect this test file
    import by the full name, or make its folder a package with an __init__.py
    breaks test_a.py",
      "error relative-import-beyond-top-level in test_a.py at ...
    relative import with more dots than there are packages above test_a.py
    pytest cannot collect this test file
    import by the full name, or take away the dots that are too many
    breaks test_a.py",
    ]
  `)
})
