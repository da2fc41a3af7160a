/** What duplicate-module-identity says. */
import { expect, test } from 'vitest'
import { told } from './telling.ts'
import { World } from './world.ts'

test('duplicate-module-identity: one finding for all files with the same two beginnings', () => {
  const world = new World({
    'src/app/models.py': '',
    'src/app/base.py': '',
    'test_a.py': 'import app.models\n',
    'test_b.py': 'import src.app.models\n',
  })
  const twice = (file: string, name: string, classes: string[]) => ({
    ...{ event: 'imported-twice' as const, file, classes, state: false },
    names: [
      { name, span: world.at('test_a.py', 'app.models') },
      { name: `src.${name}`, span: world.at('test_b.py', 'src.app.models') },
    ],
  })
  const events = [
    twice('/p/src/app/base.py', 'app.base', []),
    twice('/p/src/app/models.py', 'app.models', ['User']),
  ]
  expect(told(world, { events })).toMatchInlineSnapshot(`
    [
      "warning duplicate-module-identity in test_b.py at src.app.models
    src/app/models.py is imported a second time, as 'src.app.models' besides 'app.models'
    the class User exists twice, and neither takes objects of the other one for its own; the same goes for one more file
    import it by one name everywhere, and keep the folder that makes the other one possible off sys.path
    see test_a.py: imported as 'app.models' here
    see src/app/base.py: imported as 'app.base' and 'src.app.base' too",
    ]
  `)
})
