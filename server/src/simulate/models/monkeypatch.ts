/**
 * `pytest.MonkeyPatch` used at import, outside of any test: variables, `sys.path` and items of dicts are
 * really changed, and stay so until `undo()` or the end of its `with` block.
 */
import type { Machine } from '../machine.ts'
import { setItem } from '../operate.ts'
import { type Args, isString, NONE, native, UNKNOWN, type Value } from '../values.ts'
import { setVariable, variable } from '../variables.ts'
import { contextObject } from './contexts.ts'
import { losePatched } from './patched.ts'

export function monkeyPatch(m: Machine): Value {
  return native('pytest.MonkeyPatch', () => patcher(m).object, {
    attribute: name =>
      name === 'context'
        ? native('pytest.MonkeyPatch.context', () =>
            contextObject(m, 'MonkeyPatch.context', () => {
              const { object, undo } = patcher(m)
              return { target: object, swallows: () => false, exit: undo }
            }),
          )
        : UNKNOWN,
  })
}

function patcher(m: Machine): { object: Value; undo: () => void } {
  const undone: (() => void)[] = []
  const undo = () => {
    for (let back = undone.pop(); back; back = undone.pop()) back()
  }
  const setEnv = (key: Value | undefined, value: Value | null) => {
    const before = variable(m, key)
    undone.push(() => setVariable(m, key, before === 'absent' ? null : (before ?? UNKNOWN)))
    setVariable(m, key, value)
  }
  const methods: Record<string, (args: Args) => unknown> = {
    setenv: ({ positional: [key, value = UNKNOWN], keywords }) =>
      setEnv(key, isString(value) && !keywords.has('prepend') ? value : UNKNOWN),
    delenv: ({ positional: [key] }) => setEnv(key, null),
    setattr: ({ positional: [target, name] }) => undone.push(losePatched(m, target, name)),
    delattr: ({ positional: [target, name] }) => undone.push(losePatched(m, target, name)),
    setitem: ({ positional: [container, key, value = UNKNOWN] }) => {
      if (container && key) setItem(m, container, key, value)
    },
    syspath_prepend: ({ positional: [path = UNKNOWN] }) => {
      m.heap.touch(m.sysPath)
      const { items } = m.sysPath
      undone.push(() => {
        m.heap.touch(m.sysPath)
        m.sysPath.items = items
      })
      if (isString(path)) m.sysPath.items = [path, ...items]
      else m.heap.openContainer(m.sysPath)
    },
    undo,
  }
  const object = native('MonkeyPatch', null, {
    attribute: name =>
      native(`MonkeyPatch.${name}`, args => {
        m.heap.journal.lose()
        methods[name]?.(args)
        return NONE
      }),
  })
  return { object, undo }
}
