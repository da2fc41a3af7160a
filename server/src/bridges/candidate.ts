/** What a candidate is: something that may serve a module or a name that is missing. */
import type { History } from './history.ts'
import type { PastDefinition } from './past_definitions.ts'
import type { SymbolIndex } from './symbol_index.ts'

/** A module that is not there, or a name that a module lacks. */
export type Missing =
  | { readonly kind: 'module'; readonly module: string }
  | { readonly kind: 'name'; readonly module: string; readonly name: string }

/** Where an import finds what it asks for. */
export interface Place {
  readonly module: string
  /** null: the module itself. */
  readonly name: string | null
}

export interface Candidate {
  /** Modules that are found whole, with all below them, under another name. */
  readonly modules: ReadonlyMap<string, string>
  /** By 'module.name' as it is imported now. */
  readonly names: ReadonlyMap<string, Place>
  /** The files that serve. */
  readonly files: readonly string[]
  readonly score: number
  /** Nothing else comes into question: its edit may be made without a person looking at it. */
  readonly sure: boolean
  /** Why, the strongest reason first: "defines all 3 names that are wanted". */
  readonly because: readonly string[]
}

export interface Surroundings {
  readonly index: SymbolIndex
  readonly history: History
  readonly past: readonly PastDefinition[]
  /** Top-level modules of the standard library and of what is installed. */
  readonly installed: readonly string[]
  /** Is a module to be had from a distribution: the project asks for it, or it is a known one's? */
  readonly isOfDistribution: (module: string) => boolean
  /** pytest's root folder: modules that are gone lay below it. */
  readonly root: string
  /** Is it a file that pytest collects? Nobody should import from one. */
  readonly isTest: (path: string) => boolean
}

/** A name that more files than this define says nothing about where it went. */
export const COMMON = 40
/** Weights, as measured by bench/rescue: the names that are wanted say most, then git, then the name of the module. */
export const WEIGHT = {
  names: 6,
  history: 5,
  tail: 2,
  path: 2,
  itself: 0.5,
  complete: 1.5,
  apart: 2,
  unused: 1,
}

/** The same for the same candidate of one missing thing: where everything is found. */
export function keyOf({ modules, names }: Candidate): string {
  const places = [...names.values()].map(({ module, name }) => (name === null ? module : `${module}:${name}`))
  return [...new Set([...modules.values(), ...places])].sort().join(',')
}

export function placeOfModule(module: string): Place {
  const dot = module.lastIndexOf('.')
  return dot < 0 ? { module, name: null } : { module: module.slice(0, dot), name: module.slice(dot + 1) }
}
