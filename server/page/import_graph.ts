/** The files between a cause and the test files that run into it, and who imports whom. */
import { Graph, layout } from '@dagrejs/dagre'
import { type JsonCause, type JsonReport, split } from './data.ts'

export interface GraphNode {
  readonly id: string
  readonly label: string
  readonly detail: string
  readonly kind: 'test' | 'module' | 'cause'
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** Where a link to it leads; null for what stands for many files. */
  readonly place: { readonly path: string; readonly line: number } | null
}

export interface GraphEdge {
  readonly from: string
  readonly to: string
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

export interface ImportGraph {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  readonly width: number
  readonly height: number
}

/** From so many test files on they are drawn folder by folder, then all as one. */
const MOST_TESTS = 8
/** Larger graphs help nobody. */
const MOST_NODES = 60
/** Of a node, and of a letter in it: pixels. */
const MOST_WIDE = 320
const LETTER = 7.4

/** null where there is nothing between the cause and one file. */
export function importGraph({ collectors }: JsonReport, cause: JsonCause): ImportGraph | null {
  const chains = collectors
    .filter(collector => collector.cause === cause.id && collector.failure)
    .map(({ path, failure }) => ({ path, chain: failure!.chain }))
  if (chains.length === 0 || chains.every(({ chain }) => chain.length < 2 && chain[0]?.path === cause.path)) {
    return null
  }
  const names = testNames(chains.map(({ path }) => path))
  const kinds = new Map<string, { kind: GraphNode['kind']; line: number; tests: number }>()
  const edges = new Map<string, [string, string]>()
  for (const { path, chain } of chains) {
    const stops = [...chain]
    if (stops.at(-1)?.path !== cause.path) stops.push({ path: cause.path, line: cause.line })
    let before: string | null = null
    for (const [at, { path: file, line }] of stops.entries()) {
      const last = file === cause.path
      const test = !last && (at === 0 || file === path)
      const id = test ? (names.get(path) ?? file) : file
      const known = kinds.get(id) ?? { kind: last ? 'cause' : test ? 'test' : 'module', line, tests: 0 }
      kinds.set(id, known)
      if (test && at === 0) known.tests++
      if (before !== null && before !== id) edges.set(`${before}\0${id}`, [before, id])
      before = id
    }
  }
  if (kinds.size < 2 || kinds.size > MOST_NODES) return null
  return drawn(kinds, [...edges.values()], cause)
}

/** What stands for each test file: itself, its folder, or all of them. */
function testNames(paths: readonly string[]): ReadonlyMap<string, string> {
  if (paths.length <= MOST_TESTS) return new Map(paths.map(path => [path, path]))
  const folders = new Set(paths.map(path => split(path)[0]))
  const all = `${paths.length} test files`
  return new Map(paths.map(path => [path, folders.size <= MOST_TESTS ? split(path)[0] || './' : all]))
}

function drawn(
  kinds: ReadonlyMap<string, { kind: GraphNode['kind']; line: number; tests: number }>,
  edges: readonly (readonly [string, string])[],
  cause: JsonCause,
): ImportGraph {
  const graph = new Graph()
  graph.setGraph({ rankdir: 'LR', nodesep: 12, ranksep: 56, marginx: 4, marginy: 4 })
  graph.setDefaultEdgeLabel(() => ({}))
  // Of one width, so that they stand below one another.
  const longest = Math.max(...[...kinds.keys()].map(lettersOf))
  const size = { width: Math.min(MOST_WIDE, 24 + longest * LETTER), height: 44 }
  for (const id of kinds.keys()) graph.setNode(id, { ...size })
  for (const [from, to] of edges) graph.setEdge(from, to)
  layout(graph)
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number }
  const nodes = [...kinds].map(([id, { kind, line, tests }]): GraphNode => {
    const at = graph.node(id) as { x: number; y: number; width: number; height: number }
    const many = tests > 1 || id.endsWith('/') || !id.includes('.')
    const [folder, name] = split(id.replace(/\/$/, ''))
    return {
      ...{ id, kind, ...at },
      label: name || id,
      detail: many ? `${tests} test files` : folder,
      place: many ? null : kind === 'cause' ? { path: cause.path, line: cause.line } : { path: id, line },
    }
  })
  return {
    ...{ nodes, width, height },
    edges: edges.map(([from, to]) => {
      const [a, b] = [graph.node(from), graph.node(to)] as [GraphNode, GraphNode]
      const between = (graph.edge(from, to) as { points: GraphEdge['points'] }).points.slice(1, -1)
      const begin = { x: a.x + size.width / 2, y: a.y }
      const end = { x: b.x - size.width / 2, y: b.y }
      return { from, to, points: [begin, ...(between.length > 1 ? between : []), end] }
    }),
  }
}

/** The longer of the two lines of a node, in letters of the first one's size. */
function lettersOf(id: string): number {
  const [folder, name] = split(id.replace(/\/$/, ''))
  return Math.max((name || id).length, folder.length * 0.85, 8)
}
