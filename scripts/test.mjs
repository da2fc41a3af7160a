/**
 * `npm test`: everything that has to hold before a change lands: types, style, and all tests, those with real
 * pytest included. The last line is `N passed, N failed, N skipped`; the exit code is 1 on any failure.
 * Arguments go to vitest (a path, -t NAME).
 */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildIfStale } from './build.mjs'
import { checkLua } from './lua.mjs'
import { makePythons } from './pythons.mjs'
import { makeSchemas } from './schemas.mjs'
import { cache, runPackage, say, setup } from './setup.mjs'

setup()
await buildIfStale()
makePythons()
makeSchemas()

const types = check('types', 'typescript/bin/tsc', ['--noEmit'])
const pageTypes = check('types of the page', 'typescript/bin/tsc', ['--noEmit', '-p', 'server/page'])
const style = check('style', '@biomejs/biome/bin/biome', ['check', '.'])
const lua = await checkLua()
const tests = vitest(process.argv.slice(2))

const passed = types + pageTypes + style + lua.passed + tests.passed
const failed = 3 - types - pageTypes - style + lua.failed + tests.failed
const skipped = lua.skipped + tests.skipped
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`)
process.exitCode = failed === 0 ? 0 : 1

/** 1 where the check passes, else 0: each counts as one test. */
function check(what, script, args) {
  const passes = runPackage(script, args) === 0
  say(`${what}: ${passes ? 'passed' : 'FAILED'}`)
  return passes ? 1 : 0
}

/** Counts of vitest's own report. A test file that could not even start counts as one failure. */
function vitest(args) {
  const report = join(cache, 'vitest.json')
  rmSync(report, { force: true })
  const status = runPackage('vitest/vitest.mjs', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...args,
  ])
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 }
  const said = JSON.parse(readFileSync(report, 'utf8'))
  const notStarted = said.testResults.filter(
    file => file.status === 'failed' && !file.assertionResults.some(test => test.status === 'failed'),
  ).length
  const failed = said.numFailedTests + notStarted
  return {
    passed: said.numPassedTests,
    failed: failed === 0 && status !== 0 ? 1 : failed, // an error outside of every test
    skipped: said.numPendingTests + said.numTodoTests,
  }
}
