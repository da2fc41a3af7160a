/**
 * What one Python file does when it is imported, as plain data.
 *
 * Operations stand in execution order. No text, tree-sitter node or position is in them: an `At` is an
 * index into the side tables of `ModuleCode`, so that two versions of a file whose import-time behaviour is
 * the same have equal `ops`, wherever their lines have moved to. A function's body is not in here either:
 * it does not run at import. `Body` says where it stands, and `compile` makes operations of it on demand.
 */

/** Index of a place in `ModuleCode.places`: the pair (2 * at, 2 * at + 1) holds start and end offset. */
export type At = number

/** Index into `ModuleCode.bodies`. */
export type BodyIndex = number

export interface ModuleCode {
  readonly ops: readonly Op[]
  /** Start and end offsets (UTF-16 units of the file's text), two numbers for each `At`. */
  readonly places: readonly number[]
  readonly bodies: readonly Body[]
  /** Places where the parser could not follow, or syntax that only some Python versions accept. */
  readonly suspects: readonly Suspect[]
  /** `from __future__ import annotations` is in force: annotations are not evaluated. */
  readonly lazyAnnotations: boolean
}

/** Where the body of a function stands in the file's text (UTF-16 offsets), still as text. */
export interface Body {
  readonly start: number
  readonly end: number
}

/** A reason to ask the interpreter whether this file compiles; never a verdict by itself. */
export interface Suspect {
  readonly at: At
  /** What was seen: `error` (the parser's own doubt) or a construct, e.g. `match statement`. */
  readonly what: string
  /** The first Python version that has the construct; null where no version may have it. */
  readonly since: readonly [number, number] | null
}

export type Op =
  | ImportOp
  | FromOp
  | { readonly op: 'assign'; readonly targets: readonly Target[]; readonly value: Expr; readonly at: At }
  | {
      readonly op: 'annotated'
      readonly target: Target
      readonly annotation: Expr
      readonly value: Expr | null
      readonly at: At
    }
  | {
      readonly op: 'augment'
      readonly target: Target
      readonly operator: string // '+', '-', '|', ...
      readonly value: Expr
      readonly at: At
    }
  | { readonly op: 'delete'; readonly targets: readonly Target[]; readonly at: At }
  | { readonly op: 'expr'; readonly value: Expr; readonly at: At }
  | { readonly op: 'if'; readonly test: Expr; readonly then: Block; readonly else: Block; readonly at: At }
  | {
      readonly op: 'for'
      readonly target: Target
      readonly iter: Expr
      readonly body: Block
      readonly else: Block
      readonly at: At
    }
  | { readonly op: 'while'; readonly test: Expr; readonly body: Block; readonly else: Block; readonly at: At }
  | TryOp
  | { readonly op: 'with'; readonly items: readonly WithItem[]; readonly body: Block; readonly at: At }
  | { readonly op: 'match'; readonly subject: Expr; readonly cases: readonly MatchCase[]; readonly at: At }
  | DefOp
  | ClassOp
  | { readonly op: 'return'; readonly value: Expr | null; readonly at: At }
  | { readonly op: 'raise'; readonly value: Expr | null; readonly cause: Expr | null; readonly at: At }
  | { readonly op: 'assert'; readonly test: Expr; readonly message: Expr | null; readonly at: At }
  | { readonly op: 'global'; readonly names: readonly string[]; readonly at: At }
  | { readonly op: 'nonlocal'; readonly names: readonly string[]; readonly at: At }
  | { readonly op: 'type'; readonly name: string; readonly at: At } // type X = ... : the value is lazy
  | { readonly op: 'break' | 'continue' | 'pass'; readonly at: At }
  /** A statement that the parser did not understand: it may do anything to this module's own names. */
  | { readonly op: 'opaque'; readonly at: At }

export type Block = readonly Op[]

/** `import a.b as c, d`. `at` of a name covers the dotted name. */
export interface ImportOp {
  readonly op: 'import'
  readonly names: readonly { readonly module: string; readonly as: string | null; readonly at: At }[]
  readonly lazy: boolean // PEP 810
  readonly at: At
}

/** `from ..m import n as k`; `names` is '*' for a star import. `moduleAt` covers the dots and the name. */
export interface FromOp {
  readonly op: 'from'
  readonly level: number
  readonly module: string // '' in `from . import x`
  readonly names: readonly { readonly name: string; readonly as: string | null; readonly at: At }[] | '*'
  readonly lazy: boolean
  readonly moduleAt: At
  readonly at: At
}

export interface TryOp {
  readonly op: 'try'
  readonly body: Block
  readonly handlers: readonly Handler[]
  readonly else: Block
  readonly finally: Block
  readonly star: boolean // except*
  readonly at: At
}

export interface Handler {
  readonly type: Expr | null // null: bare except
  readonly name: string | null
  readonly body: Block
  readonly at: At
}

export interface WithItem {
  readonly context: Expr
  readonly target: Target | null
}

export interface MatchCase {
  readonly pattern: Pattern
  readonly guard: Expr | null
  readonly body: Block
}

export type Pattern =
  | { readonly p: 'value'; readonly value: Expr } // literals and dotted names
  | { readonly p: 'capture'; readonly name: string | null } // null: the wildcard _
  | { readonly p: 'or'; readonly items: readonly Pattern[] }
  | { readonly p: 'as'; readonly pattern: Pattern; readonly name: string }
  /** Sequences, mappings and classes: what they bind, and the class that has to be looked up. */
  | { readonly p: 'other'; readonly binds: readonly string[]; readonly class: Expr | null }

export interface Parameter {
  readonly name: string
  readonly kind: 'positional' | 'normal' | 'args' | 'keyword' | 'kwargs'
  readonly default: Expr | null
  readonly annotation: Expr | null
}

/** `def` and `async def`: decorators, defaults and annotations run at import, the body does not. */
export interface DefOp {
  readonly op: 'def'
  readonly name: string
  readonly decorators: readonly Expr[]
  readonly params: readonly Parameter[]
  readonly returns: Expr | null
  readonly body: BodyIndex
  readonly async: boolean
  /** The body holds a `yield` of its own: calling it runs nothing. */
  readonly generator: boolean
  readonly typeParams: readonly string[]
  readonly at: At
  readonly nameAt: At
}

/** A class: its body runs at import. */
export interface ClassOp {
  readonly op: 'class'
  readonly name: string
  readonly decorators: readonly Expr[]
  readonly bases: readonly Expr[] // may hold 'star'
  readonly keywords: readonly Keyword[]
  readonly body: Block
  readonly typeParams: readonly string[]
  readonly at: At
  readonly nameAt: At
}

/** name null: `**value`. */
export interface Keyword {
  readonly name: string | null
  readonly value: Expr
}

/** What can be assigned to: names, attributes, subscripts, and tuples or lists of those with one star. */
export type Target = Expr

export type Expr =
  | { readonly e: 'const'; readonly value: string | number | boolean | null }
  | { readonly e: 'bytes'; readonly value: string } // one UTF-16 unit for each byte
  | { readonly e: 'bigint'; readonly value: string } // decimal digits, beyond Number.MAX_SAFE_INTEGER
  | { readonly e: 'complex' }
  | { readonly e: 'ellipsis' }
  | { readonly e: 'name'; readonly id: string; readonly at: At }
  | { readonly e: 'attr'; readonly of: Expr; readonly name: string; readonly at: At } // at: the whole a.b
  | CallExpr
  | { readonly e: 'sub'; readonly of: Expr; readonly index: Expr; readonly at: At }
  | { readonly e: 'slice'; readonly from: Expr | null; readonly to: Expr | null; readonly step: Expr | null }
  | { readonly e: 'tuple' | 'list' | 'set'; readonly items: readonly Expr[] } // items may be 'star'
  | { readonly e: 'dict'; readonly items: readonly { readonly key: Expr | null; readonly value: Expr }[] } // key null: **value
  | { readonly e: 'star'; readonly of: Expr }
  /** left ops[0] rights[0] ops[1] rights[1] ...: '<' '<=' '==' '!=' '>' '>=' 'in' 'not in' 'is' 'is not' */
  | {
      readonly e: 'compare'
      readonly left: Expr
      readonly ops: readonly string[]
      readonly rights: readonly Expr[]
      readonly at: At
    }
  | { readonly e: 'and' | 'or'; readonly left: Expr; readonly right: Expr }
  | { readonly e: 'unary'; readonly operator: 'not' | '-' | '+' | '~'; readonly of: Expr }
  | {
      readonly e: 'binary'
      readonly operator: string // '+', '-', '*', '/', '//', '%', '**', '@', '&', '|', '^', '<<', '>>'
      readonly left: Expr
      readonly right: Expr
      readonly at: At
    }
  | { readonly e: 'if'; readonly test: Expr; readonly then: Expr; readonly else: Expr }
  /** Literal pieces and interpolated expressions (conversion and format specification lost: exact false). */
  | { readonly e: 'fstring'; readonly parts: readonly (string | Expr)[]; readonly exact: boolean }
  /** The lambda's body is an expression; it runs when called. */
  | { readonly e: 'lambda'; readonly params: readonly Parameter[]; readonly body: Expr; readonly at: At }
  | {
      readonly e: 'comp'
      readonly kind: 'list' | 'set' | 'dict' | 'generator'
      readonly key: Expr | null // of a dict comprehension
      readonly value: Expr
      readonly clauses: readonly CompClause[]
      readonly at: At
    }
  | { readonly e: 'walrus'; readonly name: string; readonly value: Expr }
  | { readonly e: 'await' | 'yield'; readonly of: Expr | null }
  /** Evaluates to anything; the names it reads are kept, so that a missing one is still seen. */
  | { readonly e: 'opaque'; readonly reads: readonly Expr[] }

export interface CallExpr {
  readonly e: 'call'
  readonly fn: Expr
  readonly args: readonly Expr[] // may hold 'star'
  readonly keywords: readonly Keyword[]
  readonly at: At
}

export interface CompClause {
  readonly target: Target
  readonly iter: Expr
  readonly conditions: readonly Expr[]
}
