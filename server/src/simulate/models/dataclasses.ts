/**
 * dataclasses: what `@dataclass` refuses of the fields of a class, in the order of `_process_class`: a default
 * that can't be shared, then a field without a default behind one with. The fields are read from the class
 * statement, as annotations are where they are declared.
 */
import type { ClassOp, Expr } from '../../compile/module_code.ts'
import { remember } from '../../files/memo.ts'
import { ancestry, nativeClass, OBJECT } from '../classes.ts'
import { foreseeCall } from '../implicit_calls.ts'
import type { Machine } from '../machine.ts'
import { type Args, type Class, type Instance, native, truth, UNKNOWN, type Value } from '../values.ts'
import { statementOf } from './class_hooks.ts'
import type { Model } from './model.ts'

export const dataclassModels: readonly Model[] = [
  {
    modules: ['dataclasses'],
    names: m => ({ dataclass: native('dataclass', args => decorator(m, args)), field: fieldMaker(m) }),
  },
]

const FIELD = nativeClass('Field', 'dataclasses', [OBJECT])
/** The arguments that a `field(...)` was called with. */
const given = new WeakMap<Instance, Args>()

function fieldMaker(m: Machine): Value {
  return native('dataclasses.field', args => {
    const made: Instance = { t: 'instance', cls: FIELD, attributes: m.heap.namespace(), exception: null }
    given.set(made, args)
    foreseeCall(m, args.keywords.get('default_factory'))
    return made
  })
}

const NO_ARGS: Args = { positional: [], keywords: new Map(), open: false }

function decorator(m: Machine, args: Args): Value {
  const [cls] = args.positional
  if (cls) return process(m, cls, NO_ARGS)
  return native('dataclass(...)', inner => process(m, inner.positional[0] ?? UNKNOWN, args))
}

interface Field {
  readonly name: string
  readonly hasDefault: boolean
  /** In the order of `__init__`'s positional parameters. */
  readonly positional: boolean
}

/** The fields of each class that was processed. */
const processed = new WeakMap<Machine, Map<Class, readonly Field[]>>()

function processedIn(m: Machine): Map<Class, readonly Field[]> {
  return remember(processed, m, () => m.map())
}

function process(m: Machine, cls: Value, { keywords, open }: Args): Value {
  if (cls.t !== 'class') return cls
  const op = statementOf(m, cls)?.op
  const before = op && isPlain(cls, op) ? inheritedFields(m, cls) : null
  const own = op && before ? ownFields(m, cls, op, keywords.get('kw_only')) : null
  // It gets an `__init__` that binds what the class body only declares.
  m.heap.openClass(cls)
  if (!own || !before || open) return cls
  const fields = new Map([...before, ...own].map(field => [field.name, field]))
  processedIn(m).set(cls, [...fields.values()])
  const init = keywords.get('init')
  if (!init || truth(init) === true) refuseOrder(m, [...fields.values()])
  return cls
}

/** Nothing else than `@dataclass` and its bases makes the class what it is. */
function isPlain(cls: Class, op: ClassOp): boolean {
  return !cls.ns.open && op.decorators.length <= 1 && op.keywords.length === 0
}

/** Those of the base, the most basic first; null where it isn't known or may have fields that were not seen. */
function inheritedFields(m: Machine, cls: Class): readonly Field[] | null {
  if (cls.bases.length !== 1) return null
  const [base] = cls.bases
  if (base === OBJECT) return []
  if (base?.t !== 'class') return null
  const known = processedIn(m).get(base)
  if (known) return known
  const op = statementOf(m, base)?.op
  return op && op.decorators.length === 0 && isPlain(base, op) ? inheritedFields(m, base) : null
}

/** The annotated names of the body; null where it holds annotations under conditions, or one of them is doubtful. */
function ownFields(m: Machine, cls: Class, op: ClassOp, kwOnly: Value | undefined): Field[] | null {
  const fields: Field[] = []
  let positional = kwOnly ? truth(kwOnly) === false : true
  for (const statement of op.body) {
    if (['if', 'for', 'while', 'try', 'with', 'match', 'opaque'].includes(statement.op)) return null
    if (statement.op !== 'annotated' || statement.target.e !== 'name') continue
    const { id: name } = statement.target
    const kind = kindOf(statement.annotation)
    if (kind === 'unknown') return null
    if (kind === 'class variable') continue
    if (kind === 'keywords from here') {
      positional = false
      continue
    }
    const slot = cls.ns.slots.get(name)
    if (slot?.maybe) return null
    const known = slot ? ofValue(m, name, slot.value, positional) : inheritsDefault(cls, name)
    if (known === null) return null
    fields.push(typeof known === 'boolean' ? { name, hasDefault: known, positional } : known)
  }
  return fields
}

function kindOf(annotation: Expr): 'field' | 'class variable' | 'keywords from here' | 'unknown' {
  const base = annotation.e === 'sub' ? annotation.of : annotation
  const word =
    base.e === 'name' ? base.id : base.e === 'attr' ? base.name : base.e === 'const' ? String(base.value) : ''
  if (/\bClassVar\b/.test(word)) return 'class variable'
  if (/\bKW_ONLY\b/.test(word)) return 'keywords from here'
  return word === '' && base.e !== 'const' && base.e !== 'binary' ? 'unknown' : 'field'
}

/** A class attribute of that name on the way up is the default; null where that isn't known. */
function inheritsDefault(cls: Class, name: string): boolean | null {
  for (const ancestor of ancestry(cls)) {
    if (ancestor === OBJECT) continue
    if (ancestor === null || ancestor.ns.open) return null
    if (ancestor.ns.slots.has(name)) return true
  }
  return false
}

/** The field of a name that the body binds. Raises for a default that all instances would share. */
function ofValue(m: Machine, name: string, value: Value, positional: boolean): Field | null {
  const args = value.t === 'instance' ? given.get(value) : undefined
  if (!args) {
    refuseShared(m, name, value)
    return { name, hasDefault: true, positional }
  }
  if (args.open) return null
  const fallback = args.keywords.get('default')
  if (fallback) refuseShared(m, name, fallback)
  const flag = (key: string, otherwise: boolean): boolean | null => {
    const set = args.keywords.get(key)
    return set ? truth(set) : otherwise
  }
  const init = flag('init', true)
  const kwOnly = flag('kw_only', !positional)
  if (init === null || kwOnly === null) return null
  return {
    name,
    hasDefault: fallback !== undefined || args.keywords.has('default_factory'),
    positional: init && !kwOnly,
  }
}

function refuseShared(m: Machine, name: string, value: Value): void {
  if (value.t !== 'list' && value.t !== 'dict' && !(value.t === 'set' && !value.frozen)) return
  const message = `mutable default <class '${value.t}'> for field ${name} is not allowed: use default_factory`
  m.raise('ValueError', message, { kind: 'other' })
}

function refuseOrder(m: Machine, fields: readonly Field[]): void {
  const [major, minor] = m.environment.version
  let before: Field | null = null
  for (const field of fields.filter(({ positional }) => positional)) {
    if (field.hasDefault) before = field
    else if (before) {
      const named = major > 3 || minor >= 13 ? ` '${before.name}'` : ''
      m.raise('TypeError', `non-default argument '${field.name}' follows default argument${named}`, {
        kind: 'other',
      })
    }
  }
}
