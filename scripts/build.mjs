/**
 * Makes dist/: all that precollect is when installed. It runs with plain Node, with no node_modules beside it.
 *
 *   precollect.js            the command, from server/src/main.ts; what `import()` names is loaded when needed
 *   *_worker.js              one for each server/src/**\/*_worker.ts: entry points of worker threads
 *   *.wasm                   the parser and Python's grammar, looked for beside the code
 *   probe/                   the pytest plugin, alone in its folder
 *   page/                    script and style of the HTML report, from server/page/
 *   health.schema.json       the schema of the JSON document
 *
 * It is made beside its place and put there when it is whole: who starts the command while it is built gets
 * the old one.
 */
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { cache, fail, root, run, say, setup } from './setup.mjs'

const source = join(root, 'server', 'src')
const page = join(root, 'server', 'page')
const dist = join(root, 'dist')
/** Where a new one is made, and where the old one goes: beside it, for renaming to be all there is to do. */
const fresh = join(root, `.dist-${process.pid}`)
const former = `${fresh}-former`
const stampFile = join(cache, 'built')

/** The command, as built. */
export const command = join(dist, 'precollect.js')

/** Was dist/ made of these sources, this lock file and this script? */
export function isBuilt(stamp = stampOfSources()) {
  return existsSync(command) && readStamp() === stamp
}

/** Starts the command with these arguments, built first where need be. Returns its exit code. */
export async function startCommand(args) {
  if (!isBuilt()) {
    setup()
    await buildIfStale()
  }
  return run(process.execPath, [command, ...args], { cwd: process.cwd() })
}

/** Builds where dist/ was made of something else. */
export async function buildIfStale() {
  const stamp = stampOfSources()
  if (isBuilt(stamp)) return
  say('building dist/')
  await build(stamp)
  mkdirSync(cache, { recursive: true })
  writeFileSync(stampFile, stamp)
}

async function build(stamp) {
  const main = join(source, 'main.ts')
  if (!existsSync(main)) fail('server/src/main.ts is missing: there is nothing to build.')
  const { build: bundle } = await import('esbuild')
  rmSync(fresh, { recursive: true, force: true })
  const workers = filesBelow(source).filter(path => path.endsWith('_worker.ts'))
  await bundle({
    entryPoints: Object.fromEntries(
      [main, ...workers].map(path => [path === main ? 'precollect' : basename(path, '.ts'), path]),
    ),
    outdir: fresh,
    bundle: true,
    splitting: true,
    chunkNames: 'chunk-[hash]',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    define: { PRECOLLECT_BUILD: JSON.stringify(stamp.slice(0, 16)) },
    legalComments: 'none', // and no minifying: a stack trace in a bug report must be readable
    logLevel: 'warning',
    banner: { js: commonjsNames },
  }).catch(() => fail('the build failed.')) // esbuild has shown its messages itself
  for (const wasm of ['web-tree-sitter/web-tree-sitter.wasm', 'tree-sitter-python/tree-sitter-python.wasm']) {
    cpSync(join(root, 'node_modules', wasm), join(fresh, basename(wasm)))
  }
  cpSync(join(source, 'confirm', 'probe'), join(fresh, 'probe'), {
    recursive: true,
    filter: path => basename(path) !== '__pycache__',
  })
  await bundlePage(join(fresh, 'page'))
  cpSync(join(root, 'docs', 'health.schema.json'), join(fresh, 'health.schema.json'))
  const script = join(fresh, basename(command))
  const code = readFileSync(script, 'utf8')
  if (!code.startsWith('#!')) writeFileSync(script, `#!/usr/bin/env node\n${code}`)
  chmodSync(script, 0o755)
  replaceDist()
}

/** Script and style of the report's page: they run in a browser, with nothing beside them. */
async function bundlePage(folder) {
  const { build: bundle } = await import('esbuild')
  await bundle({
    entryPoints: { page: join(page, 'main.tsx'), 'page-style': join(page, 'style.css') },
    outdir: folder,
    bundle: true,
    minify: true,
    format: 'iife',
    target: ['chrome111', 'firefox113', 'safari16.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
  }).catch(() => fail('the build of the page failed.'))
}

function replaceDist() {
  if (existsSync(dist)) renameSync(dist, former)
  renameSync(fresh, dist)
  rmSync(former, { recursive: true, force: true })
}

/** What CommonJS packages expect to find; each chunk is a module of its own and needs them for itself. */
const commonjsNames = [
  "import { createRequire as $createRequire } from 'node:module'",
  "import { fileURLToPath as $fileURLToPath } from 'node:url'",
  "import { dirname as $dirname } from 'node:path'",
  'const require = $createRequire(import.meta.url)',
  'const __filename = $fileURLToPath(import.meta.url)',
  'const __dirname = $dirname(__filename)',
].join(';')

/** Changes with everything that dist/ is made of. */
export function stampOfSources() {
  const hash = createHash('sha256')
  for (const path of [
    join(root, 'package-lock.json'),
    join(root, 'scripts', 'build.mjs'),
    join(root, 'docs', 'health.schema.json'),
    ...filesBelow(source),
    ...filesBelow(page),
  ]) {
    hash.update(path.slice(root.length)).update('\0').update(readFileSync(path)).update('\0')
  }
  return hash.digest('hex')
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && !entry.name.endsWith('.pyc'))
    .map(entry => join(entry.parentPath, entry.name))
    .sort()
}

function readStamp() {
  return existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : null
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  setup()
  await buildIfStale()
}
