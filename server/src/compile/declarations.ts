/**
 * `global` and `nonlocal` in a place where no Python takes them: after another use of the name in the same scope, for
 * a parameter, or with nothing to bind to. By the rules of CPython's `symtable.c`, as far as they tell of these
 * statements; annotations, and functions with type parameters, are left alone.
 */
import { withTree } from './parser.ts'
import { NONE, type NodeIndex, Syntax } from './syntax.ts'

export interface DeclarationFault {
  /** Of the statement. */
  readonly start: number
  readonly end: number
  readonly what: string
}

interface Scope {
  readonly kind: 'outermost' | 'function' | 'class'
  readonly parent: Scope | null
  /** Names read or bound so far. */
  readonly seen: Set<string>
  readonly bound: Set<string>
  readonly declared: Map<string, 'global' | 'nonlocal'>
}

interface Nonlocal {
  readonly scope: Scope
  readonly name: string
  readonly statement: NodeIndex
}

const DECLARATION = /\b(?:global|nonlocal)\b/

/** Looks into `text`, whole statements of a module or of a class, for what is wrong in the scopes inside it and in
 * the order of its own. Finds nothing where it can't be parsed. */
export function declarationFaults(text: string): readonly DeclarationFault[] {
  if (!DECLARATION.test(text)) return []
  const found = withTree(text, tree => {
    const syntax = new Syntax(text, tree)
    return syntax.errors.length > 0 ? [] : new Walk(syntax).faults()
  })
  return found ?? []
}

/** Deeper than people write; the limit guards our own stack. */
const DEEPEST = 400

const COMPREHENSION = /_comprehension$|^generator_expression$/
const PATTERN = /^(pattern_list|tuple_pattern|list_pattern|list_splat_pattern|as_pattern_target)$/

class Walk {
  private readonly found: DeclarationFault[] = []
  private readonly wanted: Nonlocal[] = []
  private depth = 0
  private tooDeep = false

  constructor(private readonly syntax: Syntax) {}

  faults(): readonly DeclarationFault[] {
    this.inside(0, scopeIn(null, 'outermost'))
    if (this.tooDeep) return []
    for (const { scope, name, statement } of this.wanted) {
      if (!isBoundAbove(scope, name)) this.fault(statement, 'nonlocal without a binding')
    }
    return this.found
  }

  private inside(node: NodeIndex, scope: Scope): void {
    for (const child of this.syntax.children(node)) this.visit(child, scope)
  }

  private visit(node: NodeIndex, scope: Scope): void {
    this.deeper(() => this.look(node, scope))
  }

  private deeper(go: () => void): void {
    if (this.depth === DEEPEST) {
      this.tooDeep = true
      return
    }
    this.depth++
    go()
    this.depth--
  }

  private look(node: NodeIndex, scope: Scope): void {
    const { syntax } = this
    const kind = syntax.kind[node]!
    switch (kind) {
      case 'identifier':
        scope.seen.add(syntax.slice(node))
        return
      case 'global_statement':
      case 'nonlocal_statement':
        this.declare(node, scope, kind === 'global_statement' ? 'global' : 'nonlocal')
        return
      case 'function_definition':
        this.definition(node, scope)
        return
      case 'class_definition':
        this.classDefinition(node, scope)
        return
      case 'lambda':
        this.lambda(node, scope)
        return
      case 'attribute': {
        const [object] = syntax.children(node)
        if (object !== undefined) this.visit(object, scope)
        return
      }
      case 'keyword_argument': {
        const value = syntax.children(node)[1]
        if (value !== undefined) this.visit(value, scope)
        return
      }
      case 'type':
        return
      case 'import_statement':
      case 'import_from_statement':
        this.imports(node, scope)
        return
      case 'assignment':
      case 'augmented_assignment':
      case 'named_expression':
      case 'for_statement':
        this.bindFirst(node, scope)
        return
      case 'as_pattern_target':
      case 'delete_statement':
        this.bindAll(node, scope)
        return
      default:
        if (COMPREHENSION.test(kind)) this.comprehension(node, scope)
        else this.inside(node, scope)
    }
  }

  /** The first child is a target, the others are read. */
  private bindFirst(node: NodeIndex, scope: Scope): void {
    const [target, ...rest] = this.syntax.children(node)
    for (const child of rest) this.visit(child, scope)
    if (target !== undefined) this.bind(target, scope)
  }

  private bindAll(node: NodeIndex, scope: Scope): void {
    for (const child of this.syntax.children(node)) this.bind(child, scope)
  }

  private bind(target: NodeIndex, scope: Scope): void {
    const kind = this.syntax.kind[target]!
    if (kind === 'identifier') bindName(scope, this.syntax.slice(target))
    else if (PATTERN.test(kind)) this.deeper(() => this.bindAll(target, scope))
    else this.visit(target, scope)
  }

  private declare(statement: NodeIndex, scope: Scope, how: 'global' | 'nonlocal'): void {
    for (const node of this.syntax.children(statement)) {
      const name = this.syntax.slice(node)
      if (scope.seen.has(name)) this.fault(statement, `${how} after another use of the name`)
      else if ((scope.declared.get(name) ?? how) !== how) this.fault(statement, 'both nonlocal and global')
      scope.declared.set(name, how)
      if (how === 'nonlocal' && name !== '__class__' && scope.kind !== 'outermost')
        this.wanted.push({ scope, name, statement })
    }
  }

  private definition(node: NodeIndex, scope: Scope): void {
    const { syntax } = this
    if (syntax.child(node, 'type_parameter') !== NONE) return
    const inner = scopeIn(scope, 'function')
    const name = syntax.child(node, 'identifier')
    if (name !== NONE) bindName(scope, syntax.slice(name))
    this.parameters(syntax.child(node, 'parameters'), scope, inner)
    const body = syntax.child(node, 'block')
    if (body !== NONE) this.inside(body, inner)
  }

  private lambda(node: NodeIndex, scope: Scope): void {
    const { syntax } = this
    const inner = scopeIn(scope, 'function')
    const parameters = syntax.child(node, 'lambda_parameters')
    this.parameters(parameters, scope, inner)
    for (const child of syntax.children(node)) if (child !== parameters) this.visit(child, inner)
  }

  /** Defaults belong to the scope around, names to the function's own. */
  private parameters(node: NodeIndex, scope: Scope, inner: Scope): void {
    if (node === NONE) return
    const { syntax } = this
    for (const parameter of syntax.children(node)) {
      const kind = syntax.kind[parameter]!
      if (kind === 'identifier') bindName(inner, syntax.slice(parameter))
      else {
        const [name, ...rest] = syntax.children(parameter)
        if (name !== undefined) this.bindParameter(name, inner)
        for (const child of rest) this.visit(child, scope)
      }
    }
  }

  private bindParameter(node: NodeIndex, inner: Scope): void {
    if (this.syntax.isA(node, 'identifier')) bindName(inner, this.syntax.slice(node))
    else for (const child of this.syntax.children(node)) this.bindParameter(child, inner)
  }

  private classDefinition(node: NodeIndex, scope: Scope): void {
    const { syntax } = this
    const name = syntax.child(node, 'identifier')
    const body = syntax.child(node, 'block')
    for (const child of syntax.children(node)) if (child !== name && child !== body) this.visit(child, scope)
    if (name !== NONE) bindName(scope, syntax.slice(name))
    if (body !== NONE) this.inside(body, scopeIn(scope, 'class'))
  }

  /** The first iterable belongs to the scope around, all else to one of its own, but for what `:=` binds. */
  private comprehension(node: NodeIndex, scope: Scope): void {
    const { syntax } = this
    const inner = scopeIn(scope, 'function')
    let first = true
    for (const child of syntax.children(node)) {
      if (!syntax.isA(child, 'for_in_clause')) continue
      const [target, iterable, ...more] = syntax.children(child)
      if (target !== undefined) this.bind(target, inner)
      if (iterable !== undefined) this.visit(iterable, first ? scope : inner)
      for (const other of more) this.visit(other, inner)
      first = false
    }
    for (const child of syntax.children(node)) {
      if (!syntax.isA(child, 'for_in_clause')) this.visit(child, inner)
    }
    for (let i = node; i < syntax.after[node]!; i++) {
      if (!syntax.isA(i, 'named_expression')) continue
      const [target] = syntax.children(i)
      if (target !== undefined) this.bind(target, scope)
    }
  }

  private imports(node: NodeIndex, scope: Scope): void {
    const { syntax } = this
    const from = syntax.isA(node, 'import_from_statement')
    const children = syntax.children(node)
    for (const child of from ? children.slice(1) : children) {
      const alias = syntax.isA(child, 'aliased_import') ? syntax.children(child)[1] : undefined
      const name = syntax.slice(alias ?? child)
      bindName(scope, from ? name : name.split('.')[0]!)
    }
  }

  private fault(statement: NodeIndex, what: string): void {
    const { syntax } = this
    this.found.push({ start: syntax.start[statement]!, end: syntax.end[statement]!, what })
  }
}

function scopeIn(parent: Scope | null, kind: Scope['kind']): Scope {
  return { kind, parent, seen: new Set(), bound: new Set(), declared: new Map() }
}

function bindName(scope: Scope, name: string): void {
  scope.seen.add(name)
  scope.bound.add(name)
}

/** Is the name one of a function around? */
function isBoundAbove(scope: Scope, name: string): boolean {
  for (let above = scope.parent; above !== null; above = above.parent) {
    if (above.kind !== 'function' || above.declared.get(name) === 'global') continue
    if (above.bound.has(name)) return true
  }
  return false
}
