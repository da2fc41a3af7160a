/** What import-time-metric says. */
import { expect, test } from 'vitest'
import { told } from './telling.ts'
import { World } from './world.ts'

test('import-time-metric', () => {
  const world = new World({ 'app.py': 'hits = Counter("hits")\n', 'test_a.py': 'import app\n' })
  const span = world.at('app.py', 'Counter("hits")')
  const event = { event: 'metric', name: 'hits', kind: 'Counter', span, module: 'app' } as const
  expect(told(world, { collectors: { 'test_a.py': 'collects' }, events: [event] })).toMatchInlineSnapshot(`
    [
      "info import-time-metric in app.py at Counter("hits")
    Counter 'hits' is registered while 'app' is imported
    if the file is executed twice in one process, the second import fails
    register it from a function, or in a registry that is passed in",
    ]
  `)
})
