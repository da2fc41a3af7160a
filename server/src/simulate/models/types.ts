/** types: modules made by hand. */
import { nativeClass, OBJECT } from '../classes.ts'
import type { Machine } from '../machine.ts'
import {
  type Class,
  constant,
  type Instance,
  isString,
  type Module,
  NONE,
  native,
  type Slot,
  UNKNOWN,
  type Value,
} from '../values.ts'
import { type Model, textArgument } from './model.ts'

export const typesModels: readonly Model[] = [{ modules: ['types'], names: typesNames }]

const moduleClasses = new WeakSet<Class>()

/** Is this types.ModuleType itself? */
export function isModuleClass(cls: Class): boolean {
  return moduleClasses.has(cls)
}

const namespaceClasses = new WeakSet<Class>()

/** Is this types.SimpleNamespace itself? */
export function isNamespaceClass(cls: Class): boolean {
  return namespaceClasses.has(cls)
}

function typesNames(m: Machine): Record<string, Value> {
  const cls = nativeClass('module', 'builtins', [OBJECT], args => {
    const module: Module = {
      t: 'module',
      name: textArgument(args, 0, 'name') ?? '',
      file: null,
      kind: 'stub',
      ns: m.heap.namespace(),
      path: null,
      doubtful: false,
    }
    m.heap.set(module.ns, '__name__', constant(module.name))
    m.heap.set(module.ns, '__doc__', NONE)
    return module
  })
  moduleClasses.add(cls)
  const slot: Slot = { value: ownAttribute(m), maybe: false }
  cls.ns.slots.set('__getattribute__', slot)
  return { ModuleType: cls, SimpleNamespace: simpleNamespace(m) }
}

/** An object with the attributes that it is given, and no others: in `sys.modules` it is no package. */
function simpleNamespace(m: Machine): Class {
  const cls: Class = nativeClass('SimpleNamespace', 'types', [OBJECT], args => {
    const open = args.open || args.positional.length > 0
    const instance: Instance = { t: 'instance', cls, attributes: m.heap.namespace(open), exception: null }
    for (const [name, value] of args.keywords) m.heap.set(instance.attributes, name, value)
    return instance
  })
  namespaceClasses.add(cls)
  return cls
}

/** `ModuleType.__getattribute__(self, name)`: how a `__getattr__` says that the name is missing after all. */
function ownAttribute(m: Machine): Value {
  return native('ModuleType.__getattribute__', ({ positional: [self, name] }) => {
    if (self?.t !== 'instance' || !isString(name) || self.attributes.open) return UNKNOWN
    const own = self.attributes.slots.get(name.v)
    if (own) return own.maybe ? UNKNOWN : own.value
    const title = self.attributes.slots.get('__name__')?.value
    const message = `module '${isString(title) ? title.v : '?'}' has no attribute '${name.v}'`
    return m.raise('AttributeError', message, { kind: 'other' })
  })
}
