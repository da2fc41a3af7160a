/**
 * `pytest_generate_tests` of conftests: it is called for each test function, and what it raises is the module's failure.
 * Only hooks that raise by themselves are called here; that they parametrize is nothing to follow.
 */
import { bodyText } from '../body_words.ts'
import { callHook, type Plugin } from '../hooks.ts'
import type { Machine } from '../machine.ts'
import { configObject } from '../models/pytest.ts'
import { constant, list, type Module, NONE, native, UNKNOWN, type Value, withMore } from '../values.ts'
import { requestedArguments, type TestFunction } from './fixture_closure.ts'

const HOOK = 'pytest_generate_tests'

/** The plugins whose hook may raise. */
export function refusingPlugins(plugins: readonly Plugin[]): readonly Plugin[] {
  return plugins.filter(({ module }) => {
    const hook = module.ns.slots.get(HOOK)
    return hook?.value.t === 'func' && !hook.maybe && /\braise\b|\bfail\(/.test(bodyText(hook.value))
  })
}

/** Calls the hooks for a test (PyRaise). */
export function generateTests(
  m: Machine,
  test: TestFunction,
  module: Module,
  refusing: readonly Plugin[],
): void {
  for (const plugin of refusing) callHook(m, plugin, HOOK, { metafunc: metafunc(m, test, module) })
}

function metafunc(m: Machine, test: TestFunction, module: Module): Value {
  return native('metafunc', null, {
    attribute: name => {
      switch (name) {
        case 'function':
          return test.fn
        case 'module':
          return module
        case 'cls':
          return test.classes[0] ?? NONE
        case 'config':
          return configObject(m)
        case 'fixturenames':
          // Fixtures ask for more of them.
          return withMore(list(requestedArguments(test).map(constant)))
        case 'parametrize':
          return native('metafunc.parametrize', () => NONE)
        default:
          return UNKNOWN
      }
    },
  })
}
