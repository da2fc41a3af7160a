/**
 * `docs/error-table.md` against the cases: each row names cases that exist, that speak of what the row says, on each
 * version of pytest that the row tells apart; and no rule that can fail a file is left out of it.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { allRules } from '../server/src/rules/all_rules.ts'
import { readCases } from './support/case_file.ts'
import { standardPython } from './support/pythons.ts'

const TABLE = readFileSync(new URL('../docs/error-table.md', import.meta.url), 'utf8')

/** Told of a real run alone: no case has it. */
const FROM_CONFIRMATION = 'unpredicted-error'

const cases = new Map(readCases().map(it => [it.path.replace(/\.case$/, ''), it]))

const rows = TABLE.split('\n')
  .filter(line => /^\| (?!what pytest meets|---)/.test(line))
  .map(line => {
    const [, meets = '', versions = '', said = '', names = '', ...rest] = line.split('|').map(it => it.trim())
    return { meets, versions: listed(versions), said, names: listed(names), closed: rest.join() === '' }
  })

describe.each(rows)('$meets', ({ versions, said, names, closed }) => {
  const known = names.flatMap(name => cases.get(name) ?? [])

  test('has the four columns of its table, and cases that exist', () => {
    expect(closed).toBe(true)
    expect(names.filter(name => !cases.has(name))).toEqual([])
  })

  test('has a case for each rule that it names, or a reason for having none', () => {
    const rules = rulesIn(said)
    const marked = new Set(known.flatMap(it => it.marks.map(mark => mark.rule)))
    expect(rules.filter(rule => !marked.has(rule))).toEqual([])
    if (rules.length === 0) expect(said).toMatch(known.length > 0 ? /^nothing\b/ : /^nothing: ./)
  })

  test('has a case on each version of pytest that it tells apart', () => {
    const run = known.map(it => it.pytestVersion ?? standardPython().pytest)
    expect(versions.filter(version => !run.some(it => it.startsWith(`${version}.`)))).toEqual([])
  })
})

test('every rule whose findings are errors stands in a row', () => {
  const errors = allRules
    .filter(it => it.severity === 'error' && it.id !== FROM_CONFIRMATION)
    .map(it => it.id)
  const told = new Set(rows.flatMap(it => rulesIn(it.said)))
  expect(errors.filter(rule => !told.has(rule))).toEqual([])
})

function listed(cell: string): string[] {
  return cell.split(/,\s*/).filter(it => it !== '')
}

function rulesIn(cell: string): string[] {
  return [...cell.matchAll(/`([a-z-]+)`/g)].map(it => it[1]!)
}
