/** The rules as a set: their files, their names, their pages. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { allRules } from '../../server/src/rules/all_rules.ts'
import { ruleReference } from '../../server/src/rules/reference.ts'

const url = (path: string) => new URL(`../../${path}`, import.meta.url)

test('docs/rules.md is what the rules say; if not: node scripts/docs.mjs', () => {
  expect(readFileSync(url('docs/rules.md'), 'utf8')).toBe(ruleReference())
})

test('each rule has a file of its name, and names are unique', () => {
  const files = readdirSync(url('server/src/rules'))
  for (const { id } of allRules) expect(files).toContain(`${id.replaceAll('-', '_')}.ts`)
  expect(new Set(allRules.map(rule => rule.id)).size).toBe(allRules.length)
})

test('every rule that failures are put down to exists', () => {
  const source = readFileSync(url('server/src/rules/classify.ts'), 'utf8')
  const named = [
    ...source.matchAll(/(?:here\(|rule: )'([a-z-]+)'/g),
    ...source.matchAll(/\? '([a-z-]+)' : '([a-z-]+)'/g),
  ]
  const ids = allRules.map(rule => rule.id)
  for (const match of named) for (const id of match.slice(1).filter(Boolean)) expect(ids).toContain(id)
})

test('summaries fit a table: one line, no full stop', () => {
  for (const { summary } of allRules) expect(summary).toMatch(/^[^\n|]{10,90}[^.\n|]$/)
})
