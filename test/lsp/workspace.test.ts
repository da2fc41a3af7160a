/** Which folder a file concerns. */
import { afterEach, expect, test } from 'vitest'
import type { Analyst } from '../../server/src/engine/job.ts'
import { Workspace } from '../../server/src/lsp/workspace.ts'

const idle: Analyst = {
  analyze: () => new Promise(() => {}),
  giveUp: () => {},
  ask: async () => null,
  dispose: () => {},
}
const nobody = { started: () => {}, firstWord: () => {}, published: () => {}, failed: () => {} }
const workspace = new Workspace(() => idle, nobody)

afterEach(() => workspace.dispose())

test('the innermost folder around a file speaks for it', () => {
  for (const root of ['/p', '/p/inner', '/p2']) workspace.add(root, `file://${root}`)
  expect(workspace.owner('/p/inner/test_a.py')?.root).toBe('/p/inner')
  expect(workspace.owner('/p/innermost.py')?.root).toBe('/p')
  expect(workspace.owner('/elsewhere.py')).toBeNull()
})
