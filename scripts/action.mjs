/**
 * What action.yml does in a job of GitHub: `key` prints the key of the cache of dist/; `run` writes the report, the job's
 * summary and the outputs, then annotates and judges by the gate, whose exit code is the step's.
 */
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { stampOfSources, startCommand } from './build.mjs'
import { fail } from './setup.mjs'

const { env } = process

if (process.argv[2] === 'key') appendFileSync(env.GITHUB_OUTPUT, `key=${stampOfSources()}\n`)
else process.exitCode = await job()

async function job() {
  const folder = env.INPUT_REPORT_DIR || join(env.RUNNER_TEMP, 'precollect')
  const what = [...words(env.INPUT_PATH), ...(env.INPUT_PYTHON ? ['--python', env.INPUT_PYTHON] : [])]
  const cut = env.INPUT_PYTEST_ARGS ? ['--', ...words(env.INPUT_PYTEST_ARGS)] : []
  const confirm = env.INPUT_CONFIRM === 'true' ? ['--confirm'] : []
  const report = ['report', ...what, ...confirm, '--exit-zero', '--quiet', '--output-dir', folder, ...cut]
  const reported = await startCommand(report)
  if (reported !== 0) return reported
  appendFileSync(env.GITHUB_OUTPUT, `report=${folder}\nsarif=${join(folder, 'health.sarif')}\n`)
  if (env.INPUT_SUMMARY === 'true') {
    appendFileSync(env.GITHUB_STEP_SUMMARY, readFileSync(join(folder, 'health.md')))
  }
  const format = env.INPUT_ANNOTATIONS === 'true' ? 'github' : 'concise'
  return startCommand([
    'gate',
    ...what,
    ...confirm,
    '--ci',
    '--output-format',
    format,
    ...words(env.INPUT_GATE),
    ...cut,
  ])
}

/** The words of an input, separated by blanks or lines. */
function words(text = '') {
  if (/["'\\]/.test(text)) fail(`quotes have no meaning here: ${text}`)
  return text.split(/\s+/).filter(word => word !== '')
}
