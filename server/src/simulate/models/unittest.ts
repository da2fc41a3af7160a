/** unittest: SkipTest, its decorators, and mock objects standing in for modules. */
import { exceptionClass, nativeClass, OBJECT } from '../classes.ts'
import type { Machine } from '../machine.ts'
import { type Instance, native, UNKNOWN, type Value } from '../values.ts'
import type { Model } from './model.ts'

/** What pytest takes for a skip when a module raises it. */
export const SKIP_TEST = nativeClass('SkipTest', 'unittest.case', [exceptionClass('Exception')])

export const unittestModels: readonly Model[] = [
  { modules: ['unittest', 'unittest.case'], names: unittestNames },
  { modules: ['unittest.mock', 'mock'], names: mockNames },
]

function unittestNames(): Record<string, Value> {
  const decorator = native('unittest.skip', () => native('decorator', args => args.positional[0] ?? UNKNOWN))
  return {
    SkipTest: SKIP_TEST,
    TestCase: { ...nativeClass('TestCase', 'unittest.case', [OBJECT]), open: true },
    skip: decorator,
    skipIf: decorator,
    skipUnless: decorator,
    expectedFailure: native('unittest.expectedFailure', args => args.positional[0] ?? UNKNOWN),
  }
}

/** Mocks give every attribute but the dunder ones: as a module such an object is no package. */
function mockNames(m: Machine): Record<string, Value> {
  const names = ['Mock', 'MagicMock', 'NonCallableMock', 'NonCallableMagicMock', 'AsyncMock']
  return Object.fromEntries(
    names.map(name => {
      const cls: Value = nativeClass(name, 'unittest.mock', [OBJECT], args => {
        const instance: Instance = {
          t: 'instance',
          cls: cls as never,
          attributes: m.heap.namespace(),
          exception: null,
        }
        for (const [key, value] of args.keywords) m.heap.set(instance.attributes, key, value)
        return instance
      })
      return [name, cls]
    }),
  )
}
