/**
 * Writes docs/rules.md from the rules themselves, docs/health.schema.json from the types of the JSON document, and
 * from the server's settings what VS Code offers and the table in docs/editors.md. A test fails while one of them is
 * stale.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { healthSchema } from './schema.mjs'
import { root } from './setup.mjs'

const { ruleReference } = await imported('rules', 'reference.ts')
const { settingsTable, vscodeProperties } = await imported('lsp', 'settings.ts')
const docs = join(root, 'docs')
mkdirSync(docs, { recursive: true })
writeFileSync(join(docs, 'rules.md'), ruleReference())
writeFileSync(join(docs, 'health.schema.json'), healthSchema())

const editors = join(docs, 'editors.md')
// From the head of the table to the line behind it.
const table = /^\| setting \|.*\n(?:\|.*\n)+/m
writeFileSync(
  editors,
  readFileSync(editors, 'utf8').replace(table, () => `${settingsTable()}\n`),
)

const extension = join(root, 'clients', 'vscode', 'package.json')
const manifest = JSON.parse(readFileSync(extension, 'utf8'))
const { 'precollect.path': path, 'precollect.trace.server': trace } =
  manifest.contributes.configuration.properties
manifest.contributes.configuration.properties = {
  'precollect.path': path,
  ...vscodeProperties(),
  'precollect.trace.server': trace,
}
writeFileSync(extension, `${JSON.stringify(manifest, null, 2)}\n`)

async function imported(...path) {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'server', 'src', ...path)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
  })
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`)
}
