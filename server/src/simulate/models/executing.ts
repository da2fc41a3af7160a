/** `exec` and `compile`: text that is known is executed, anything else casts doubt. */

import { certainRaise } from '../completion.ts'
import { runBlock } from '../execute.ts'
import type { Frame, Machine } from '../machine.ts'
import {
  type Args,
  constant,
  HARMLESS,
  isString,
  type Module,
  type Native,
  NO_NAMES,
  NONE,
  native,
  PyRaise,
  type Scope,
  UNKNOWN,
  type Value,
} from '../values.ts'

const codes = new WeakMap<Native, { readonly text: string; readonly path: string | null }>()

/** `compile(text, filename, 'exec')`. */
export function compileText(m: Machine, args: Args): Value {
  const [text, path, mode] = args.positional
  if (!isString(text) || (isString(mode) && mode.v !== 'exec')) {
    m.mayRaise(null)
    return HARMLESS
  }
  const code = native('code', null)
  codes.set(code, { text: text.v, path: isString(path) ? path.v : null })
  return code
}

/** `exec(text or code, globals)`: runs it where both are known. */
export function executeText(m: Machine, args: Args): Value {
  const [source, globals] = args.positional
  const code = isString(source)
    ? { text: source.v, path: null }
    : source?.t === 'native'
      ? codes.get(source)
      : undefined
  const target = code && !m.heap.doubtful ? namespaceFor(m, globals) : null
  if (!code || !target) return executeUnknown(m, globals)
  const unit = m.world.compile(code.text, code.path ?? m.frame.unit.path)
  // Places within executed text are no places of a file: the frame that asked is where it stands.
  const frame: Frame = {
    ...m.frame,
    unit: { ...unit, project: false },
    scope: target.scope,
    kind: 'module',
    at: 0,
    statement: null,
    handling: [],
  }
  m.frames.push(frame)
  try {
    const raised = certainRaise(runBlock(m, unit.code.ops, frame))
    if (raised) throw new PyRaise(raised)
  } finally {
    m.frames.pop()
  }
  target.keep()
  return NONE
}

function executeUnknown(m: Machine, globals: Value | undefined): Value {
  if (globals?.t === 'dict') m.heap.openContainer(globals)
  else if (globals?.t === 'nsdict') m.heap.open(globals.ns)
  else {
    m.heap.open(m.frame.scope.names)
    m.heap.open(m.frame.scope.module.ns)
  }
  m.executors.add(m.frame.unit.path)
  m.unseenImports = true
  m.mayRaise(null)
  return NONE
}

/** The scope that the text runs in; null where its namespace isn't known. */
function namespaceFor(
  m: Machine,
  globals: Value | undefined,
): { readonly scope: Scope; readonly keep: () => void } | null {
  const { module } = m.frame.scope
  if (!globals) return { scope: m.frame.scope, keep: () => undefined }
  if (globals.t === 'nsdict') {
    const owner = globals.ns === module.ns ? module : { ...(globals.module ?? module), ns: globals.ns }
    return { scope: scopeOf(owner), keep: () => undefined }
  }
  if (globals.t !== 'dict' || globals.open) return null
  const ns = m.heap.namespace()
  for (const { key, value } of globals.items.values()) if (isString(key)) m.heap.set(ns, key.v, value)
  const own: Module = { ...module, ns }
  const keep = () => {
    m.heap.touch(globals)
    for (const [name, slot] of ns.slots)
      globals.items.set(`s:${name}`, { key: constant(name), value: slot.maybe ? UNKNOWN : slot.value })
    if (ns.open) m.heap.openContainer(globals)
  }
  return { scope: scopeOf(own), keep }
}

function scopeOf(module: Module): Scope {
  return { kind: 'module', names: module.ns, parent: null, module, globals: NO_NAMES, nonlocals: NO_NAMES }
}
