/** What belongs to no single rule: what waits behind an earlier error, and what stops the run. */
import { expect, test } from 'vitest'
import { helper, notFound, throughHelper, told } from './telling.ts'
import { World } from './world.ts'

test('an error behind another one is a warning that says so', () => {
  const world = new World({ ...helper, 'tests/test_a.py': 'import nowhere\nimport app.api\n' })
  const first = world.failure("ModuleNotFoundError: No module named 'nowhere'", notFound('nowhere'), [
    'tests/test_a.py',
    'import nowhere',
    'nowhere',
  ])
  const behind = throughHelper(world, 'tests/test_a.py')
  expect(told(world, { collectors: { 'tests/test_a.py': [first, behind] } })).toMatchInlineSnapshot(`
    [
      "warning missing-symbol in app/api.py at Group
    module 'app.models' has no name 'Group'
    it waits behind an earlier error in tests/test_a.py and shows once that is cured
    define it in app/models.py, or import it from where it lives now; did you mean 'Groups'?
    see app/models.py: 'app.models' is this file",
      "error unresolved-import in tests/test_a.py at nowhere
    module 'nowhere' cannot be found
    pytest cannot collect this test file
    install the distribution that provides 'nowhere', or correct the import if it is a module that moved
    breaks tests/test_a.py",
    ]
  `)
})

test('a conftest that is loaded first stops the run: its own rule tells it', () => {
  const world = new World({
    'conftest.py': 'import app.fixtures\n',
    'app/fixtures.py': 'import nowhere\n',
    'test_a.py': '',
  })
  const inner = world.failure("ModuleNotFoundError: No module named 'nowhere'", notFound('nowhere'), [
    'app/fixtures.py',
    'import nowhere',
    'nowhere',
  ])
  const failure = { ...inner, chain: [world.at('conftest.py', 'import app.fixtures'), inner.span] }
  const session = { outcome: 'stops', exitCode: 4, failure, reason: null } as const
  expect(told(world, { session })).toMatchInlineSnapshot(`
    [
      "error unresolved-import in app/fixtures.py at nowhere
    module 'nowhere' cannot be found
    conftest.py runs into it and the whole run stops (exit code 4): no test is collected
    install the distribution that provides 'nowhere', or correct the import if it is a module that moved
    breaks the session",
    ]
  `)
})
