/**
 * `npm start -- PATH...`: sets up, builds, and checks a project; without a path the broken one in sample/.
 * Options are passed on. A report with findings is no failure of this command.
 */
import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { buildIfStale, command } from './build.mjs'
import { root, run, say, setup } from './setup.mjs'

setup()
await buildIfStale()

const given = process.argv.slice(2)
// npm starts its scripts in the repository; paths are meant from where the user stands.
const here = process.env.INIT_CWD ?? process.cwd()
const paths = given.filter(arg => !arg.startsWith('-'))
const target = paths.length === 0 ? join(root, 'sample') : paths.length === 1 ? resolve(here, paths[0]) : null

// A single folder is a project: it is checked as if the user stood in it, as its own pytest run would be.
const project = target !== null && isFolder(target)
const status = run(
  process.execPath,
  [command, 'check', ...(project ? given.filter(arg => arg.startsWith('-')) : given)],
  { cwd: project ? target : here },
)

if (status === 0 || status === 1) {
  process.stderr.write('\n')
  if (paths.length === 0) say('that was sample/; your own project: npm start -- PATH')
  say('next: docs/ (the guide, a page for each rule) and clients/ (Neovim, VS Code, Helix, Emacs)')
}
process.exit(status === 1 ? 0 : status)

function isFolder(path) {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
