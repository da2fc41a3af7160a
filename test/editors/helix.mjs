/** The scenario in Helix, on the screen of a terminal: keys go in, and what stands there is read. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const { SCENARIO, WORKSPACE, HOME, NODE, PRECOLLECT, PYTHON } = process.env
/** Starts Helix and tmux: the program that runs those of its folder. */
const [runner] = process.argv.slice(2)
const scenario = JSON.parse(readFileSync(SCENARIO, 'utf8'))
const { dead, bridge } = scenario

const folder = join(HOME, '.config', 'helix')
mkdirSync(folder, { recursive: true })
writeFileSync(
  join(folder, 'languages.toml'),
  `[language-server.precollect]
command = "${NODE}"
args = ["${PRECOLLECT}", "server", "--stdio"]
config = { trusted = true, python = "${PYTHON}" }

[[language]]
name = "python"
language-servers = ["precollect"]
`,
)
// What the client's page advises, so that messages can be read.
writeFileSync(
  join(folder, 'config.toml'),
  '[editor]\nend-of-line-diagnostics = "hint"\n\n[editor.inline-diagnostics]\ncursor-line = "warning"\n',
)

const env = { ...process.env, XDG_CONFIG_HOME: join(HOME, '.config'), TERM: 'xterm-256color' }
const socket = join(HOME, 'tmux')
function tmux(...args) {
  const { stdout, stderr, status } = spawnSync(runner, ['usr/bin/tmux', '-S', socket, ...args], {
    encoding: 'utf8',
    env,
  })
  if (status !== 0) throw new Error(`tmux ${args[0]}: ${stderr}`)
  return stdout
}
const screen = () => tmux('capture-pane', '-p', '-t', 'helix')
const keys = (...names) => tmux('send-keys', '-t', 'helix', ...names)

async function until(what, holds) {
  for (const end = Date.now() + 40_000; Date.now() < end; ) {
    if (holds(screen())) return
    await sleep(100)
  }
  throw new Error(`waited for ${what}\n${screen()}`)
}
/** A command line of Helix, typed in normal mode. */
function type(line) {
  keys(':')
  keys('-l', line)
  keys('Enter')
}
/** Escape, seen to have worked: with a key close behind, it would be that key with Alt. */
async function leave(holds) {
  keys('Escape')
  await until('the effect of Escape', holds)
}

let failed = 0
async function it(name, work) {
  try {
    await work()
    console.log(`ok ${name}`)
  } catch (error) {
    failed++
    console.log(`FAIL ${name}\n${error.message}`)
  }
}

const hx = `cd '${WORKSPACE}' && '${runner}' usr/bin/hx '${dead.path}'`
tmux('-f', '/dev/null', 'new-session', '-d', '-s', 'helix', '-x', '160', '-y', '50', hx)

await it('the finding is shown', () => until('the finding', text => text.includes(dead.message)))

await it('the hover names the candidates', async () => {
  type(`goto ${dead.line + 1}`)
  keys('g', 'h', ...'l'.repeat(dead.character))
  keys('Space', 'k')
  await until('the hover', text => scenario.hover.every(words => text.includes(words)))
})

await it('the bridge is applied, and the finding vanishes', async () => {
  await leave(text => !text.includes(scenario.hover[0]))
  keys('Space', 'a')
  await until('the list of actions', text => text.includes(bridge.title))
  keys('Enter')
  await until('the edit', text => text.includes(bridge.text) && !text.includes(dead.message))
})

await it('an edit of another file, not saved, brings a finding into the first', async () => {
  type('write')
  type(`open ${scenario.break.path}`)
  await until('the other file', text => text.includes('class Group'))
  keys('g', 'g', 'x', 'd', 'i')
  // In one burst, of which Helix 25.01 may send the changes in another order than they were made in.
  const burst = `${scenario.break.text}  # ${'many letters '.repeat(8)}all`
  keys('-l', burst)
  await until('the edit', text => text.includes(burst))
  keys('Enter')
  await leave(text => text.includes(' NOR '))
  type(`open ${dead.path}`)
  await until('the finding', text => text.includes(scenario.break.message))
})

await it('pytest confirms what is saved', async () => {
  type('write-all')
  type('lsp-workspace-command precollect.confirm')
  await until('the state', text => text.includes(scenario.confirmed))
})

type('quit-all!')
try {
  tmux('kill-server')
} catch {} // it has ended with its only window
process.exitCode = failed === 0 ? 0 : 1
