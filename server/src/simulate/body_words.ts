/**
 * What the text of a function's body shows without its being parsed or run, found once for each function. It
 * is for functions that are left out, of which the same ones are called again and again.
 */
import type { DefOp } from '../compile/module_code.ts'
import { remember } from '../files/memo.ts'
import { bodySource } from './looked_into.ts'
import type { CodeUnit, Func } from './values.ts'

export interface BodyWords {
  readonly text: string
  /** Each once. */
  readonly words: readonly string[]
  /** The names in `global` and `nonlocal` statements. */
  readonly rebinds: readonly string[]
  /** What `owner.name = ...` and its kin write to. */
  readonly writes: readonly (readonly [owner: string, name: string])[]
  /** What `self.name = ...` and its kin, or an annotation, write to. */
  readonly ownWrites: readonly string[]
  readonly imports: boolean
  /** It speaks of the variables of the environment. */
  readonly variables: boolean
  /** It asks for the frames of its callers. */
  readonly frames: boolean
  /** It may write to its module's namespace by names that aren't in its text. */
  readonly globals: boolean
  /** It writes to `sys.modules`. */
  readonly modules: boolean
  /** It writes to `sys.path`. */
  readonly path: boolean
}

const known = new WeakMap<DefOp, BodyWords>()

/** What is known of the function's body; null for a lambda. */
export function bodyWords({ code: { def, unit } }: Func): BodyWords | null {
  return def && remember(known, def, () => read(unit, def))
}

/** Does the body do no more with its parameter of that position, a mapping, than look into it? */
export function onlyReads(fn: Func, position: number): boolean {
  const parameter = fn.code.params[position]
  const body = bodyWords(fn)
  if (!body || (parameter?.kind !== 'normal' && parameter?.kind !== 'positional')) return false
  const { name } = parameter
  const uses = body.text.match(new RegExp(`\\b${name}\\b`, 'g')) ?? []
  const reads =
    body.text.match(new RegExp(`\\b${name}\\.(?:items|keys|values|get)\\(|\\bin ${name}\\b(?!\\.)`, 'g')) ??
    []
  return uses.length === reads.length
}

const globalNames = new WeakMap<DefOp, readonly string[]>()

/** The names in `global` statements of the function's body: all that is asked of one that is only handed on. */
export function globalNamesOf({ code: { def, unit } }: Func): readonly string[] {
  if (!def) return []
  return remember(globalNames, def, () => {
    const text = bodySource(unit, def.body)
    return text.includes('global') ? listed(text, /\bglobal\s+([\w, ]+)/g) : []
  })
}

function read(unit: CodeUnit, def: DefOp): BodyWords {
  const text = bodySource(unit, def.body)
  return {
    text,
    words: [...new Set(text.match(/\w+/g))],
    rebinds: listed(text, /\b(?:global|nonlocal)\s+([\w, ]+)/g),
    writes: Array.from(
      text.matchAll(/\b(\w+)\.(\w+)\s*[-+*/|&]?=(?!=)/g),
      ([, owner, name]) => [owner!, name!] as const,
    ),
    ownWrites: Array.from(text.matchAll(/\bself\.(\w+)\s*(?:[-+*/|&]?=(?!=)|:)/g), ([, name]) => name!),
    imports: /\bimport/.test(text),
    variables: /environ|putenv/.test(text),
    frames: /_getframe|currentframe|inspect\.stack/.test(text),
    globals: /\bglobals\(\)|\bvars\(\)|\bexec\(/.test(text),
    modules: /sys\.modules\s*(?:\[[^\]]*\]\s*=(?!=)|\.(?:update|setdefault|clear))/.test(text),
    path: /sys\.path\s*(?:[-+]?=(?!=)|\[|\.(?:insert|append|extend|remove|pop|clear))|addsitedir/.test(text),
  }
}

/** The names of the lists that the pattern's group holds. */
function listed(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), ([, names]) => names!.split(',').map(name => name.trim())).flat()
}
