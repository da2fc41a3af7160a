/**
 * What the text of a function's body shows without its being parsed or run, found once for each function. It
 * is for functions that are left out, of which the same ones are called again and again.
 */
import type { DefOp, Expr } from '../compile/module_code.ts'
import { remember } from '../files/memo.ts'
import { bodySource } from './looked_into.ts'
import type { Func } from './values.ts'

export interface BodyWords {
  readonly text: string
  /** Each once. */
  readonly words: readonly string[]
  /** Those that stand behind a dot; all of them where the code asks for attributes by computed names. */
  readonly asked: ReadonlySet<string>
  /** What stands behind a dot of what, where that is a name. */
  readonly pairs: readonly (readonly [owner: string, name: string])[]
  /** The names in `global` and `nonlocal` statements. */
  readonly rebinds: readonly string[]
  /** What `owner.name = ...` and its kin write to. */
  readonly writes: readonly (readonly [owner: string, name: string])[]
  /** The attributes that are written to, whatever of. */
  readonly attributes: readonly string[]
  /** It may write to attributes whose names aren't in its text. */
  readonly anyAttribute: boolean
  /** It may write to attributes of classes that it is handed instances of. */
  readonly classes: boolean
  /** It writes to an item of something, or calls a method that changes containers. */
  readonly changes: boolean
  /** Its own import statements. */
  readonly imported: readonly Imported[]
  readonly imports: boolean
  /** It speaks of the variables of the environment. */
  readonly variables: boolean
  /** It asks for the frames of its callers. */
  readonly frames: boolean
  /** It may write to its module's namespace by names that aren't in its text. */
  readonly globals: boolean
  /** The keys under which it writes to `sys.modules`, as written. */
  readonly modules: readonly string[]
  /** It writes to `sys.path`. */
  readonly path: boolean
}

export interface Imported {
  /** As written, leading dots included. */
  readonly module: string
  /** What is taken from it; null: the module itself. */
  readonly name: string | null
  /** What it is called afterwards. */
  readonly as: string
}

const known = new WeakMap<object, BodyWords>()

/** What is known of the function's body. */
export function bodyWords({ code: { def, lambda, unit } }: Func): BodyWords {
  return def
    ? remember(known, def, () => read(bodySource(unit, def.body)))
    : remember(known, lambda!, () => {
        const words = [...wordsOf(lambda!)]
        return { ...read(''), words, asked: new Set(words) }
      })
}

/** The text of a function's body; '' for a lambda. */
export function bodyText({ code: { def, unit } }: Func): string {
  return def ? bodySource(unit, def.body) : ''
}

/** Does the body do no more with its parameter of that position, a mapping, than look into it? */
export function onlyReads(fn: Func, position: number): boolean {
  const parameter = fn.code.params[position]
  if (!fn.code.def || (parameter?.kind !== 'normal' && parameter?.kind !== 'positional')) return false
  const { name } = parameter
  const { text } = bodyWords(fn)
  const uses = text.match(new RegExp(`\\b${name}\\b`, 'g')) ?? []
  const reads =
    text.match(new RegExp(`\\b${name}\\.(?:items|keys|values|get)\\(|\\bin ${name}\\b(?!\\.)`, 'g')) ?? []
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

function read(text: string): BodyWords {
  const words = [...new Set(text.match(/\w+/g))]
  const pairs = Array.from(
    text.matchAll(/\b(\w+)\.(?=(\w+))/g),
    ([, owner, name]) => [owner!, name!] as const,
  )
  return {
    text,
    words,
    asked: new Set(
      /\bgetattr\(|\bvars\(|__dict__/.test(text)
        ? words
        : Array.from(text.matchAll(/\.\s*(\w+)/g), ([, name]) => name!),
    ),
    pairs,
    rebinds: listed(text, /\b(?:global|nonlocal)\s+([\w, ]+)/g),
    writes: Array.from(
      text.matchAll(/\b(\w+)\.(\w+)\s*[-+*/|&]?=(?!=)/g),
      ([, owner, name]) => [owner!, name!] as const,
    ),
    attributes: [...new Set(attributesIn(text))],
    anyAttribute: /\b__dict__\b|\bvars\(|\bsetattr\((?!\s*[\w.]+\s*,\s*["']\w+["'])/.test(text),
    classes: /\bcls\b|\b__class__\b|\btype\(/.test(text),
    changes:
      /\w\s*\[[^\]\n]*\]\s*(?:[-+*/|&]|\*\*|\/\/)?=(?!=)|\.(?:append|add|update|extend|insert|pop|remove|clear|setdefault|discard)\(/.test(
        text,
      ),
    imported: importedIn(text),
    imports: /\bimport/.test(text),
    variables: /environ|putenv/.test(text),
    frames: /_getframe|currentframe|inspect\.stack/.test(text),
    globals: /\bglobals\(\)|\bvars\(\)|\bexec\(/.test(text),
    modules: Array.from(
      text.matchAll(
        /\bmodules\s*(?:\[([^\]\n]*)\]\s*=(?!=)|\.(?:setdefault\(([^,\n]*)|(?:update|clear)\())/g,
      ),
      ([, assigned, added]) => (assigned ?? added ?? '').trim(),
    ),
    path: /sys\.path\s*(?:[-+]?=(?!=)|\[|\.(?:insert|append|extend|remove|pop|clear))|addsitedir/.test(text),
  }
}

/** The names behind dots that something is assigned to, alone or among others, in every way that has one. */
function attributesIn(text: string): string[] {
  const single = text.matchAll(/\.(\w+)\s*(?:[-+*/|&^%@]|\*\*|\/\/|<<|>>)?=(?!=)/g)
  const annotated = text.matchAll(/^[ \t]*[\w.]+\.(\w+)[ \t]*:[^=\n]+=(?!=)/gm)
  const several = text.matchAll(/^[ \t]*((?:[*[(]*[\w.]+(?:\[[^\]\n]*\])?[ \t]*,[ \t]*)+[^=(\n]*)=(?!=)/gm)
  const other = text.matchAll(
    /\b(?:as|for|del)\s+[(\w.]*\.(\w+)|\b__?setattr(?:__)?\(\s*[\w.]+\s*,\s*["'](\w+)["']/g,
  )
  return [
    ...Array.from([...single, ...annotated], ([, name]) => name!),
    ...Array.from(several, ([, targets]) =>
      Array.from(targets!.matchAll(/\.(\w+)/g), ([, name]) => name!),
    ).flat(),
    ...Array.from(other, ([, target, name]) => (target ?? name)!),
  ]
}

function importedIn(text: string): Imported[] {
  if (!text.includes('import')) return []
  const plain = Array.from(
    text.matchAll(
      /\bimport[ \t]+([\w.]+(?:[ \t]+as[ \t]+\w+)?(?:[ \t]*,[ \t]*[\w.]+(?:[ \t]+as[ \t]+\w+)?)*)/g,
    ),
  )
  const from = Array.from(text.matchAll(/\bfrom[ \t]+([\w.]+)[ \t]+import[ \t]*(\([^)]*\)|[^\n;#]+)/g))
  return [
    ...plain.flatMap(([, list]) =>
      renamings(list!).map(([module, as]) => ({ module, name: null, as: as.split('.').at(-1)! })),
    ),
    ...from.flatMap(([, module, list]) =>
      renamings(list!).map(([name, as]) => ({ module: module!, name, as })),
    ),
  ]
}

/** `a, b as c` as pairs. */
function renamings(list: string): (readonly [name: string, as: string])[] {
  return Array.from(
    list.matchAll(/([\w.]+)(?:\s+as\s+(\w+))?/g),
    ([, name, as]) => [name!, as ?? name!] as const,
  )
}

/** The names and attributes that an expression speaks of. */
export function* wordsOf(part: unknown): Generator<string> {
  if (typeof part !== 'object' || part === null) return
  const { e, id, name } = part as { e?: Expr['e']; id?: string; name?: string }
  if (e === 'name') yield id!
  if (e === 'attr') yield name!
  for (const inner of Object.values(part)) yield* wordsOf(inner)
}

/** The names of the lists that the pattern's group holds. */
function listed(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), ([, names]) => names!.split(',').map(name => name.trim())).flat()
}
