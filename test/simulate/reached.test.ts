import { expect, test } from 'vitest'
import { ImportGraph, whoReaches } from '../../server/src/simulate/reached.ts'
import { randomImports, walked } from '../support/imports.ts'
import { Random } from '../support/random.ts'

test.each([...Array(60).keys()])(
  'graph %i: a file is reached by those from which a walk comes to it',
  seed => {
    const random = new Random(seed)
    const imports = randomImports(random)
    const collectors = [...imports.keys()].filter(() => random.chance(0.4))
    const reached = ImportGraph.empty().reachedFrom(collectors, file => imports.get(file) ?? [])
    const walks = new Map(collectors.map(collector => [collector, walked(imports, collector)]))
    expect(new Set(reached.files)).toEqual(new Set([...walks.values()].flatMap(files => [...files])))
    for (const file of imports.keys())
      expect(whoReaches(reached, file)).toEqual(collectors.filter(each => walks.get(each)!.has(file)))
  },
)

test('what is asked for and never executed is reached as well', () => {
  const reached = ImportGraph.empty().reachedFrom(['/t.py'], file => (file === '/t.py' ? ['/gone.py'] : []))
  expect(whoReaches(reached, '/gone.py')).toEqual(['/t.py'])
  expect(whoReaches(reached, '/other.py')).toEqual([])
})
