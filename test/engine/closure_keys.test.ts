import { expect, test } from 'vitest'
import { closureKeys } from '../../server/src/engine/closure_keys.ts'
import { ImportGraph } from '../../server/src/simulate/reached.ts'
import { randomImports, walked } from '../support/imports.ts'
import { Random } from '../support/random.ts'

test.each([...Array(40).keys()])(
  'graph %i: an edit changes the keys of those that lead to it, and no other',
  seed => {
    const imports = randomImports(new Random(seed))
    const files = [...imports.keys()]
    const reached = ImportGraph.empty().reachedFrom(files, file => imports.get(file) ?? [])
    const keysOf = (edited: string | null) => {
      const keys = closureKeys(reached, file => (file === edited ? `${file} edited` : file))
      return new Map(reached.files.map((file, at) => [file, keys[at]]))
    }
    const before = keysOf(null)
    for (const edited of files) {
      const after = keysOf(edited)
      const changed = files.filter(file => after.get(file) !== before.get(file))
      expect(changed).toEqual(files.filter(file => walked(imports, file).has(edited)))
    }
  },
)
