/** Paths and modules that a configuration file of pytest names, as links to what they are. */
import { dirname, join } from '../../files/paths.ts'
import type { Span } from '../../files/span.ts'
import { served } from './imports.ts'
import type { Asked, Document } from './question.ts'
import { writtenSettings } from './written.ts'

export interface Link {
  readonly span: Span
  /** An existing file or folder. */
  readonly target: string
}

/** Settings whose words are paths, relative to the file. */
const PATHS: ReadonlySet<string> = new Set(['testpaths', 'pythonpath', 'confcutdir', 'cache_dir', 'log_file'])
/** Settings whose words are modules. */
const MODULES: ReadonlySet<string> = new Set(['DJANGO_SETTINGS_MODULE', 'required_plugins'])

/** The links of a file; none where it is no configuration of pytest, or can't be read while it is typed in. */
export function linksOf(asked: Asked, { path, text }: Document): readonly Link[] {
  return [...writtenSettings(path, text)].flatMap(([key, lines]) => {
    let before = ''
    return lines.flatMap(({ span }) =>
      words(text, span).flatMap(({ word, ...place }): Link[] => {
        const target = targetOf(asked, key, word, before, dirname(path))
        before = word
        return target ? [{ span: { path, ...place }, target }] : []
      }),
    )
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
  readonly start: number
  readonly end: number
}

/** The words of a line or item as it is written; of `--option=value` both. */
function words(text: string, { start, end }: Span): Word[] {
  return [...text.slice(start, end).matchAll(/[^\s"',[\]=]+/g)].map(({ 0: word, index }) => ({
    word,
    start: start + index,
    end: start + index + word.length,
  }))
}
