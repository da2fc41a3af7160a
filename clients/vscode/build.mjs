/** Makes dist/: the extension in one file, and the server that comes with it. */
import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = path => fileURLToPath(new URL(path, import.meta.url))

const server = here('../../dist')
if (!existsSync(server))
  throw new Error('the server is not built: run `npm run build` at the top of the repository')

rmSync(here('dist'), { recursive: true, force: true })
await build({
  entryPoints: [here('src/extension.ts')],
  outfile: here('dist/extension.js'),
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['vscode'],
  minify: true,
})
cpSync(server, here('dist/server'), { recursive: true })
// It is made of ES modules, and this package's own package.json does not say so.
writeFileSync(here('dist/server/package.json'), '{ "type": "module" }\n')
