/**
 * The style check of the Lua in the repository: `stylua` formats it (.stylua.toml), `luacheck` looks for what is wrong
 * (.luacheckrc). stylua comes with the packages of package-lock.json; luacheck is the one of this machine, else
 * Debian's, fetched into .cache/editors/. What a machine can't have is skipped, with the reason.
 *
 *   node scripts/lua.mjs        exit code 1 where something is to be mended
 */
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { debFolder } from './obtain_editors.mjs'
import { root, run, say } from './setup.mjs'

const FOLDERS = [join('clients', 'neovim'), join('test', 'editors')]

/** Each check: how its program is had, and what follows it on the command line. */
const CHECKS = [
  { name: 'style of Lua', obtain: stylua, args: ['--check'] },
  { name: 'luacheck', obtain: luacheck, args: ['--quiet'] },
]

/** How many of the checks pass, fail and can't be made here. */
export async function checkLua() {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for (const { name, obtain, args } of CHECKS) {
    const { command, env, reason } = await obtain().catch(error => ({ reason: error.message }))
    if (reason) {
      counts.skipped++
      say(`${name}: SKIPPED, ${reason}`)
      continue
    }
    const [program, ...first] = command
    const passes = run(program, [...first, ...args, ...FOLDERS], { env: { ...process.env, ...env } }) === 0
    counts[passes ? 'passed' : 'failed']++
    say(`${name}: ${passes ? 'passed' : 'FAILED'}`)
  }
  return counts
}

async function stylua() {
  const script = join(root, 'node_modules', '@johnnymorganz', 'stylua-bin', 'run.js')
  const command = [process.execPath, script]
  if (!starts(...command)) throw new Error('there is no stylua for this platform')
  return { command }
}

async function luacheck() {
  if (starts('luacheck')) return { command: ['luacheck'] }
  const runner = await debFolder('trixie', ['lua-check'])
  const folder = dirname(runner)
  const lua = join(folder, 'usr', 'share', 'lua', '5.1')
  return {
    command: [runner, 'usr/bin/lua5.1', join(folder, 'usr', 'bin', 'luacheck')],
    env: { LUA_PATH: `${join(lua, '?.lua')};${join(lua, '?', 'init.lua')};;` },
  }
}

function starts(program, ...args) {
  return spawnSync(program, [...args, '--version'], { stdio: 'ignore' }).status === 0
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  process.exitCode = (await checkLua()).failed === 0 ? 0 : 1
