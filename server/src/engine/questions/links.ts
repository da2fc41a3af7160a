/** Paths and modules that a configuration file of pytest names, as links to what they are. */
import { dirname, join } from '../../files/paths.ts'
import type { Span } from '../../files/span.ts'
import { served } from './imports.ts'
import { type Asked, type Document, textOf } from './question.ts'

export interface Link {
  readonly span: Span
  /** An existing file or folder. */
  readonly target: string
}

/** Settings whose words are paths, relative to the file. */
const PATHS: ReadonlySet<string> = new Set(['testpaths', 'pythonpath', 'confcutdir', 'cache_dir', 'log_file'])
/** Settings whose words are modules. */
const MODULES: ReadonlySet<string> = new Set(['DJANGO_SETTINGS_MODULE', 'required_plugins'])

export function linksOf(asked: Asked, { path, text }: Document): readonly Link[] {
  const { plan } = asked.analysis
  // While the text is newer, the places of settings in it aren't known.
  if (textOf(asked, path) !== text) return []
  return Object.entries(plan.settings).flatMap(([key, { span }]) => {
    if (span?.path !== path) return []
    return words(text, span).flatMap(({ word, before, ...place }): Link[] => {
      const target = targetOf(asked, key, word, before, dirname(path))
      return target ? [{ span: { path, ...place }, target }] : []
    })
  })
}

function targetOf(asked: Asked, key: string, word: string, before: string, folder: string): string | null {
  if (MODULES.has(key)) return served(asked, word)?.file ?? null
  if (key === 'addopts' && before === '-p') return served(asked, word)?.file ?? null
  if (!PATHS.has(key) && (key !== 'addopts' || !/[/.]/.test(word))) return null
  const target = join(folder, word)
  return asked.fs.stat(target) ? target : null
}

interface Word {
  readonly word: string
  /** The word in front of it. */
  readonly before: string
  readonly start: number
  readonly end: number
}

/** The words of a value, whether it is text or a list; of `--option=value` the value. */
function words(text: string, { start, end }: Span): Word[] {
  const found: Word[] = []
  for (const { 0: word, index } of text.slice(start, end).matchAll(/[^\s"',[\]=]+/g)) {
    const at = start + index
    found.push({ word, before: found.at(-1)?.word ?? '', start: at, end: at + word.length })
  }
  return found
}
