/** Draws the imports that lead from test files to a cause, from left to right. */
import { useContext, useMemo } from 'preact/hooks'
import type { JsonCause, JsonReport } from './data.ts'
import { LinkContext } from './editor.tsx'
import { type GraphEdge, type GraphNode, importGraph } from './import_graph.ts'

export function Graph({ report, cause }: { report: JsonReport; cause: JsonCause }) {
  const graph = useMemo(() => importGraph(report, cause), [report, cause])
  if (!graph) return null
  const { nodes, edges, width, height } = graph
  const marker = `arrow-${cause.id}`
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reached with the keyboard
    <figure class="graph" tabIndex={0} aria-label="Imports that lead to this cause">
      {/* biome-ignore lint/a11y/noSvgWithoutTitle: the figure has the name */}
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
        <defs>
          <marker
            id={marker}
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto"
          >
            <path d="M0 0 8 4 0 8z" class="arrow" />
          </marker>
        </defs>
        {edges.map(edge => (
          <path key={`${edge.from}>${edge.to}`} d={curve(edge)} class="edge" marker-end={`url(#${marker})`} />
        ))}
        {nodes.map(node => (
          <Node key={node.id} node={node} />
        ))}
      </svg>
    </figure>
  )
}

function Node({ node }: { node: GraphNode }) {
  const link = useContext(LinkContext)
  const { kind, label, detail, place, x, y, width, height } = node
  const body = (
    <>
      <rect x={-width / 2} y={-height / 2} width={width} height={height} rx="6" />
      <text y={detail ? -3 : 5} class="name">
        {label}
      </text>
      {detail && (
        <text y="13" class="detail">
          {detail}
        </text>
      )}
    </>
  )
  const at = { transform: `translate(${x} ${y})`, class: `node ${kind}` }
  return place ? (
    <a href={link(place)} aria-label={`${place.path}, line ${place.line}`} {...at}>
      {body}
    </a>
  ) : (
    <g {...at}>{body}</g>
  )
}

/** Through the points that the layout gives, without corners. */
function curve({ points }: GraphEdge): string {
  const [first, ...rest] = points
  if (!first) return ''
  let path = `M${first.x} ${first.y}`
  let before = first
  for (const point of rest) {
    const middle = (before.x + point.x) / 2
    path += `C${middle} ${before.y} ${middle} ${point.y} ${point.x} ${point.y}`
    before = point
  }
  return path
}
