/** Runs test_pytest_lsp.py by the Python given, and tells of its tests in the words of the other drivers. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const { status, stdout, stderr } = spawnSync(
  process.argv[2],
  [
    '-m',
    'pytest',
    '--rootdir=.',
    '-p',
    'no:cacheprovider',
    '-o',
    'asyncio_default_fixture_loop_scope=function',
    '-rA',
    '-q',
    '--tb=short',
    fileURLToPath(new URL('test_pytest_lsp.py', import.meta.url)),
  ],
  { encoding: 'utf8', cwd: process.env.HOME },
)
for (const [, outcome, test] of stdout.matchAll(/^(PASSED|FAILED|ERROR) \S*::(\S+)/gm))
  console.log(`${outcome === 'PASSED' ? 'ok' : 'FAIL'} ${test}`)
if (status !== 0) console.log(stdout + stderr)
process.exitCode = status ?? 1
