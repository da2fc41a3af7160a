/**
 * Every rule is held to account by whole projects (`test/cases/`): two or more in which it speaks, and one of its own
 * folder with a file that it could take for a fault and has to leave alone.
 */
import { describe, expect, test } from 'vitest'
import { allRules } from '../../server/src/rules/all_rules.ts'
import { type Case, readCases } from '../support/case_file.ts'

/** Told of a real run alone: no simulation finds what nobody predicted. */
const FROM_CONFIRMATION = 'unpredicted-error'

/** Where a rule's cases stand, if not in a folder of its name. */
const FOLDER_OF: Readonly<Record<string, string>> = { 'unconfigured-django': 'django' }

const cases = readCases()

describe('each rule has', () => {
  const rules = allRules.map(({ id }) => id).filter(id => id !== FROM_CONFIRMATION)

  test.each(rules)('a hit and a variant of it: %s', rule => {
    const speaking = cases.filter(c => c.marks.some(mark => mark.rule === rule && mark.known !== 'MISS'))
    expect(speaking.map(c => c.path)).toEqual([
      expect.any(String),
      expect.any(String),
      ...speaking.slice(2).map(c => c.path),
    ])
  })

  test.each(rules)('a near miss that it leaves alone: %s', rule => {
    const folder = FOLDER_OF[rule] ?? rule
    const silent = cases.filter(c => c.path.startsWith(`${folder}/`) && leavesAlone(c, rule))
    expect(silent).not.toEqual([])
  })
})

/** Is there a Python file or a setting of the case in which nothing of the rule is marked, and which it breaks nowhere? */
function leavesAlone({ files, marks }: Case, rule: string): boolean {
  const own = marks.filter(mark => mark.rule === rule)
  const touched = new Set(own.flatMap(({ path, breaks }) => [path, ...breaks]))
  return (
    own.length === 0 ||
    [...files].some(([path, text]) => /\.py$/.test(path) && /\S/.test(text) && !touched.has(path))
  )
}
