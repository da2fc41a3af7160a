/** What unregistered-marker says. */
import { expect, test } from 'vitest'
import { told } from './telling.ts'
import { World } from './world.ts'

test('unregistered-marker: strict, made an error by a filter, and only warned of', () => {
  const world = new World({ 'test_a.py': '@mark.slwo\n@mark.asyncio\n@mark.mine\ndef test(): ...\n' })
  const strict = world.failure("Failed: 'slwo' not found", { kind: 'unknown-marker', name: 'slwo' }, [
    'test_a.py',
    '@mark.slwo',
    'mark.slwo',
  ])
  const filtered = world.failure(
    'PytestUnknownMarkWarning: Unknown pytest.mark.asyncio',
    { kind: 'warning', category: 'PytestUnknownMarkWarning', marker: 'asyncio' },
    ['test_a.py', '@mark.asyncio', 'mark.asyncio'],
  )
  const warned = {
    event: 'unknown-marker',
    name: 'mine',
    span: world.at('test_a.py', 'mark.mine'),
    strict: false,
  } as const
  expect(
    told(world, { collectors: { 'test_a.py': [strict, filtered] }, events: [warned] }),
  ).toMatchInlineSnapshot(`
    [
      "error unregistered-marker in test_a.py at mark.slwo
    marker 'slwo' is not registered, and markers are strict here
    pytest cannot collect this test file
    register it under markers in the configuration of pytest; did you mean 'slow'?
    breaks test_a.py",
      "warning unregistered-marker in test_a.py at mark.asyncio
    marker 'asyncio' is not registered, and filterwarnings makes an error of the warning
    it waits behind an earlier error in test_a.py and shows once that is cured
    install pytest-asyncio, which registers it, or register it under markers",
      "warning unregistered-marker in test_a.py at mark.mine
    marker 'mine' is not registered
    pytest warns, and selecting by a mistyped marker selects nothing
    register it under markers in the configuration of pytest",
    ]
  `)
})
