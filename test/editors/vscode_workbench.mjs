/**
 * VS Code's server and its workbench in a headless Chromium, for the drivers of VS Code. The environment is the one that
 * `npm run test:editors` gives to a driver: HOME is a fresh folder, WORKSPACE the project, SCREENSHOTS, if it is
 * set, a folder for pictures.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from 'playwright-core'

const { HOME, PYTHON, SCREENSHOTS } = process.env

/**
 * A page that nothing is loaded into yet, the port of the server behind it, and what ends both. `program`: Node and the
 * server's script; `flags`: more of the server's command line; `settings`: more of the user's; `vsix`: an extension to
 * install.
 */
export async function openWorkbench({ program: [node, main], executablePath, flags = [], settings, vsix }) {
  const user = join(HOME, 'user', 'User')
  mkdirSync(user, { recursive: true })
  const all = {
    'workbench.startupEditor': 'none',
    'telemetry.telemetryLevel': 'off',
    'extensions.autoUpdate': false,
    'extensions.autoCheckUpdates': false,
    'chat.disableAIFeatures': true,
    'workbench.secondarySideBar.defaultVisibility': 'hidden',
    'git.enabled': false,
    'files.autoSave': 'off',
    'precollect.python': PYTHON,
    ...settings,
  }
  writeFileSync(join(user, 'settings.json'), JSON.stringify(all))
  const folders = [
    ...['--accept-server-license-terms', '--telemetry-level', 'off'],
    ...['--server-data-dir', join(HOME, 'server'), '--user-data-dir', join(HOME, 'user')],
    ...['--extensions-dir', join(HOME, 'extensions')],
  ]
  if (vsix) {
    const { status, stderr } = spawnSync(node, [main, ...folders, '--install-extension', vsix], {
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`the extension was not installed: ${stderr}`)
  }
  const port = await freePort()
  const address = ['--without-connection-token', '--host', '127.0.0.1', '--port', String(port)]
  const server = spawn(node, [main, ...folders, ...address, ...flags], { stdio: 'ignore', detached: true })
  const stopServer = () => process.kill(-server.pid, 'SIGKILL') // its extension host holds the pipes
  process.once('SIGTERM', () => {
    stopServer()
    process.exit(1)
  })
  try {
    await until(async () => (await fetch(`http://127.0.0.1:${port}/version`)).ok)
    const browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    })
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    const stop = async () => {
      await browser.close()
      stopServer()
    }
    return { page, port, stop }
  } catch (error) {
    stopServer()
    throw error
  }
}

/** A picture of the workbench, where pictures are wanted. */
export async function takePicture(page, name) {
  if (SCREENSHOTS) await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) }).catch(() => {}) // it may be closed by then
}

/** Waits until `holds` answers with something true. */
export async function until(holds, what = 'the server of VS Code') {
  for (let turn = 0; turn < 300; turn++) {
    if (await Promise.resolve(holds()).catch(() => false)) return
    await sleep(100)
  }
  throw new Error(`waited for ${what}`)
}

function freePort() {
  return new Promise(resolve => {
    const listener = createServer().listen(0, '127.0.0.1', () => {
      const { port } = listener.address()
      listener.close(() => resolve(port))
    })
  })
}
