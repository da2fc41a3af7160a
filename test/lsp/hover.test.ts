/** What a hover says, word for word. */
import { expect, test } from 'vitest'
import { findingsAt, hoverOf, type Known } from '../../server/src/lsp/hover.ts'
import type { Folder } from '../../server/src/lsp/workspace.ts'
import type { Finding } from '../../server/src/rules/finding.ts'

const test_a = 'import app\n'
const app = 'x = 1\nfrom core import __gone__\n'

const finding: Finding = {
  rule: 'missing-symbol',
  severity: 'error',
  span: { path: '/p/app.py', start: 23, end: 31 },
  subject: 'core.__gone__',
  what: "module 'core' has no '__gone__'",
  why: 'it stops 10 test files',
  todo: 'define it',
  breaks: Array.from({ length: 10 }, (_, n) => `/p/tests/test_${n}.py`),
  chain: [
    { path: '/p/test_a.py', start: 7, end: 10 },
    { path: '/p/app.py', start: 23, end: 31 },
  ],
  related: [],
  fingerprint: 'f',
}

function folderWith(findings: readonly Finding[]): Folder {
  const texts = new Map([
    ['/p/app.py', app],
    ['/p/test_a.py', test_a],
  ])
  const view = { findings, texts, halfTyped: [], basis: '' }
  return { root: '/p', uri: 'file:///p', view } as unknown as Folder
}

const nothing: Known = { facts: null, fixes: [] }

function hover(findings: readonly Finding[], markdown: boolean, character = 20, text = app, known = nothing) {
  const folder = folderWith(findings)
  const here = findingsAt(folder, '/p/app.py', text, { line: 1, character }, 'utf-16')
  return hoverOf(folder, here, known, { encoding: 'utf-16', markdown })
}

test('in Markdown, with links, and names as they are', () => {
  expect(hover([finding], true)).toEqual({
    range: { start: { line: 1, character: 17 }, end: { line: 1, character: 25 } },
    contents: {
      kind: 'markdown',
      value: [
        "**missing-symbol:** module 'core' has no '\\_\\_gone\\_\\_'",
        'it stops 10 test files',
        '**What to do:** define it',
        `**Not collected because of it:** ${[0, 1, 2, 3, 4, 5, 6, 7]
          .map(n => `[tests/test\\_${n}.py](file:///p/tests/test_${n}.py)`)
          .join(', ')}, and 2 more`,
        '**How pytest gets here:** [test\\_a.py:1](file:///p/test_a.py#L1) → [app.py:2](file:///p/app.py#L2)',
      ].join('\n\n'),
    },
  })
})

test('as plain text for an editor that shows no other', () => {
  expect(hover([finding], false)?.contents).toEqual({
    kind: 'plaintext',
    value: [
      "missing-symbol: module 'core' has no '__gone__'",
      'it stops 10 test files',
      'What to do: define it',
      `Not collected because of it: ${[0, 1, 2, 3, 4, 5, 6, 7].map(n => `tests/test_${n}.py`).join(', ')}, and 2 more`,
      'How pytest gets here: test_a.py:1 → app.py:2',
    ].join('\n\n'),
  })
})

test('of two findings at one place, one after the other; of one that breaks nothing, the short form', () => {
  const note: Finding = { ...finding, rule: 'shadowed-module', why: '', breaks: [], chain: [finding.span] }
  const value = (hover([finding, note], false)!.contents as { value: string }).value
  expect(value.slice(value.indexOf('shadowed'))).toBe(
    "shadowed-module: module 'core' has no '__gone__'\n\nWhat to do: define it",
  )
})

test('nothing beside a finding, nor while the text is newer than the analysis', () => {
  expect(hover([finding], true, 3)).toBeNull()
  expect(hover([finding], true, 20, `${app}\n`)).toBeNull()
})
