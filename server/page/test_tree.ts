/** The folders of the suite as a tree, with what becomes of the test files in each. */
import { type JsonReport, type Outcome, split } from './data.ts'

export interface TestNode {
  /** Below the root; '' for the root itself. */
  readonly path: string
  readonly name: string
  /** Of files only. */
  readonly outcome: Outcome | null
  /** Test files in it by outcome. */
  readonly files: Record<Outcome, number>
  readonly children: TestNode[]
}

/** A folder with nothing in it but one folder is joined with that. */
export function testTree({ testFiles }: JsonReport): TestNode {
  const root = folder('', '')
  const folders = new Map([['', root]])
  for (const { path, outcome } of testFiles) {
    const [above, name] = split(path)
    const parent = folderAt(above.slice(0, -1), folders)
    parent.children.push({ ...folder(path, name), outcome, files: { ...none(), [outcome]: 1 } })
  }
  count(root)
  return joined(root)
}

function folderAt(path: string, folders: Map<string, TestNode>): TestNode {
  const known = folders.get(path)
  if (known) return known
  const [above, name] = split(path)
  const made = folder(path, name)
  folders.set(path, made)
  folderAt(above.slice(0, -1), folders).children.push(made)
  return made
}

function folder(path: string, name: string): TestNode {
  return { path, name, outcome: null, files: none(), children: [] }
}

function none(): Record<Outcome, number> {
  return { fails: 0, unknown: 0, skips: 0, collects: 0 }
}

function count(node: TestNode): void {
  for (const child of node.children) {
    count(child)
    for (const outcome of Object.keys(node.files) as Outcome[]) node.files[outcome] += child.files[outcome]
  }
}

function joined(node: TestNode): TestNode {
  const [only] = node.children
  if (node.children.length === 1 && only!.outcome === null) {
    const below = joined(only!)
    return { ...below, name: node.name === '' ? below.name : `${node.name}/${below.name}` }
  }
  return { ...node, children: node.children.map(joined) }
}

/** The node with that path, and those above it from the root on. */
export function wayTo(root: TestNode, path: string): readonly TestNode[] {
  const way = [root]
  for (;;) {
    const next = way.at(-1)!.children.find(child => path === child.path || path.startsWith(`${child.path}/`))
    if (!next) return way
    way.push(next)
  }
}
