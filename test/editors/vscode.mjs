/**
 * Runs vscode_extension.cjs in the extension host of a VS Code whose workbench is open in a Chromium. The extension
 * is the one in clients/vscode, as built.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openWorkbench, takePicture } from './vscode_workbench.mjs'

const { WORKSPACE } = process.env
const [node, main, extension, executablePath] = process.argv.slice(2)
const patience = 100_000
let steps = 0

const { page, port, stop } = await openWorkbench({
  program: [node, main],
  executablePath,
  // Without the driver a workbench as built ignores which tests it is told to run.
  flags: ['--disable-workspace-trust', '--enable-smoke-test-driver'],
  settings: { 'security.workspace.trust.enabled': false },
})
try {
  const ended = new Promise(resolve => {
    void page.exposeFunction('codeAutomationExit', resolve)
    void page.exposeFunction('codeAutomationLog', (_, words) => {
      const line = words.join(' ')
      if (!/^(ok|FAIL) /.test(line)) return
      console.log(line)
      void takePicture(page, `host-${++steps}`)
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
  await stop()
}
