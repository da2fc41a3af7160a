/** What warning-as-error says. */
import { expect, test } from 'vitest'
import { told } from './telling.ts'
import { World } from './world.ts'

test('warning-as-error: names the filter', () => {
  const world = new World({ 'test_a.py': 'import old\n', 'pytest.ini': '[pytest]\nfilterwarnings = error\n' })
  const detail = { kind: 'warning', category: 'DeprecationWarning', marker: null } as const
  const failure = world.failure('DeprecationWarning: old is old', detail, ['test_a.py', 'import old', 'old'])
  const filter = { value: 'error', span: world.at('pytest.ini', 'error'), origin: 'file' as const }
  expect(
    told(world, { collectors: { 'test_a.py': [failure] }, plan: { filterwarnings: [filter] } }),
  ).toMatchInlineSnapshot(`
      [
        "error warning-as-error in test_a.py at old
      DeprecationWarning at import is an error here: old is old
      pytest cannot collect this test file
      cure it, or add 'ignore:...:DeprecationWarning' to the end of filterwarnings
      breaks test_a.py
      see pytest.ini: 'error' makes errors of warnings",
      ]
    `)
})
