/**
 * What code that is not run may have changed of all that it can reach: containers become open, attributes unknown.
 * Of a function of the project its text tells what it writes to and what it calls in turn; of other code nothing is
 * known but what it was handed. Which code is run is decided in `call.ts`.
 */
import { type BodyWords, bodyWords, globalNamesOf, onlyReads } from './body_words.ts'
import { ancestry } from './classes.ts'
import type { Machine } from './machine.ts'
import { hasDjango, loseDjango } from './models/django_settings.ts'
import {
  type Args,
  type Class,
  type Func,
  type Instance,
  type Module,
  type Namespace,
  type Scope,
  truth,
  UNKNOWN,
  type Value,
} from './values.ts'
import { leaveVariables } from './variables.ts'

/** Functions whose texts are read for one call that is left out. */
const MOST_FUNCTIONS = 80
/** Values that one such call is followed to. */
const MOST_VALUES = 4000

/** Methods that ran when the object was made. */
const MAKES = /^__(?:new|init|post_init|init_subclass)__$/

/** Words of code that may set Django up. */
export const CONFIGURES_DJANGO = /\bconfigure\(|\bsetup\(|execute_from_command_line|call_command/

/** A function of the project that is not run: what it may have done is unknown from now on. */
export function leaveOut(m: Machine, fn: Func, args: Args): void {
  m.unseenCalls++
  const effects = new Effects(m)
  effects.run(fn, true)
  args.positional.forEach((value, i) => {
    if (value.t !== 'nsdict' || !onlyReads(fn, i)) effects.hand(value, true, args.decorates)
  })
  for (const value of args.keywords.values()) effects.hand(value, true)
  effects.settle()
}

/** Code that is none of the project's. `standard`: of the standard library, which sets no attributes of strange objects. */
export type Other = 'standard' | 'unseen'

/**
 * Objects handed to code that is not run and whose text is not known. `byName`: `__name__` is enough for it to find
 * the module; else it takes the module, its namespace or `sys.modules` itself.
 */
export function handOver(m: Machine, args: Args, byName: boolean, other: Other = 'unseen'): void {
  m.unseenCalls++
  const values = [...args.positional, ...args.keywords.values()]
  if (values.every(({ t }) => t === 'const' || t === 'unknown' || t === 'path' || t === 'bytes') && !byName)
    return
  const effects = new Effects(m)
  for (const value of values) effects.hand(value, byName, args.decorates)
  effects.settle(other)
}

/** Code that looks at the frames of its callers may write to their globals. */
export function openCallers(m: Machine): void {
  for (const frame of m.frames) m.heap.open(frame.scope.module.ns)
}

interface Called {
  readonly fn: Func
  readonly body: BodyWords
  /** By name, from the code that is left out; else it was only within reach. */
  readonly surely: boolean
}

class Effects {
  private readonly seen = new Set<Value>()
  private readonly objects: (Instance | Class)[] = []
  private readonly owners = new Set<Class>()
  private readonly functions: Called[] = []
  /** The attributes that the code speaks of. */
  private readonly asked = new Set<string>()
  private readonly attributes = new Set<string>()
  private anyAttribute = false
  private ofClasses = false

  constructor(private readonly m: Machine) {}

  /** The code has it from its caller. `decorates`: what it has is to be decorated, not called. */
  hand(value: Value, byName: boolean, decorates = false): void {
    const { m } = this
    switch (value.t) {
      case 'func':
        if (decorates) for (const name of globalNamesOf(value)) m.heap.set(value.module.ns, name, UNKNOWN)
        else this.run(value)
        return
      case 'nsdict':
        m.heap.open(value.ns)
        return
      case 'module':
        if (value.kind === 'project') m.heap.open(value.ns)
        return
      case 'const': {
        const { module } = m.frame.scope
        if (byName && value.v === module.name) m.heap.open(module.ns)
        return
      }
      default:
        this.reach(value)
    }
  }

  /** The code may call it. `surely`: as far as its text is run. */
  run(fn: Func, surely = false): void {
    if (this.seen.has(fn) || !fn.code.unit.project) return
    this.seen.add(fn)
    if (this.functions.length >= MOST_FUNCTIONS) this.anyAttribute = true
    else this.functions.push({ fn, body: bodyWords(fn), surely })
  }

  /** Makes all that was reached unknown, as far as it may have changed. `other`: the code has no text that tells more. */
  settle(other: Other | null = null): void {
    // What is reached grows by what the called ask for, and what is called by what is reached.
    for (
      let [f, o, a] = [0, 0, 0];
      f < this.functions.length || o < this.objects.length || a < this.asked.size;
    ) {
      const asked = [...this.asked].slice(a)
      a = this.asked.size
      const known = o
      o = this.objects.length
      for (let i = 0; i < known; i++) for (const name of asked) this.reachSlot(this.objects[i]!, name, other)
      for (let i = known; i < o; i++) this.reachSlots(this.objects[i]!, other)
      for (; f < this.functions.length; f++) this.follow(this.functions[f]!)
    }
    for (const object of this.objects) this.change(object, other)
  }

  private reach(value: Value): void {
    const { m, seen } = this
    switch (value.t) {
      case 'list':
      case 'dict':
      case 'set':
      case 'tuple':
        if (seen.has(value) || seen.size > MOST_VALUES) return
        seen.add(value)
        if (value.t !== 'tuple' && !value.open) m.heap.openContainer(value)
        if (value.t === 'dict') for (const { value: held } of value.items.values()) this.reach(held)
        else for (const held of value.items.values()) this.reach(held)
        return
      case 'instance':
        if (seen.has(value) || seen.size > MOST_VALUES) return
        seen.add(value)
        m.heap.open(value.attributes)
        this.objects.push(value)
        for (const cls of ancestry(value.cls)) if (cls?.native === null) this.owners.add(cls)
        return
      case 'class':
        if (seen.has(value) || value.native !== null || value.place === null) return
        seen.add(value)
        m.heap.open(value.ns)
        this.objects.push(value)
        return
      case 'bound':
        this.reach(value.self)
        this.run(value.fn)
        return
      case 'func':
        this.run(value)
        return
      case 'native':
        value.handed?.()
        return
      default:
    }
  }

  /** What the object holds under the names that the code speaks of; other code may ask for all of them. */
  private reachSlots(object: Instance | Class, other: Other | null): void {
    for (const ns of namespacesOf(object))
      for (const name of ns.slots.keys()) {
        const implied = /^__\w+__$/.test(name) && !(object.t === 'instance' && MAKES.test(name))
        if (other !== null || implied || this.asked.has(name)) this.reachIn(ns, name, other)
      }
  }

  private reachSlot(object: Instance | Class, name: string, other: Other | null): void {
    for (const ns of namespacesOf(object)) this.reachIn(ns, name, other)
  }

  private reachIn(ns: Namespace, name: string, other: Other | null): void {
    const value = ns.slots.get(name)?.value
    // Other code was not given the methods, but for what it is to call.
    if (value && (other === null || (value.t !== 'func' && value.t !== 'class'))) this.reach(value)
  }

  /** What the text says that it reaches and writes to. */
  private follow({ fn, body, surely }: Called): void {
    const { m } = this
    const globals = fn.module.ns
    for (const name of body.asked) this.asked.add(name)
    for (const name of body.attributes) this.attributes.add(name)
    this.anyAttribute ||= body.anyAttribute
    this.ofClasses ||= body.classes
    if (surely) this.changeProcess(fn, body)
    if (body.globals) m.heap.open(globals)
    for (const name of body.rebinds) this.rebind(fn, name)
    for (const value of fn.defaults.values()) this.reach(value)
    for (let scope: Scope | null = fn.scope; scope?.kind === 'function'; scope = scope.parent)
      for (const word of body.words) {
        const value = scope.names.slots.get(word)?.value
        if (value) this.reach(value)
      }
    for (const word of body.words) {
      const value = globals.slots.get(word)?.value
      if (value?.t === 'module') this.writeTo(value, word, body)
      else if (value?.t === 'func') this.run(value, surely)
      else if (value) this.reach(value)
    }
    for (const { module, name, as } of body.imported) {
      const loaded = m.modules.get(absolute(module, fn.module))
      const value = name === null || loaded?.t !== 'module' ? loaded : loaded.ns.slots.get(name)?.value
      if (value?.t === 'module') this.writeTo(value, as, body)
      else if (value) this.reach(value)
    }
    for (const [owner, name] of body.writes) {
      const held = globals.slots.get(owner)?.value
      if (held?.t === 'class') m.heap.set(held.ns, name, UNKNOWN)
    }
  }

  private changeProcess(fn: Func, body: BodyWords): void {
    const { m } = this
    if (body.imports) m.unseenImports = true
    if (body.variables) leaveVariables(m, body.text)
    if (hasDjango(m) && CONFIGURES_DJANGO.test(body.text)) loseDjango(m)
    if (body.frames) openCallers(m)
    if (body.modules) m.openPrefixes.add(fn.module.name.split('.')[0]!)
    if (body.path) m.heap.openContainer(m.sysPath)
  }

  private rebind(fn: Func, name: string): void {
    for (let scope: Scope | null = fn.scope; scope?.kind === 'function'; scope = scope.parent)
      if (scope.names.slots.has(name)) return this.m.heap.set(scope.names, name, UNKNOWN)
    this.m.heap.set(fn.module.ns, name, UNKNOWN)
  }

  /** A module that the code calls by that name. */
  private writeTo(module: Module, as: string, body: BodyWords): void {
    if (module.kind !== 'project' && module.kind !== 'stub') return
    for (const [owner, name] of body.pairs) {
      const value = owner === as ? module.ns.slots.get(name)?.value : undefined
      if (value?.t === 'module') this.writeTo(value, name, body)
      else if (value) this.reach(value)
    }
    for (const [owner, name] of body.writes) if (owner === as) this.m.heap.set(module.ns, name, UNKNOWN)
  }

  private change(object: Instance | Class, other: Other | null): void {
    if (object.t === 'instance')
      for (const ns of namespacesOf(object)) this.forget(object.attributes, ns, other)
    else if (!this.owners.has(object) || this.ofClasses || other !== null)
      this.forget(object.ns, object.ns, other)
  }

  /** Writes to `to` the names of `from` that the code may have bound anew. */
  private forget(to: Namespace, from: Namespace, other: Other | null): void {
    for (const [name, { value }] of from.slots)
      if (value !== UNKNOWN && to.slots.get(name)?.value !== UNKNOWN && this.mayBind(name, value, other))
        this.m.heap.set(to, name, UNKNOWN)
  }

  private mayBind(name: string, value: Value, other: Other | null): boolean {
    if (this.attributes.has(name)) return true
    if (this.anyAttribute) return value.t !== 'func'
    // Frameworks fill in what was left empty.
    return other === 'unseen' && value.t === 'const' && truth(value) === false
  }
}

/** Where attributes of the object are looked for: its own, then its classes'. */
function* namespacesOf(object: Instance | Class): Generator<Namespace> {
  if (object.t === 'instance') yield object.attributes
  for (const cls of ancestry(object.t === 'instance' ? object.cls : object))
    if (cls?.native === null) yield cls.ns
}

/** The full name of a module that is imported in `from`. */
function absolute(name: string, from: Module): string {
  const dots = /^\.*/.exec(name)![0].length
  if (dots === 0) return name
  const parts = from.name.split('.')
  const base = parts.slice(0, parts.length - dots + (from.path === null ? 0 : 1))
  return [...base, name.slice(dots)].filter(Boolean).join('.')
}
