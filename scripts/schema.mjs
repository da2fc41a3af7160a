/** The JSON Schema of the document that `--output-format json` prints, made from its types and their comments. */
import { join } from 'node:path'
import { createGenerator } from 'ts-json-schema-generator'
import { root } from './setup.mjs'

/** The schema as text, with a line end. */
export function healthSchema() {
  const schema = createGenerator({
    path: join(root, 'server', 'src', 'report', 'json.ts'),
    tsconfig: join(root, 'tsconfig.json'),
    type: 'JsonReport',
    topRef: false,
    // Version 1 may grow: who reads it has to pass over what they do not know.
    additionalProperties: true,
    skipTypeCheck: true,
  }).createSchema('JsonReport')
  const { $schema, ...rest } = schema
  const title = 'precollect: the health of a test suite'
  return `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`
}
