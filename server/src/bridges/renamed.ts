/**
 * What a function or class that a module lacks may be called there now: something that nobody asks for under its
 * present name, that shares a word with the missing one and takes what those who miss it pass.
 */
import type { Parameter } from '../compile/module_code.ts'
import { type Call, callsOf } from './calls.ts'
import type { SymbolIndex } from './symbol_index.ts'

export interface Renamed {
  readonly name: string
  /** 0 to 1. */
  readonly likeness: number
  readonly because: string
}

/** In no order. `missing`: of the module at `path`, whose dotted name is `module`. */
export function renamedIn(path: string, module: string, missing: string, index: SymbolIndex): Renamed[] {
  const wanted = index.wanted(module)
  const text = index.text(path)
  const words = wordsOf(missing)
  const calls = callsBy(module, missing, index)
  const found: Renamed[] = []
  for (const [name, definition] of index.definitionsOf(path)) {
    if (name.startsWith('__') || wanted.names.has(name) || wanted.reads.has(name)) continue
    const shared = wordsOf(name).filter(word => words.includes(word)).length
    const isUsed = (text.match(new RegExp(String.raw`(?<![\w"'])${name}(?![\w"'])`, 'g'))?.length ?? 0) > 1
    if (shared === 0 || isUsed) continue
    const known = definition !== 'class' && calls.length > 0
    if (known && !calls.every(call => accepts(definition, call))) continue
    const alike = (2 * shared) / (words.length + wordsOf(name).length)
    const because = known ? 'takes what is passed, and nobody asks for it' : 'nobody asks for it by this name'
    found.push({ name, likeness: alike / 2 + (known ? 0.5 : 0), because: `has a word in common; ${because}` })
  }
  return found
}

/** How those who ask a module for a function call it. */
export function callsBy(module: string, name: string, index: SymbolIndex): readonly Call[] {
  return askersOf(module, name, index).flatMap(path => callsOf(name, index.text(path)))
}

/** Files that take the name from the module, or the module itself. */
export function askersOf(module: string, name: string, index: SymbolIndex): readonly string[] {
  return index.wanted(module).importers.filter(path => index.asks(path, module, name))
}

/** Would a call with these arguments bind to the parameters? Stars may stand for anything. */
export function accepts(parameters: readonly Parameter[], { positional, keywords, stars }: Call): boolean {
  if (stars) return true
  const has = (kind: Parameter['kind']) => parameters.some(each => each.kind === kind)
  const inOrder = parameters.filter(({ kind }) => kind === 'positional' || kind === 'normal')
  if (positional > inOrder.length && !has('args')) return false
  const named = parameters.filter(({ kind }) => kind === 'normal' || kind === 'keyword')
  const isKnown = (keyword: string) => has('kwargs') || named.some(({ name }) => name === keyword)
  if (!keywords.every(isKnown)) return false
  return parameters.every(parameter => {
    const { name, kind, default: fallback } = parameter
    if (kind === 'args' || kind === 'kwargs' || fallback !== null || keywords.includes(name)) return true
    return kind !== 'keyword' && inOrder.indexOf(parameter) < positional
  })
}

/** 'maybe_list', 'MaybeList' -> maybe, list. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '_')
    .toLowerCase()
    .split('_')
    .filter(word => word !== '')
}
