/** Where the built parts of the report's page lie, and their text. */
import { readFileSync } from 'node:fs'

/**
 * Script and style of the page, as the build made them: beside the bundle, or, where the sources run themselves,
 * in the repository's `dist/`. Throws where they are not there: precollect is not whole.
 */
export function pageParts(): { readonly script: string; readonly style: string } {
  const folder = import.meta.url.endsWith('.ts') ? '../../../dist/page/' : './page/'
  const read = (name: string) => readFileSync(new URL(folder + name, import.meta.url), 'utf8')
  return { script: read('page.js'), style: read('page-style.css') }
}
