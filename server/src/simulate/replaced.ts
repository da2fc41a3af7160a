/**
 * Objects that a module of the project puts in its own place in `sys.modules`: lazy packages and proxies, made
 * of a subclass of ModuleType. Whoever imports the module gets the object; the machine hands out a module of
 * its own for it, because submodules are still found through the first one's `__path__`.
 */
import { hasWord } from '../files/words.ts'
import { callFunction } from './call.ts'
import { ancestry, exceptionClass, isSubclass, OBJECT } from './classes.ts'
import type { Machine } from './machine.ts'
import { isModuleClass } from './models/types.ts'
import { mayBePatched } from './patches.ts'
import { constant, type Instance, type Module, PyRaise, UNKNOWN, type Value } from './values.ts'

interface Replacement {
  readonly object: Instance
  /** Texts that took part in making the object: a name that none of them holds nobody spelt. */
  readonly texts: readonly string[]
}

const replacements = new WeakMap<Module, Replacement>()

/** The module that stands for the object from now on; null for objects that nothing is known of. */
export function replacementOf(m: Machine, present: Module, value: Value): Module | null {
  if (value.t !== 'instance' || m.heap.doubtful || !isPlainModule(value)) return null
  const stand: Module = { ...present, ns: m.heap.namespace(true) }
  for (const [name, slot] of present.ns.slots)
    if (name.startsWith('__') && name !== '__getattr__') m.heap.set(stand.ns, name, slot.value)
  const start = m.frames.findLastIndex(frame => frame.kind === 'module' && frame.unit.path === present.file)
  const makers = m.frames.slice(Math.max(0, start)).map(frame => frame.unit.path)
  const homes = [...ancestry(value.cls)].map(cls => (cls ? m.modules.get(cls.module) : null))
  const files = [...makers, ...homes.map(home => (home?.t === 'module' ? home.file : null))]
  const texts = [...new Set(files)].map(file => (file === null ? null : m.world.text(file)) ?? '')
  replacements.set(stand, { object: value, texts })
  return stand
}

export function isReplacement(value: Value | null | undefined): value is Module {
  return value?.t === 'module' && replacements.has(value)
}

/**
 * What the object gives for a name: its value, 'missing' where it raises AttributeError for certain, undefined
 * for modules that are no replacement and wherever it isn't known.
 */
export function viaReplacement(m: Machine, module: Module, name: string): Value | 'missing' | undefined {
  const replacement = replacements.get(module)
  if (!replacement || name.startsWith('__') || !/^\w+$/.test(name)) return undefined
  const { object, texts } = replacement
  const own = object.attributes.slots.get(name)
  if (own) return own.maybe ? undefined : own.value
  const classes = [...ancestry(object.cls)]
  if (object.attributes.open || classes.some(cls => cls?.ns.slots.has(name))) return undefined
  const hook = classes.map(cls => cls?.ns.slots.get('__getattr__')).find(Boolean)
  const value = hook ? fromHook(m, object, hook.maybe ? UNKNOWN : hook.value, name) : 'missing'
  if (value !== 'missing') return value
  const spelt = !hook && texts.some(text => hasWord(text, name))
  return spelt || mayBePatched(m, module, name) ? undefined : 'missing'
}

function fromHook(m: Machine, object: Instance, hook: Value, name: string): Value | 'missing' | undefined {
  if (hook.t !== 'func') return undefined
  const frames = m.frames.length
  try {
    const value = callFunction(m, hook, {
      positional: [object, constant(name)],
      keywords: new Map(),
      open: false,
    })
    return value.t === 'unknown' ? undefined : value
  } catch (error) {
    if (!(error instanceof PyRaise)) throw error
    if (isSubclass(error.exc.cls, exceptionClass('AttributeError')) !== true) throw error
    m.frames.length = frames
    return error.exc.exact ? 'missing' : undefined
  }
}

/** Are its class and all that it inherits from known, with nothing that finds attributes but `__getattr__`? */
function isPlainModule({ cls }: Instance): boolean {
  const classes = [...ancestry(cls)]
  return (
    classes.some(each => each !== null && isModuleClass(each)) &&
    classes.every(
      each =>
        each !== null &&
        (isModuleClass(each) ||
          each === OBJECT ||
          (!each.open && !each.ns.open && !each.native && !each.ns.slots.has('__getattribute__'))),
    )
  )
}
