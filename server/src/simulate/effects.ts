/**
 * What code that is not run may have changed of all that it can reach: containers become open, attributes unknown.
 * Of a function of the project its text tells what it writes to and what it calls in turn; of other code nothing is
 * known but what it was handed. Which code is run is decided in `call.ts`.
 */
import { remember } from '../files/memo.ts'
import { type BodyWords, bodyWords, globalNamesOf, onlyReads } from './body_words.ts'
import { relative } from './foreign.ts'
import type { Machine } from './machine.ts'
import { hasDjango, loseDjango } from './models/django_settings.ts'
import { isDefined } from './remade.ts'
import {
  type Args,
  type Class,
  type Func,
  type Instance,
  type Module,
  type Namespace,
  type Scope,
  type Slot,
  truth,
  UNKNOWN,
  type Value,
} from './values.ts'
import { leaveVariables } from './variables.ts'

/** What a function does that is left out again and again to what it was not handed, it has done by then. */
const MOST_TIMES = 20
/** Functions whose texts are read for one call that is left out. */
const MOST_FUNCTIONS = 40
/** Values that one such call is followed to. */
const MOST_VALUES = 400

/** Methods that ran when the object was made. */
const MAKES = /^__(?:new|init|post_init|init_subclass)__$/

/** Words of code that may set Django up. */
export const CONFIGURES_DJANGO = /\bconfigure\(|\bsetup\(|execute_from_command_line|call_command/

/** A function of the project that is not run: what it may have done is unknown from now on. */
export function leaveOut(m: Machine, fn: Func, args: Args): void {
  m.unseenCalls++
  const body = `${fn.code.unit.path}#${fn.code.def?.body}`
  const before = m.leftOut.get(body) ?? 0
  m.leftOut.set(body, before + 1)
  const effects = new Effects(m, before < MOST_TIMES)
  effects.run(fn, true)
  const isLeftAlone = (value: Value, parameter: string | undefined): boolean =>
    value.t === 'const' &&
    value.v === m.frame.scope.module.name &&
    parameter !== undefined &&
    !mayFindModule(m, fn, parameter)
  args.positional.forEach((value, i) => {
    const isRead = value.t === 'nsdict' && onlyReads(fn, i)
    if (!isRead && !isLeftAlone(value, fn.code.params[i]?.name)) effects.hand(value, true, args.decorates)
  })
  for (const [key, value] of args.keywords) if (!isLeftAlone(value, key)) effects.hand(value, true)
  effects.settle()
}

/**
 * May a function that is handed the name of a module as that parameter find the module by it? `get_logger(__name__)` does
 * not: its text speaks of no modules, and hands the name on to nobody who might.
 */
function mayFindModule(m: Machine, fn: Func, parameter: string): boolean {
  const { text } = bodyWords(fn)
  if (!fn.code.def || speaksOfModules(fn)) return true
  const calls = text.matchAll(new RegExp(`([\\w.]+)\\((?=[^()]*\\b${parameter}\\b)`, 'g'))
  for (const [, callee] of calls) {
    const value = fn.module.ns.slots.get(callee!.split('.', 1)[0]!)?.value
    if (!value && callee!.includes('.')) return true
    if (value?.t === 'func' && speaksOfModules(value)) return true
    const isKnown =
      !value || value.t === 'func' || value.t === 'native' || (value.t === 'unknown' && value.harmless)
    const isStandard = value?.t === 'module' && m.finder.isStandard(value.name)
    if (!isKnown && !isStandard) return true
  }
  return false
}

function speaksOfModules(fn: Func): boolean {
  const { text, imports, frames } = bodyWords(fn)
  return imports || frames || /\bmodules\b|__import__|getmodule/.test(text)
}

/** Code that is none of the project's. `standard`: of the standard library, which sets no attributes of strange objects. */
export type Other = 'standard' | 'unseen'

/**
 * Objects handed to code that is not run and whose text is not known. `byName`: `__name__` is enough for it to find
 * the module; else it takes the module, its namespace or `sys.modules` itself. `calls`: functions are called.
 */
export function handOver(
  m: Machine,
  args: Args,
  byName: boolean,
  other: Other = 'unseen',
  calls = false,
): void {
  m.unseenCalls++
  const values = [...args.positional, ...args.keywords.values()]
  if (values.every(({ t }) => t === 'const' || t === 'unknown' || t === 'path' || t === 'bytes') && !byName)
    return
  const effects = new Effects(m)
  for (const value of values) effects.hand(value, byName, args.decorates, calls)
  effects.settle(other)
}

/** Functions that somebody may call, be it now or later: where modules come from may have changed, as far as they do that. */
export function foresee(m: Machine, functions: Iterable<Func>): void {
  const effects = new Effects(m, false)
  for (const fn of functions) effects.run(fn)
  effects.foresee()
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
  /** Where attributes of the objects are looked for; whether all that stands there is made. */
  private readonly namespaces = new Map<Namespace, boolean>()
  private readonly owners = new Set<Class>()
  private readonly functions: Called[] = []
  /** The attributes that the code speaks of. */
  private readonly asked = new Set<string>()
  private readonly attributes = new Set<string>()
  private readonly known = new Map<Namespace, readonly string[]>()
  private anyAttribute = false
  private ofClasses = false

  /** `beyond`: what code was not handed is looked at as well. */
  constructor(
    private readonly m: Machine,
    private readonly beyond = true,
  ) {}

  /**
   * The code has it from its caller. `decorates`: what it has is to be decorated, not called; `calls`: it is called, and
   * not only registered.
   */
  hand(value: Value, byName: boolean, decorates = false, calls = false): void {
    const { m } = this
    switch (value.t) {
      case 'func':
        if (decorates) for (const name of globalNamesOf(value)) m.heap.set(value.module.ns, name, UNKNOWN)
        else this.run(value, calls)
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
      let [f, n, a] = [0, 0, 0];
      f < this.functions.length || n < this.namespaces.size || a < this.asked.size;
    ) {
      const asked = [...this.asked].slice(a)
      const namespaces = [...this.namespaces]
      a = this.asked.size
      namespaces.forEach(([ns, made], i) => {
        if (i < n) for (const name of asked) this.reachIn(ns, name, other)
        else this.reachSlots(ns, made, other)
      })
      n = namespaces.length
      for (; f < this.functions.length; f++) this.follow(this.functions[f]!)
    }
    for (const object of this.objects) this.change(object, other)
  }

  /** Changes where modules come from, as far as what may be called does, and nothing else. */
  foresee(): void {
    for (const called of this.functions) {
      this.changeImports(called.fn, called.body)
      for (const word of called.body.words) {
        const value = called.fn.module.ns.slots.get(word)?.value
        if (value?.t === 'func') this.run(value)
      }
    }
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
        this.namespaces.set(value.attributes, true)
        for (const cls of classesOf(value.cls)) {
          this.owners.add(cls)
          if (!this.namespaces.has(cls.ns)) this.namespaces.set(cls.ns, true)
        }
        return
      case 'class':
        if (seen.has(value) || value.native !== null || !isDefined(value)) return
        seen.add(value)
        m.heap.open(value.ns)
        this.objects.push(value)
        for (const cls of classesOf(value))
          if (!this.namespaces.has(cls.ns)) this.namespaces.set(cls.ns, false)
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

  /** What stands there under the names that the code speaks of; other code may ask for all of them. */
  private reachSlots(ns: Namespace, made: boolean, other: Other | null): void {
    for (const name of ns.slots.keys()) {
      const implied = name.startsWith('__') && name.endsWith('__') && !(made && MAKES.test(name))
      if (other !== null || implied || this.asked.has(name)) this.reachIn(ns, name, other)
    }
  }

  private reachIn(ns: Namespace, name: string, other: Other | null): void {
    const value = ns.slots.get(name)?.value
    // Other code was not given the methods, but for what it is to call.
    const isGiven = other === null || name === '__call__' || (value?.t !== 'func' && value?.t !== 'class')
    if (value && isGiven) this.reach(value)
  }

  /** What the text says that it reaches and writes to. */
  private follow({ fn, body, surely }: Called): void {
    const { m } = this
    const globals = fn.module.ns
    for (const name of body.asked) this.asked.add(name)
    for (const name of body.attributes) this.attributes.add(name)
    this.anyAttribute ||= body.anyAttribute
    this.ofClasses ||= body.classes
    if (surely) this.changeImports(fn, body)
    if (!this.beyond) return
    if (surely) this.changeProcess(body)
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

  private changeProcess(body: BodyWords): void {
    const { m } = this
    if (body.imports) m.unseenImports = true
    if (body.variables) leaveVariables(m, body.text)
    if (hasDjango(m) && CONFIGURES_DJANGO.test(body.text)) loseDjango(m)
    if (body.frames) openCallers(m)
  }

  /** An import that is told by mistake is the worst that can be told. */
  private changeImports(fn: Func, body: BodyWords): void {
    for (const key of body.modules) this.m.openPrefixes.add(openedBy(key, fn.module))
    if (body.path) this.m.heap.openContainer(this.m.sysPath)
  }

  private rebind(fn: Func, name: string): void {
    for (let scope: Scope | null = fn.scope; scope?.kind === 'function'; scope = scope.parent)
      if (scope.names.slots.has(name)) return this.m.heap.set(scope.names, name, UNKNOWN)
    this.m.heap.set(fn.module.ns, name, UNKNOWN)
  }

  /** A module that the code calls by that name. `passed`: the way to it, for modules may hold each other. */
  private writeTo(module: Module, as: string, body: BodyWords, passed: readonly string[] = []): void {
    if (module.kind !== 'project' && module.kind !== 'stub') return
    const here = `${as}:${module.name}`
    if (passed.includes(here)) return
    for (const [owner, name] of body.pairs) {
      const value = owner === as ? module.ns.slots.get(name)?.value : undefined
      if (value?.t === 'module') this.writeTo(value, name, body, [...passed, here])
      else if (value) this.reach(value)
    }
    for (const [owner, name] of body.writes) if (owner === as) this.m.heap.set(module.ns, name, UNKNOWN)
  }

  private change(object: Instance | Class, other: Other | null): void {
    const classes = classesOf(object.t === 'instance' ? object.cls : object)
    if (object.t === 'instance') {
      const own = object.attributes
      const names = [...this.bindable(own, other), ...classes.flatMap(cls => this.bindable(cls.ns, other))]
      for (const name of names)
        if (own.slots.get(name)?.value !== UNKNOWN) this.m.heap.set(own, name, UNKNOWN)
    } else if (!this.owners.has(object) || this.ofClasses || other !== null)
      for (const { ns } of classes)
        for (const name of this.bindable(ns, other)) this.m.heap.set(object.ns, name, UNKNOWN)
  }

  /** The names that the code may have bound anew. */
  private bindable(ns: Namespace, other: Other | null): readonly string[] {
    return remember(this.known, ns, () =>
      [...ns.slots].flatMap(([name, { value }]) =>
        value !== UNKNOWN && this.mayBind(name, value, other) ? [name] : [],
      ),
    )
  }

  private mayBind(name: string, value: Value, other: Other | null): boolean {
    if (this.attributes.has(name)) return true
    if (this.anyAttribute) return value.t !== 'func'
    // Frameworks fill in what was left empty.
    return other === 'unseen' && value.t === 'const' && truth(value) === false
  }
}

const known = new WeakMap<Class, readonly Class[]>()

/** The class and its bases that code defined, each once. */
export function classesOf(cls: Class): readonly Class[] {
  return remember(known, cls, () => {
    const bases = cls.bases.flatMap(base => (base.t === 'class' ? classesOf(base) : []))
    return [...new Set(cls.native === null ? [cls, ...bases] : bases)]
  })
}

/** What the class has under a name, by itself or by a base that code defined. */
export function slotOf(cls: Class, name: string): Slot | undefined {
  return classesOf(cls)
    .map(each => each.ns.slots.get(name))
    .find(Boolean)
}

/** The top-level name of the modules that may be in `sys.modules` once something stands there under a key; '*' for any. */
function openedBy(key: string, { name }: Module): string {
  const [, written] = /^["']([\w.]+)["']$/.exec(key) ?? []
  const known = written ?? (/^(?:__name__|__package__)\b/.test(key) ? name : null)
  return known === null ? '*' : known.split('.')[0]!
}

/** The full name of a module that is imported in `from`; '' for none. */
function absolute(name: string, from: Module): string {
  const level = /^\.*/.exec(name)![0].length
  if (level === 0) return name
  const above = from.path === null ? from.name.slice(0, Math.max(0, from.name.lastIndexOf('.'))) : from.name
  return relative(above, level, name.slice(level)) ?? ''
}
