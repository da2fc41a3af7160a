/**
 * `ModuleCode` as Python-like text, every operator in brackets, so that a table of texts can say what a text
 * is compiled to. What has no notation in Python stands in angle brackets.
 */
import type {
  Block,
  Body,
  BodyIndex,
  Expr,
  Keyword,
  ModuleCode,
  Op,
  Parameter,
  Pattern,
} from '../../server/src/compile/module_code.ts'

/** What a function's body is compiled to. */
export type CompileBody = (body: Body) => ModuleCode

/** The operations of `code`, one line for each, blocks indented; with `bodies` those of functions as well. */
export function unparse(code: ModuleCode, bodies?: CompileBody): string {
  return lines({ code, bodies }, code.ops).join('\n')
}

interface Context {
  readonly code: ModuleCode
  readonly bodies: CompileBody | undefined
}

function lines(cx: Context, ops: Block): string[] {
  return ops.flatMap(op => statement(cx, op))
}

function indented(cx: Context, ops: Block): string[] {
  return lines(cx, ops).map(line => `  ${line}`)
}

function clause(cx: Context, head: string, ops: Block): string[] {
  return ops.length === 0 ? [] : [`${head}:`, ...indented(cx, ops)]
}

function bodyLines(cx: Context, body: BodyIndex): string[] {
  if (cx.bodies === undefined) return []
  const code = cx.bodies(cx.code.bodies[body]!)
  return indented({ code, bodies: cx.bodies }, code.ops)
}

function statement(cx: Context, op: Op): string[] {
  switch (op.op) {
    case 'import':
      return [`${lazy(op)}import ${op.names.map(({ module, as }) => alias(module, as)).join(', ')}`]
    case 'from': {
      const names = op.names === '*' ? '*' : op.names.map(({ name, as }) => alias(name, as)).join(', ')
      return [`${lazy(op)}from ${'.'.repeat(op.level)}${op.module} import ${names}`]
    }
    case 'assign':
      return [[...op.targets, op.value].map(expression).join(' = ')]
    case 'annotated':
      return [`${expression(op.target)}: ${expression(op.annotation)}${optional(' = ', op.value)}`]
    case 'augment':
      return [`${expression(op.target)} ${op.operator}= ${expression(op.value)}`]
    case 'delete':
      return [`del ${list(op.targets)}`]
    case 'expr':
      return [expression(op.value)]
    case 'if':
      return [`if ${expression(op.test)}:`, ...indented(cx, op.then), ...clause(cx, 'else', op.else)]
    case 'for':
      return [
        `for ${expression(op.target)} in ${expression(op.iter)}:`,
        ...indented(cx, op.body),
        ...clause(cx, 'else', op.else),
      ]
    case 'while':
      return [`while ${expression(op.test)}:`, ...indented(cx, op.body), ...clause(cx, 'else', op.else)]
    case 'try': {
      const except = op.star ? 'except*' : 'except'
      return [
        'try:',
        ...indented(cx, op.body),
        ...op.handlers.flatMap(({ type, name, body }) => [
          `${except}${optional(' ', type)}${name === null ? '' : ` as ${name}`}:`,
          ...indented(cx, body),
        ]),
        ...clause(cx, 'else', op.else),
        ...clause(cx, 'finally', op.finally),
      ]
    }
    case 'with': {
      const items = op.items.map(({ context, target }) => `${expression(context)}${optional(' as ', target)}`)
      return [`with ${items.join(', ')}:`, ...indented(cx, op.body)]
    }
    case 'match': {
      const cases = op.cases.flatMap(({ pattern, guard, body }) => [
        `  case ${shape(pattern)}${optional(' if ', guard)}:`,
        ...indented(cx, body).map(line => `  ${line}`),
      ])
      return [`match ${expression(op.subject)}:`, ...cases]
    }
    case 'def': {
      const words = `${op.async ? 'async ' : ''}def ${op.name}${types(op.typeParams)}`
      const kind = op.generator ? '<generator>' : '<function>'
      return [
        ...op.decorators.map(decorator => `@${expression(decorator)}`),
        `${words}(${parameters(op.params)})${optional(' -> ', op.returns)}: ${kind}`,
        ...bodyLines(cx, op.body),
      ]
    }
    case 'class':
      return [
        ...op.decorators.map(decorator => `@${expression(decorator)}`),
        `class ${op.name}${types(op.typeParams)}(${given(op.bases, op.keywords)}):`,
        ...indented(cx, op.body),
      ]
    case 'return':
      return [`return${optional(' ', op.value)}`]
    case 'raise':
      return [`raise${optional(' ', op.value)}${optional(' from ', op.cause)}`]
    case 'assert':
      return [`assert ${expression(op.test)}${optional(', ', op.message)}`]
    case 'global':
    case 'nonlocal':
      return [`${op.op} ${op.names.join(', ')}`]
    case 'type':
      return [`type ${op.name}`]
    case 'opaque':
      return ['<opaque>']
    default:
      return [op.op]
  }
}

function lazy(op: { readonly lazy: boolean }): string {
  return op.lazy ? 'lazy ' : ''
}

function alias(name: string, as: string | null): string {
  return as === null ? name : `${name} as ${as}`
}

function types(names: readonly string[]): string {
  return names.length === 0 ? '' : `[${names.join(', ')}]`
}

function optional(before: string, value: Expr | null): string {
  return value === null ? '' : before + expression(value)
}

function list(items: readonly Expr[]): string {
  return items.map(expression).join(', ')
}

function given(args: readonly Expr[], keywords: readonly Keyword[]): string {
  const named = keywords.map(({ name, value }) => (name === null ? '**' : `${name}=`) + expression(value))
  return [...args.map(expression), ...named].join(', ')
}

function parameters(params: readonly Parameter[]): string {
  const before = { positional: '/', normal: '', keyword: '*', args: '*', kwargs: '**' }
  return params
    .map(({ name, kind, default: value, annotation }) => {
      const mark = kind === 'positional' ? '<positional>' : kind === 'keyword' ? '<keyword>' : before[kind]
      return `${mark}${name}${optional(': ', annotation)}${optional(' = ', value)}`
    })
    .join(', ')
}

function constant(value: string | number | boolean | null): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return JSON.stringify(value)
}

export function expression(expr: Expr): string {
  switch (expr.e) {
    case 'const':
      return constant(expr.value)
    case 'bytes':
      return `b${JSON.stringify(expr.value)}`
    case 'bigint':
      return `<big>${expr.value}`
    case 'complex':
      return '<complex>'
    case 'ellipsis':
      return '...'
    case 'name':
      return expr.id
    case 'attr':
      return `${expression(expr.of)}.${expr.name}`
    case 'call':
      return `${expression(expr.fn)}(${given(expr.args, expr.keywords)})`
    case 'sub':
      return `${expression(expr.of)}[${expression(expr.index)}]`
    case 'slice':
      return [expr.from, expr.to, expr.step].map(bound => optional('', bound)).join(':')
    case 'tuple':
      return `(${list(expr.items)}${expr.items.length === 1 ? ',' : ''})`
    case 'list':
      return `[${list(expr.items)}]`
    case 'set':
      return `{${list(expr.items)}}`
    case 'dict': {
      const items = expr.items.map(
        ({ key, value }) => (key === null ? '**' : `${expression(key)}: `) + expression(value),
      )
      return `{${items.join(', ')}}`
    }
    case 'star':
      return `*${expression(expr.of)}`
    case 'compare': {
      const rest = expr.ops.map((operator, i) => ` ${operator} ${expression(expr.rights[i]!)}`)
      return `(${expression(expr.left)}${rest.join('')})`
    }
    case 'and':
    case 'or':
      return `(${expression(expr.left)} ${expr.e} ${expression(expr.right)})`
    case 'unary':
      return `(${expr.operator}${expr.operator === 'not' ? ' ' : ''}${expression(expr.of)})`
    case 'binary':
      return `(${expression(expr.left)} ${expr.operator} ${expression(expr.right)})`
    case 'if':
      return `(${expression(expr.then)} if ${expression(expr.test)} else ${expression(expr.else)})`
    case 'fstring': {
      // Of one that isn't exact the text says nothing.
      const text = (part: string): string => (expr.exact ? part : '')
      const parts = expr.parts.map(part => (typeof part === 'string' ? text(part) : `{${expression(part)}}`))
      return `f${expr.exact ? '' : '<inexact>'}"${parts.join('')}"`
    }
    case 'lambda':
      return `(lambda ${parameters(expr.params)}: ${expression(expr.body)})`
    case 'comp': {
      const clauses = expr.clauses.map(
        ({ target, iter, conditions }) =>
          ` for ${expression(target)} in ${expression(iter)}${conditions.map(test => ` if ${expression(test)}`).join('')}`,
      )
      const value = `${expr.key === null ? '' : `${expression(expr.key)}: `}${expression(expr.value)}`
      const [open, close] = { list: '[]', set: '{}', dict: '{}', generator: '()' }[expr.kind]
      return `${open}${value}${clauses.join('')}${close}`
    }
    case 'walrus':
      return `(${expr.name} := ${expression(expr.value)})`
    case 'await':
    case 'yield':
      return `(${expr.e}${optional(' ', expr.of)})`
    case 'opaque':
      return `<opaque${expr.reads.map(read => ` ${expression(read)}`).join('')}>`
  }
}

function shape(pattern: Pattern): string {
  switch (pattern.p) {
    case 'value':
      return expression(pattern.value)
    case 'capture':
      return pattern.name ?? '_'
    case 'or':
      return pattern.items.map(shape).join(' | ')
    case 'as':
      return `${shape(pattern.pattern)} as ${pattern.name}`
    case 'other':
      return `<${optional('', pattern.class)}(${pattern.binds.join(', ')})>`
  }
}
