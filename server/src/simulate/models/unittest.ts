/** unittest: SkipTest, its decorators, and mock objects standing in for modules. */

import { nativeClass, OBJECT } from '../classes.ts'
import { handOver } from '../effects.ts'
import { foreseeCall } from '../implicit_calls.ts'
import { importModule } from '../importer.ts'
import type { Machine } from '../machine.ts'
import { setItem } from '../operate.ts'
import {
  type Args,
  HARMLESS,
  type Instance,
  isString,
  type Native,
  NONE,
  native,
  truth,
  UNKNOWN,
  type Value,
} from '../values.ts'
import { contextObject } from './contexts.ts'
import { argument, type Model } from './model.ts'
import { SKIP_TEST } from './outcomes.ts'
import { losePatched } from './patched.ts'

export const unittestModels: readonly Model[] = [
  { modules: ['unittest', 'unittest.case'], names: unittestNames },
  { modules: ['unittest.mock', 'mock'], names: mockNames },
]

function unittestNames(): Record<string, Value> {
  const decorator = native('unittest.skip', () => native('decorator', args => args.positional[0] ?? UNKNOWN))
  return {
    SkipTest: SKIP_TEST,
    TestCase: { ...nativeClass('TestCase', 'unittest.case', [OBJECT]), open: true },
    ...Object.fromEntries(['TestSuite', 'TestLoader', 'TestResult', 'TestProgram'].map(withConstructor)),
    skip: decorator,
    skipIf: decorator,
    skipUnless: decorator,
    expectedFailure: native('unittest.expectedFailure', args => args.positional[0] ?? UNKNOWN),
  }
}

/** Classes that are called like tests and are none: pytest warns of their `__init__`. */
function withConstructor(name: string): [string, Value] {
  const cls = nativeClass(name, 'unittest', [OBJECT], () => UNKNOWN)
  cls.ns.slots.set('__init__', { value: UNKNOWN, maybe: false })
  return [name, cls]
}

/** Mocks give every attribute but the dunder ones: as a module such an object is no package. */
function mockNames(m: Machine): Record<string, Value> {
  const names = ['Mock', 'MagicMock', 'NonCallableMock', 'NonCallableMagicMock', 'AsyncMock']
  const classes = Object.fromEntries(
    names.map(name => {
      const cls: Value = nativeClass(name, 'unittest.mock', [OBJECT], args => {
        const instance: Instance = {
          t: 'instance',
          cls: cls as never,
          attributes: m.heap.namespace(),
          exception: null,
        }
        for (const [key, value] of args.keywords) m.heap.set(instance.attributes, key, value)
        foreseeCall(m, args.keywords.get('side_effect'))
        return instance
      })
      return [name, cls]
    }),
  )
  return { ...classes, patch: patch(m) }
}

/** What `patch` replaces is of no interest to an import, but for `sys.modules` and where it is in force meanwhile. */
function patch(m: Machine): Value {
  const left = native('unittest.mock.patch', (args, call) => {
    const [target, name] = args.positional
    const whole = isString(target)
      ? target.v
      : target?.t === 'module' && isString(name)
        ? `${target.name}.${name.v}`
        : ''
    // Whoever stands in for it may serve any module.
    if (whole === 'builtins.__import__') m.metaPathOpen = true
    const left = leaveOut(m, args)
    if (!call || call !== m.frames.at(-1)?.entering) return left
    return contextObject(m, 'patch', () => {
      const exit = losePatched(m, target, name)
      return { target: UNKNOWN, swallows: () => false, exit }
    })
  })
  const dict = native('unittest.mock.patch.dict', args => patchDict(m, args))
  return { ...left, attribute: name => (name === 'dict' ? dict : name === 'object' ? left : HARMLESS) }
}

/** As any call of the standard library that is not looked into. */
function leaveOut(m: Machine, args: Args): Value {
  m.mayRaise(null)
  handOver(m, args, false, 'standard')
  return HARMLESS
}

/** `patch.dict(sys.modules, {...})`: its end puts all of `sys.modules` back, what was imported meanwhile too. */
function patchDict(m: Machine, args: Args): Value {
  const target = argument(args, 0, 'in_dict')
  const named = target?.t === 'const' && target.v === 'sys.modules'
  const modules = named ? modelOfSysModules(m) : target
  if (modules?.t !== 'native' || modules.name !== 'sys.modules') return leaveOut(m, args)
  const clear = args.keywords.get('clear')
  if (args.open || (clear && truth(clear) !== false)) {
    m.openPrefixes.add('*')
    return leaveOut(m, args)
  }
  const start = (): (() => void) => {
    const known = m.heap.doubtful ? null : new Map(m.modules)
    const restoreWriters = m.leaks.snapshot()
    const values = argument(args, 1, 'values')
    if (values?.t === 'dict' && !values.open)
      for (const { key, value } of values.items.values()) setItem(m, modules, key, value)
    else if (values) setItem(m, modules, UNKNOWN, UNKNOWN)
    for (const [name, value] of args.keywords)
      if (name !== 'values' && name !== 'clear') setItem(m, modules, { t: 'const', v: name }, value)
    return () => {
      if (!known || m.heap.doubtful) return
      for (const name of [...m.modules.keys()]) if (!known.has(name)) m.modules.delete(name)
      for (const [name, value] of known) m.modules.set(name, value)
      restoreWriters()
    }
  }
  const patcher = contextObject(m, 'patch.dict', () => {
    const exit = start()
    return { target: UNKNOWN, swallows: () => false, exit }
  })
  let stop: (() => void) | null = null
  const methods: Record<string, Native> = {
    start: native('patch.dict.start', () => {
      stop = start()
      return UNKNOWN
    }),
    stop: native('patch.dict.stop', () => {
      stop?.()
      return NONE
    }),
  }
  if (patcher.t === 'instance')
    for (const [name, method] of Object.entries(methods)) m.heap.set(patcher.attributes, name, method)
  return patcher
}

function modelOfSysModules(m: Machine): Value {
  const sys = importModule(m, 'sys', m.here())
  return sys.t === 'module' ? (sys.ns.slots.get('modules')?.value ?? UNKNOWN) : UNKNOWN
}
