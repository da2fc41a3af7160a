/**
 * A library's module-level `__getattr__` (PEP 562) that gives names of a table and refuses all others. Only the text is
 * read: what it takes for such a hook gives no name that the file does not spell.
 */
import { escapeRegExp } from '../files/words.ts'

const HOOK = /^def __getattr__\(\s*(\w+)[^)]*\)[^\n]*:[ \t]*(?:#[^\n]*)?\n((?:[ \t]+[^\n]*\n|[ \t]*\n)+)/gm

/** The text less its `__getattr__`, if that is a strict one; else the text as it is. */
export function withoutStrictHook(text: string): string {
  if (!text.includes('__getattr__')) return text
  const hooks = [...text.matchAll(HOOK)]
  const [hook] = hooks
  if (!hook || hooks.length > 1) return text
  const [whole, name, body] = hook as unknown as [string, string, string]
  const rest = text.replace(whole, '\n')
  return refusesOthers(body, name, rest) ? rest : text
}

/** Does it come to `raise AttributeError` for all names but those of tables that the file writes out? */
function refusesOthers(body: string, name: string, rest: string): boolean {
  const statements = topStatements(body)
  for (const [head, block] of statements) {
    if (/^raise AttributeError\b/.test(head)) return true
    if (/^(?:[rR]?(?:"""|'''|"|')|import |from |global )/.test(head)) continue
    const condition = /^(?:el)?if (.*):(?:\s*#.*)?$/.exec(head)?.[1]
    if (condition === undefined) return false
    const refused = new RegExp(`^${name} not in (\\w+)$`).exec(condition)?.[1]
    if (refused !== undefined) return isWrittenOut(refused, rest) && /^\s*raise AttributeError\b/.test(block)
    if (!isAboutTables(condition, name, rest)) return false
  }
  return false
}

/** Is the condition false for each name that the file does not spell? */
function isAboutTables(condition: string, name: string, rest: string): boolean {
  if (new RegExp(`^${name} == (["'])\\w+\\1$`).test(condition)) return true
  const literal = new RegExp(`^${name} in [([{][\\w\\s"',]*[)\\]}]$`)
  const table = new RegExp(`^${name} in (\\w+)$`).exec(condition)?.[1]
  return literal.test(condition) || (table !== undefined && isWrittenOut(table, rest))
}

/** Is it bound once, to a display, and asked of nothing that changes it? */
function isWrittenOut(table: string, rest: string): boolean {
  const word = escapeRegExp(table)
  const bound = rest.match(new RegExp(`^${word}\\b[^=\\n]*=(?!=)[ \\t]*[([{]`, 'gm'))
  const writes = new RegExp(
    `\\b${word}\\b\\s*(?:[-+|&]=|\\[[^\\]]*\\]\\s*=(?!=)|\\.(?!items\\b|keys\\b|values\\b|get\\b))|=[ \\t]*\\[[^\\]]*\\bfor\\b|\\b(?:globals|setattr)\\(`,
  )
  return bound?.length === 1 && !writes.test(rest)
}

/** The statements at the body's own margin: their first lines, and what stands below. */
function topStatements(body: string): [head: string, block: string][] {
  const lines = withoutDocstring(body).split('\n')
  const margin = /^[ \t]+(?=\S)/.exec(lines.find(line => line.trim() !== '') ?? '')?.[0] ?? ''
  const statements: [string, string][] = []
  for (const line of lines) {
    const text = line.slice(margin.length)
    if (line.trim() === '' || /^\s*#/.test(line)) continue
    if (/^\S/.test(text) && !/^[)\]}]/.test(text)) statements.push([text, ''])
    else if (statements.length > 0) statements.at(-1)![1] += `${text}\n`
  }
  return statements
}

function withoutDocstring(body: string): string {
  return body.replace(/^(\s*)[rR]?("""|''')[\s\S]*?\2/, '$1"" ')
}
