/**
 * `npm run bench:accuracy` and its kin (bench/README.md): sets up, builds, and starts a
 * benchmark on the built command. Its sources are TypeScript: they are bundled into .cache/ first.
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildIfStale } from './build.mjs'
import { cache, fail, root, setup } from './setup.mjs'

const NAMES = [
  'accuracy',
  'mutations',
  'rescue',
  'speed',
  'probe',
  'kills',
  'lsp',
  'report',
  'scale',
  'edits',
]

const [name, ...given] = process.argv.slice(2)
if (!NAMES.includes(name)) fail(`usage: node scripts/bench.mjs ${NAMES.join('|')} [OPTIONS]`)
setup()
await buildIfStale()

const { build } = await import('esbuild')
const bundled = join(cache, 'bench', `${name}.mjs`)
await build({
  entryPoints: [join(root, 'bench', name, 'main.ts')],
  outfile: bundled,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  sourcemap: 'inline',
  logLevel: 'warning',
})
const { main } = await import(pathToFileURL(bundled).href)
process.exitCode = await main(root, given[0] === '--' ? given.slice(1) : given)
