/**
 * The test tree as a treemap: area is the number of test files, colour what becomes of them. A folder opens, a file
 * filters the findings. The arrow keys walk from cell to cell.
 */
import { type HierarchyRectangularNode, hierarchy, treemap, treemapSquarify } from 'd3-hierarchy'
import { useMemo, useRef, useState } from 'preact/hooks'
import { count, type JsonReport, OUTCOMES, sum } from './data.ts'
import { type TestNode, testTree, wayTo } from './test_tree.ts'
import { useWidth } from './trend.tsx'

const HEIGHT = 420
const HEADER = 20
/** Folders below the open one are drawn this deep. */
const DEPTH = 2

type Cell = HierarchyRectangularNode<TestNode>

export function TestTree({ report, choose }: { report: JsonReport; choose: (path: string) => void }) {
  const root = useMemo(() => testTree(report), [report])
  const [open, setOpen] = useState('')
  const [focus, setFocus] = useState('')
  const place = useRef<HTMLDivElement>(null)
  const width = useWidth(place)
  const way = wayTo(root, open)
  const shown = way.at(-1)!
  const cells = useMemo(() => layOut(shown, width), [shown, width])
  if (sum(root.files) === 0) return null
  const leaves = cells.filter(cell => !cell.children)
  const current = leaves.some(cell => cell.data.path === focus) ? focus : leaves[0]?.data.path
  const walk = (event: KeyboardEvent, from: Cell) => {
    const next = neighbour(from, leaves, event.key)
    if (!next) return
    event.preventDefault()
    setFocus(next.data.path)
    place.current!.querySelector<HTMLElement>(`[data-path="${CSS.escape(next.data.path)}"]`)?.focus()
  }
  return (
    <section aria-labelledby="tree">
      <h2 id="tree">Test tree</h2>
      <nav class="crumbs" aria-label="Folder shown">
        {way.map((node, at) => (
          <span key={node.path}>
            {at > 0 && ' / '}
            {node === shown ? (
              <strong>{node.name || 'all'}</strong>
            ) : (
              <button type="button" class="link" onClick={() => setOpen(node.path)}>
                {node.name || 'all'}
              </button>
            )}
          </span>
        ))}{' '}
        <span class="muted">{describe(shown)}</span>
      </nav>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form */}
      <div
        ref={place}
        class="treemap"
        style={{ height: `${HEIGHT}px` }}
        role="group"
        aria-label="Test files by folder"
      >
        {cells.map(cell =>
          cell.children ? (
            <div key={cell.data.path} class="frame" style={box(cell)}>
              <button
                type="button"
                class="title"
                tabIndex={-1}
                onClick={() => setOpen(cell.data.path)}
                title={cell.data.path}
              >
                {cell.data.name}
              </button>
            </div>
          ) : (
            <button
              type="button"
              key={cell.data.path}
              data-path={cell.data.path}
              class={`cell ${cell.data.outcome ?? 'folder'}`}
              style={{ ...box(cell), ...(cell.data.outcome ? {} : { background: blend(cell.data) }) }}
              tabIndex={cell.data.path === current ? 0 : -1}
              title={`${cell.data.path}: ${describe(cell.data)}`}
              aria-label={`${cell.data.path}: ${describe(cell.data)}`}
              onFocus={() => setFocus(cell.data.path)}
              onKeyDown={event => walk(event, cell)}
              onClick={() => (cell.data.outcome ? choose(cell.data.path) : setOpen(cell.data.path))}
            >
              {cell.x1 - cell.x0 > 44 && cell.y1 - cell.y0 > 16 && (
                <span>{cell.data.name.replace(/^test_|\.py$/g, '')}</span>
              )}
            </button>
          ),
        )}
      </div>
    </section>
  )
}

function layOut(shown: TestNode, width: number): readonly Cell[] {
  if (width === 0) return []
  const all = hierarchy(shown, ({ path, children }) => {
    const depth = path === shown.path ? 0 : path.slice(shown.path.length).split('/').filter(Boolean).length
    return depth < DEPTH ? children : undefined
  })
  all.sum(node => (node.outcome ? 1 : 0))
  // What is below the last folders drawn counts for them.
  all.eachAfter(node => {
    const value = node.children
      ? node.children.reduce((total, child) => total + child.value!, 0)
      : sum(node.data.files)
    Object.assign(node, { value })
  })
  all.sort((a, b) => b.value! - a.value! || (a.data.name < b.data.name ? -1 : 1))
  const layout = treemap<TestNode>()
    .tile(treemapSquarify.ratio(1.4))
    .size([width, HEIGHT])
    .paddingInner(2)
    .paddingTop(node => (node.depth === 0 ? 0 : HEADER))
    .round(true)
  return layout(all)
    .descendants()
    .filter(cell => cell.depth > 0 || !cell.children)
}

function box({ x0, y0, x1, y1 }: Cell) {
  const px = (length: number) => `${Math.max(0, length)}px`
  return { left: px(x0), top: px(y0), width: px(x1 - x0), height: px(y1 - y0) }
}

/** A folder's colours, each as wide as its share. */
function blend({ files }: TestNode): string {
  const all = sum(files)
  let from = 0
  const stops = OUTCOMES.flatMap(([outcome]) => {
    const to = from + (100 * files[outcome]) / all
    const stop = `var(--${outcome}) ${from}% ${to}%`
    from = to
    return files[outcome] > 0 ? [stop] : []
  })
  return `linear-gradient(to right, ${stops.join(', ')})`
}

function describe({ files, outcome }: TestNode): string {
  if (outcome)
    return { fails: 'fails', unknown: 'not decided', skips: 'skipped', collects: 'collects' }[outcome]
  const parts = OUTCOMES.filter(([name]) => files[name] > 0).map(([name, words]) => `${files[name]} ${words}`)
  return `${count(sum(files), 'test file')}: ${parts.join(', ')}`
}

/** The nearest cell in the direction of an arrow key. */
function neighbour(from: Cell, cells: readonly Cell[], key: string): Cell | null {
  const [dx, dy] = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[key] ?? [
    0, 0,
  ]
  if (dx === 0 && dy === 0) return null
  const middle = (cell: Cell) => [(cell.x0 + cell.x1) / 2, (cell.y0 + cell.y1) / 2] as const
  const [x, y] = middle(from)
  let best: Cell | null = null
  let least = Number.POSITIVE_INFINITY
  for (const cell of cells) {
    const [cx, cy] = middle(cell)
    const ahead = (cx - x) * dx! + (cy - y) * dy!
    const aside = Math.abs((cx - x) * dy!) + Math.abs((cy - y) * dx!)
    if (ahead > 1 && ahead + 2 * aside < least) {
      least = ahead + 2 * aside
      best = cell
    }
  }
  return best
}
