/**
 * Runs vscode_extension.cjs in the extension host of a VS Code whose workbench is open in a Chromium. The extension
 * is the one in clients/vscode, as built.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const { HOME, WORKSPACE, PYTHON } = process.env
const [node, main, extension, executablePath] = process.argv.slice(2)
const patience = 100_000
/** A folder for a picture of the workbench after each step. */
const { SCREENSHOTS } = process.env
let steps = 0

const user = join(HOME, 'user', 'User')
mkdirSync(user, { recursive: true })
writeFileSync(
  join(user, 'settings.json'),
  JSON.stringify({
    'security.workspace.trust.enabled': false,
    'workbench.startupEditor': 'none',
    'telemetry.telemetryLevel': 'off',
    'extensions.autoUpdate': false,
    'extensions.autoCheckUpdates': false,
    'chat.disableAIFeatures': true,
    'workbench.secondarySideBar.defaultVisibility': 'hidden',
    'git.enabled': false,
    'files.autoSave': 'off',
    'precollect.python': PYTHON,
  }),
)

const port = await freePort()
const server = spawn(
  node,
  [
    ...[main, '--accept-server-license-terms', '--telemetry-level', 'off', '--without-connection-token'],
    ...['--server-data-dir', join(HOME, 'server'), '--user-data-dir', join(HOME, 'user')],
    ...['--extensions-dir', join(HOME, 'extensions'), '--host', '127.0.0.1', '--port', String(port)],
    // Without the driver a workbench as built ignores which tests it is told to run.
    ...['--disable-workspace-trust', '--enable-smoke-test-driver'],
  ],
  { stdio: 'ignore', detached: true },
)
let browser
try {
  await until(async () => (await fetch(`http://127.0.0.1:${port}/version`)).ok)
  browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  })
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  const ended = new Promise(resolve => {
    void page.exposeFunction('codeAutomationExit', resolve)
    void page.exposeFunction('codeAutomationLog', (_, words) => {
      const line = words.join(' ')
      if (!/^(ok|FAIL) /.test(line)) return
      console.log(line)
      if (SCREENSHOTS) page.screenshot({ path: join(SCREENSHOTS, `${++steps}.png`) }).catch(() => {}) // it may be closed by then
    })
  })
  const remote = path => `vscode-remote://127.0.0.1:${port}${path}`
  const tests = fileURLToPath(new URL('vscode_extension.cjs', import.meta.url))
  const payload = [
    ['extensionDevelopmentPath', remote(extension)],
    ['extensionTestsPath', remote(tests)],
  ]
  await page.goto(
    `http://127.0.0.1:${port}/?folder=${WORKSPACE}&payload=${encodeURIComponent(JSON.stringify(payload))}`,
  )
  const code = await Promise.race([ended, sleep(patience, 'never', { ref: false })])
  if (code === 'never') console.log(`FAIL the tests did not end within ${patience / 1000} s`)
  process.exitCode = code === 0 ? 0 : 1
} finally {
  await browser?.close()
  process.kill(-server.pid, 'SIGKILL') // its extension host holds the pipes
}

async function until(holds) {
  for (let turn = 0; turn < 300; turn++) {
    if (await holds().catch(() => false)) return
    await sleep(100)
  }
  throw new Error('the server of VS Code did not start')
}

function freePort() {
  return new Promise(resolve => {
    const listener = createServer().listen(0, '127.0.0.1', () => {
      const { port } = listener.address()
      listener.close(() => resolve(port))
    })
  })
}
