/** platform: what it says of this machine. */
import type { Machine } from '../machine.ts'
import { constant, HARMLESS, list, native, tuple, type Value } from '../values.ts'
import { giving, type Model } from './model.ts'

export const platformModels: readonly Model[] = [{ modules: ['platform'], names: platformNames }]

function platformNames(m: Machine): Record<string, Value> {
  const systems: Record<string, string> = { linux: 'Linux', darwin: 'Darwin', win32: 'Windows' }
  const system = systems[m.environment.platform]
  const { implementation, version } = m.environment
  return {
    system: giving('platform.system', system ? constant(system) : HARMLESS),
    python_implementation: giving(
      'platform.python_implementation',
      implementation === 'other' ? HARMLESS : constant(implementation === 'pypy' ? 'PyPy' : 'CPython'),
    ),
    python_version: giving('platform.python_version', constant(version.join('.'))),
    python_version_tuple: native('platform.python_version_tuple', () =>
      tuple(version.map(n => constant(String(n)))),
    ),
    win32_ver: giving('platform.win32_ver', list([], true)),
  }
}
