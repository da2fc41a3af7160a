/** A file of the project that hides a module of Python or of a distribution: it gets another name. */
import { basename, dirname, join, stem } from '../../files/paths.ts'
import { hasWord } from '../../files/words.ts'
import { testFiles } from '../../rules/test_files.ts'
import { changeOf, editOf, type FileChange } from '../edit.ts'
import type { FixContext, Fixer, Proposal } from '../fix.ts'

export const shadowedModule: Fixer = {
  rule: 'shadowed-module',
  *propose(finding, context): Iterable<Proposal> {
    const { path } = finding.span
    const isPackage = basename(path) === '__init__.py'
    const from = isPackage ? dirname(path) : path
    if (testFiles(context.plan).has(path) || isPackage) return
    const name = stem(from)
    const fresh = [`${name}_`, `local_${name}`].find(
      each => context.fs.stat(join(dirname(from), `${each}.py`)) === null,
    )
    if (fresh === undefined) return
    const to = join(dirname(from), `${fresh}.py`)
    const importers = rewritten(context, from, name, fresh)
    const choices: readonly (readonly [key: string, title: string, changed: readonly FileChange[]])[] = [
      ['rename', `Rename it to ${basename(to)}`, []],
      ['rename and rewrite', `Rename it to ${basename(to)}, also where files beside it import it`, importers],
    ]
    for (const [key, title, changed] of choices) {
      if (key !== 'rename' && changed.length === 0) continue
      yield {
        key,
        title,
        safety: 'unsafe',
        edit: editOf({ renamed: [{ from, to }], changed }),
        command: null,
        because: `imports of '${name}' then get the module that it hides`,
      }
    }
  },
}

/** The files of the same folder that mean this one: what they ask `name` for stands in it. They ask for `fresh`. */
function rewritten(context: FixContext, from: string, name: string, fresh: string): FileChange[] {
  const folder = dirname(from)
  const own = context.text(from) ?? ''
  return (context.fs.list(folder) ?? []).flatMap(entry => {
    const path = join(folder, entry.name)
    const text =
      entry.kind === 'file' && entry.name.endsWith('.py') && path !== from ? context.text(path) : null
    if (text === null || !wantedOf(text, name).every(word => hasWord(own, word))) return []
    const statement = new RegExp(`^[ \\t]*(from|import)[ \\t]+${name}(?=[ \\t\\r\\n]|$)`, 'gm')
    const changes = [...text.matchAll(statement)].map(found => {
      const start = found.index + found[0].length - name.length
      const isRenamed = /^[ \t]+as\b/.test(text.slice(start + name.length))
      const alias = found[1] === 'import' && !isRenamed ? ` as ${name}` : ''
      return { start, end: start + name.length, text: fresh + alias }
    })
    return changes.length > 0 ? [changeOf(path, text, changes)] : []
  })
}

/** The names that a text asks a module for, by its look: from imports in one line, and attributes. */
function wantedOf(text: string, name: string): string[] {
  const imported = text.matchAll(new RegExp(`^[ \\t]*from[ \\t]+${name}[ \\t]+import[ \\t]+([\\w ,]+)`, 'gm'))
  const read = text.matchAll(new RegExp(`\\b${name}\\.(\\w+)`, 'g'))
  return [
    ...[...imported].flatMap(found => found[1]!.split(',').map(item => item.trim().split(' ', 1)[0]!)),
    ...[...read].map(found => found[1]!),
  ].filter(Boolean)
}
