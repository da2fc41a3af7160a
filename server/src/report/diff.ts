/** Drafts as a patch that `git apply` and `patch -p1` take. */
import { createTwoFilesPatch } from 'diff'
import type { Draft } from '../bridges/draft.ts'
import { relative } from '../files/paths.ts'

/** A unified diff of all files, paths relative to `root`; '' where there are none. */
export function renderDiff(drafts: readonly Draft[], root: string): string {
  return drafts.map(draft => patchOf(draft, root)).join('')
}

function patchOf({ from, to, before, after }: Draft, root: string): string {
  const name = (side: 'a' | 'b', path: string | null) =>
    path === null ? '/dev/null' : `${side}/${relative(root, path)}`
  const old = name('a', from)
  const now = name('b', to)
  const shown = (path: string | null, other: string | null) => relative(root, path ?? other!)
  const head = [`diff --git a/${shown(from, to)} b/${shown(to, from)}`]
  if (from === null) head.push('new file mode 100644')
  if (to === null) head.push('deleted file mode 100644')
  if (from !== null && to !== null && from !== to)
    head.push(`rename from ${relative(root, from)}`, `rename to ${relative(root, to)}`)
  const isText = (from === null || before !== null) && (to === null || after !== null)
  if (!isText) return `${head.join('\n')}\n`
  if ((before ?? '') === (after ?? '')) return `${head.join('\n')}\n`
  const patch = createTwoFilesPatch(old, now, before ?? '', after ?? '')
  // The first line is a rule of its own.
  return `${head.join('\n')}\n${patch.slice(patch.indexOf('--- '))}`
}
