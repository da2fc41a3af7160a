/** What duplicate-metric says. */
import { expect, test } from 'vitest'
import { notFound, told } from './telling.ts'
import { World } from './world.ts'

test('duplicate-metric: a second definition, and one that an earlier error left behind', () => {
  const world = new World({
    'app.py': 'hits = Counter("hits")\nimport nowhere\n',
    'web.py': 'jobs = Counter("hits")\n',
    'test_a.py': 'import app\n',
    'test_b.py': 'import app\n',
    'test_c.py': 'import web\n',
  })
  const first = world.at('app.py', 'Counter("hits")')
  const again = (path: string, twice: boolean) =>
    world.failure(
      "ValueError: Duplicated timeseries in CollectorRegistry: {'hits'}",
      { kind: 'duplicate-metric', metric: 'hits', first, twice },
      [path, 'Counter("hits")'],
    )
  const missing = world.failure("ModuleNotFoundError: No module named 'nowhere'", notFound('nowhere'), [
    'app.py',
    'import nowhere',
    'nowhere',
  ])
  const collectors = {
    'test_a.py': [missing],
    'test_b.py': [again('app.py', true)],
    'test_c.py': [again('web.py', false)],
  }
  expect(told(world, { collectors })).toMatchInlineSnapshot(`
    [
      "error duplicate-metric in app.py at Counter("hits")
    metric 'hits' is registered a second time by the same line
    test_b.py runs into it and is not collected
    cure the error at app.py first: this one goes with it
    breaks test_b.py
    see app.py: this error left the file half executed",
      "error unresolved-import in app.py at nowhere
    module 'nowhere' cannot be found
    test_a.py runs into it and is not collected
    install the distribution that provides 'nowhere', or correct the import if it is a module that moved
    breaks test_a.py",
      "error duplicate-metric in web.py at Counter("hits")
    metric 'hits' is already registered in app.py
    test_c.py runs into it and is not collected
    define the metric in one place and import it from there, or rename one of the two
    breaks test_c.py
    see app.py: metric 'hits' is registered here first",
    ]
  `)
})
