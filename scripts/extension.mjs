/** `npm run package:vscode`: the extension for VS Code, with the server in it, as clients/vscode/precollect.vsix. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildIfStale } from './build.mjs'
import { root, run, setup } from './setup.mjs'

const folder = join(root, 'clients', 'vscode')
const inFolder = { cwd: folder, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' }

/** Builds it, around the server as built. Answers with its folder. */
export function buildExtension() {
  install()
  does('build')
  return folder
}

/** Packages it as a user installs it, around the server as built. Answers with the package's path. */
export function packageExtension() {
  install()
  does('package')
  return join(folder, 'precollect.vsix')
}

function install() {
  if (existsSync(join(folder, 'node_modules', '.package-lock.json'))) return
  if (run('npm', ['ci'], inFolder) !== 0)
    throw new Error('the packages of the extension could not be installed: is this machine offline?')
}

function does(script) {
  if (run('npm', ['run', '--silent', script], inFolder) !== 0)
    throw new Error(`npm run ${script} failed in ${folder}`)
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  setup()
  await buildIfStale()
  install()
  does('check:types')
  process.stdout.write(`${packageExtension()}\n`)
}
