/**
 * Writes docs/rules.md from the rules themselves, and docs/health.schema.json from the types of the JSON document.
 * A test fails while one of them is stale.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { healthSchema } from './schema.mjs'
import { root } from './setup.mjs'

const { outputFiles } = await build({
  entryPoints: [join(root, 'server', 'src', 'rules', 'reference.ts')],
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'node',
})
const { ruleReference } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
)
const docs = join(root, 'docs')
mkdirSync(docs, { recursive: true })
writeFileSync(join(docs, 'rules.md'), ruleReference())
writeFileSync(join(docs, 'health.schema.json'), healthSchema())
