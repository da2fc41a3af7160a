/**
 * The one door to tree-sitter: loads the parser, parses, and frees each tree before anybody can keep it.
 */
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { Language, Parser, type TreeCursor } from 'web-tree-sitter'

/** The kind of a node: its name in the grammar, and whether it is a rule's or only a token's. */
export interface NodeKind {
  readonly name: string
  readonly named: boolean
}

/** A tree that lives as long as the function it is handed to. */
export interface ParsedTree {
  /** Stands at the root. The caller moves it, nobody frees it. */
  readonly cursor: TreeCursor
  /** Some node is an error or was made up by the parser. */
  readonly hasError: boolean
  /** Kinds by `TreeCursor.nodeTypeId`; the id of an error node has none. */
  readonly kinds: readonly NodeKind[]
}

let loading: Promise<void> | null = null
let parser: Parser | null = null
let kinds: readonly NodeKind[] = []

/** Loads tree-sitter and its Python grammar once; further calls wait for the same load. */
export function initParser(): Promise<void> {
  loading ??= load()
  return loading
}

async function load(): Promise<void> {
  await Parser.init({ locateFile: () => wasmFile('web-tree-sitter') })
  const language = await Language.load(wasmFile('tree-sitter-python'))
  kinds = language.types.map((name, id) => ({ name, named: language.nodeTypeIsNamed(id) }))
  const created = new Parser()
  created.setLanguage(language)
  parser = created
}

/** The two wasm files stand beside the bundle; sources run with those of the installed packages. */
function wasmFile(name: string): string {
  if (!import.meta.url.endsWith('.ts')) return fileURLToPath(new URL(`${name}.wasm`, import.meta.url))
  return createRequire(import.meta.url).resolve(`${name}/${name}.wasm`)
}

/**
 * Parses `text` and hands the tree to `use`, whose result it returns. Must be called after `initParser`.
 * Null where tree-sitter gives up (it has not enough memory for the text).
 */
export function withTree<T>(text: string, use: (tree: ParsedTree) => T): T | null {
  if (parser === null) throw new Error('initParser() has to be awaited first')
  const tree = parser.parse(text)
  if (tree === null) return null
  const cursor = tree.walk()
  try {
    return use({ cursor, hasError: tree.rootNode.hasError, kinds })
  } finally {
    cursor.delete()
    tree.delete()
  }
}
