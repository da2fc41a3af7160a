/** The import statements of a file with their places, at any depth, bodies of functions included. */
import { compileBody } from '../compile/compile.ts'
import type { Block, FromOp, ImportOp, ModuleCode } from '../compile/module_code.ts'
import { innerBlocks } from '../rules/mark_words.ts'

/** UTF-16 offsets. */
export interface Extent {
  readonly start: number
  readonly end: number
}

export interface ImportedName extends Extent {
  readonly name: string
  readonly as: string | null
}

export type ImportSite =
  | {
      readonly kind: 'import'
      readonly statement: Extent
      /** Each with the place of its dotted name. */
      readonly modules: readonly ImportedName[]
    }
  | {
      readonly kind: 'from'
      readonly statement: Extent
      readonly level: number
      readonly module: string
      /** The dots and the name. */
      readonly source: Extent
      /** Each with the place of its name, without `as`. */
      readonly names: readonly ImportedName[] | '*'
    }

/** All that mention `word`, from top to bottom. `code` is the file's, and `text` what it was made of. */
export function importSites(code: ModuleCode, text: string, word: string): ImportSite[] {
  const sites: ImportSite[] = []
  gather(code, text, word, sites)
  return sites
    .filter(({ statement }) => text.slice(statement.start, statement.end).includes(word))
    .sort((a, b) => a.statement.start - b.statement.start)
}

function gather(code: ModuleCode, text: string, word: string, sites: ImportSite[]): void {
  walk(code.ops, op => sites.push(siteOf(op, code)))
  for (const body of code.bodies) {
    const inside = text.slice(body.start, body.end)
    if (inside.includes('import') && inside.includes(word)) gather(compileBody(text, body), text, word, sites)
  }
}

function walk(ops: Block, found: (op: ImportOp | FromOp) => void): void {
  for (const op of ops) {
    if (op.op === 'import' || op.op === 'from') found(op)
    else for (const block of op.op === 'class' ? [op.body] : innerBlocks(op)) walk(block, found)
  }
}

function siteOf(op: ImportOp | FromOp, { places }: ModuleCode): ImportSite {
  const extent = (at: number): Extent => ({ start: places[2 * at] ?? 0, end: places[2 * at + 1] ?? 0 })
  if (op.op === 'import') {
    const modules = op.names.map(({ module, as, at }) => ({ name: module, as, ...extent(at) }))
    return { kind: 'import', statement: extent(op.at), modules }
  }
  return {
    kind: 'from',
    statement: extent(op.at),
    level: op.level,
    module: op.module,
    source: extent(op.moduleAt),
    names: op.names === '*' ? '*' : op.names.map(({ name, as, at }) => ({ name, as, ...extent(at) })),
  }
}
