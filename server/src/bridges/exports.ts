/**
 * The names that one module binds when it is imported, by its code alone: where, as what, and for those that it only
 * hands on, from where. Both branches of a condition count: it says what a module may offer, not what it does here.
 */
import type { Block, Expr, ModuleCode, Op, Pattern } from '../compile/module_code.ts'

export type ExportKind = 'class' | 'function' | 'variable' | 'import'

export interface Export {
  readonly name: string
  readonly kind: ExportKind
  /** UTF-16 offsets of the statement, or of the item of an import list. */
  readonly start: number
  readonly end: number
  /** Of an import: the module as written, dots included, and the name taken from it; null: the module itself. */
  readonly from: { readonly level: number; readonly module: string; readonly name: string | null } | null
}

export interface Exports {
  /** By name; of several bindings the last one that is no import. */
  readonly names: ReadonlyMap<string, Export>
  /** Modules of which all public names are taken. */
  readonly stars: readonly { readonly level: number; readonly module: string }[]
  /** `__all__`, where it is a literal; null where there is none. */
  readonly all: readonly string[] | null
  /** Names may be there that no text shows: `__getattr__`, `globals()`, `exec`, code that could not be read. */
  readonly open: boolean
}

const made = new WeakMap<ModuleCode, Exports>()

/** What a module offers. The same object for the same code. */
export function exportsOf(code: ModuleCode): Exports {
  const known = made.get(code)
  if (known) return known
  const reader = new Reader(code)
  reader.block(code.ops)
  const exports = { names: reader.names, stars: reader.stars, all: reader.all, open: reader.open }
  made.set(code, exports)
  return exports
}

/** Is it a name that `from module import *` takes, without `__all__`? */
export function isPublic(name: string): boolean {
  return !name.startsWith('_')
}

class Reader {
  readonly names = new Map<string, Export>()
  readonly stars: { level: number; module: string }[] = []
  all: readonly string[] | null = null
  open = false

  constructor(private readonly code: ModuleCode) {}

  block(ops: Block): void {
    for (const op of ops) this.statement(op)
  }

  private statement(op: Op): void {
    switch (op.op) {
      case 'import':
        for (const { module, as, at } of op.names) {
          const name = as ?? module.split('.', 1)[0]!
          this.bind(name, 'import', at, { level: 0, module: as === null ? name : module, name: null })
        }
        return
      case 'from':
        if (op.names === '*') this.stars.push({ level: op.level, module: op.module })
        else
          for (const { name, as, at } of op.names)
            this.bind(as ?? name, 'import', at, { level: op.level, module: op.module, name })
        return
      case 'def':
        if (op.name === '__getattr__') this.open = true
        this.bind(op.name, 'function', op.at, null)
        return
      case 'class':
        this.bind(op.name, 'class', op.at, null)
        return
      case 'type':
        this.bind(op.name, 'variable', op.at, null)
        return
      case 'assign':
        for (const target of op.targets) this.target(target, op.at)
        if (op.targets.some(target => target.e === 'name' && target.id === '__all__')) this.listed(op.value)
        return
      case 'annotated':
        if (op.value !== null) this.target(op.target, op.at)
        return
      case 'augment':
        if (op.target.e === 'name' && op.target.id === '__all__') this.listed(op.value)
        return
      case 'expr':
        if (isDynamic(op.value)) this.open = true
        if (op.value.e === 'walrus') this.bind(op.value.name, 'variable', op.at, null)
        return
      case 'if':
      case 'while':
        this.block('then' in op ? op.then : op.body)
        this.block(op.else)
        return
      case 'for':
        this.target(op.target, op.at)
        this.block(op.body)
        this.block(op.else)
        return
      case 'try':
        this.block(op.body)
        for (const { body } of op.handlers) this.block(body)
        this.block(op.else)
        this.block(op.finally)
        return
      case 'with':
        for (const { target } of op.items) if (target) this.target(target, op.at)
        this.block(op.body)
        return
      case 'match':
        for (const { pattern, body } of op.cases) {
          this.pattern(pattern, op.at)
          this.block(body)
        }
        return
      case 'opaque':
        this.open = true
        return
      default:
        return
    }
  }

  private bind(name: string, kind: ExportKind, at: number, from: Export['from']): void {
    const known = this.names.get(name)
    if (known && known.kind !== 'import' && kind === 'import') return
    const { places } = this.code
    this.names.set(name, { name, kind, start: places[2 * at] ?? 0, end: places[2 * at + 1] ?? 0, from })
  }

  private target(target: Expr, at: number): void {
    if (target.e === 'name') this.bind(target.id, 'variable', at, null)
    else if (target.e === 'tuple' || target.e === 'list')
      for (const item of target.items) this.target(item, at)
    else if (target.e === 'star') this.target(target.of, at)
    // globals()['x'] = ..., sys.modules[__name__] = ...
    else if (target.e === 'sub') this.open ||= isDynamic(target.of) || isModules(target.of)
  }

  private pattern(pattern: Pattern, at: number): void {
    if (pattern.p === 'capture' && pattern.name !== null) this.bind(pattern.name, 'variable', at, null)
    else if (pattern.p === 'or') for (const item of pattern.items) this.pattern(item, at)
    else if (pattern.p === 'as') {
      this.bind(pattern.name, 'variable', at, null)
      this.pattern(pattern.pattern, at)
    } else if (pattern.p === 'other') for (const name of pattern.binds) this.bind(name, 'variable', at, null)
  }

  /** A list of constants is taken whole; of anything else only what is known of it. */
  private listed(value: Expr): void {
    if (value.e !== 'list' && value.e !== 'tuple') return
    const names = value.items.flatMap(item =>
      item.e === 'const' && typeof item.value === 'string' ? [item.value] : [],
    )
    this.all = [...(this.all ?? []), ...names]
  }
}

/** A call that may bind names: globals().update(...), exec(...), setattr(...). */
function isDynamic(value: Expr): boolean {
  if (value.e !== 'call') return false
  const { fn } = value
  if (fn.e === 'name') return ['globals', 'vars', 'locals', 'exec', 'setattr'].includes(fn.id)
  return fn.e === 'attr' && isDynamic(fn.of)
}

function isModules(value: Expr): boolean {
  return value.e === 'attr' && value.name === 'modules'
}
