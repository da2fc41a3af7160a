/** `os.environ` and `os.getenv`, over the variables that the machine keeps (variables.ts). */
import { exceptionClass } from '../classes.ts'
import type { Machine } from '../machine.ts'
import {
  type Args,
  type Exc,
  HARMLESS,
  isString,
  NONE,
  native,
  UNKNOWN,
  UNSET,
  type Value,
} from '../values.ts'
import { setVariable, variable } from '../variables.ts'
import { containerMethod } from './containers.ts'
import { argument } from './model.ts'

export function environ(m: Machine): Value {
  return native('os.environ', null, {
    attribute: name => method(m, name),
    mapping: {
      get: key => {
        const value = variable(m, key)
        return value === 'absent' ? missing(m, key) : (value ?? unset(m, key))
      },
      set: (key, value) => setVariable(m, key, value),
      remove: key => {
        if (variable(m, key) === 'absent') missing(m, key)
        setVariable(m, key, null)
      },
      has: key => {
        const value = variable(m, key)
        return value === null ? null : value !== 'absent'
      },
    },
    handed: () => m.heap.openContainer(m.variables),
  })
}

/** `os.getenv` and `os.environ.get`. */
export function getVariable(m: Machine, args: Args): Value {
  const value = variable(m, argument(args, 0, 'key'))
  return value === 'absent' ? (argument(args, 1, 'default') ?? NONE) : (value ?? UNSET)
}

function method(m: Machine, name: string): Value {
  const of = (call: (args: Args) => Value) => native(`os.environ.${name}`, call)
  switch (name) {
    case 'get':
      return of(args => getVariable(m, args))
    case 'setdefault':
      return of(args => {
        const [key, otherwise = NONE] = args.positional
        const value = variable(m, key)
        if (value !== 'absent' && value !== null) return value
        setVariable(m, key, value === null ? UNKNOWN : otherwise)
        return value === null ? UNSET : otherwise
      })
    case 'pop':
      return of(args => {
        const [key, otherwise] = args.positional
        const value = variable(m, key)
        setVariable(m, key, null)
        if (value === 'absent') return otherwise ?? missing(m, key)
        return value ?? UNSET
      })
    case 'update':
      return of(args => {
        m.heap.touch(m.variables)
        return callMethod(m, name, args)
      })
    case 'clear':
      return of(args => callMethod(m, name, args))
    case 'copy':
    case 'keys':
    case 'values':
    case 'items':
      return of(() => HARMLESS)
    default:
      return HARMLESS
  }
}

function callMethod(m: Machine, name: string, args: Args): Value {
  const bound = containerMethod(m, m.variables, name)
  return bound.t === 'native' && bound.call ? bound.call(args, null) : HARMLESS
}

function missing(m: Machine, key: Value | undefined): Value {
  return m.throwUnlessHealed(keyError(m, isString(key) ? key.v : ''))
}

function keyError(m: Machine, name: string): Exc {
  return m.exception(exceptionClass('KeyError'), `'${name}'`, { kind: 'unset-variable', name })
}

/** The variable is not set here, and may be where pytest runs: the project's own code then fails, perhaps. */
function unset(m: Machine, key: Value): Value {
  const known = isString(key) && !m.variables.open && m.frame.unit.project && !m.heap.doubtful
  if (!known) m.mayRaise(null)
  else m.mayFail({ exc: keyError(m, key.v), reason: 'the environment variable is not set here' })
  return UNSET
}
