/**
 * Where arguments come from: the command line, `PYTEST_ADDOPTS` and the key `addopts`, with `@file` replaced
 * by the lines of the file. Which of them are options is decided in `argparse.ts`.
 */
import type { FileSystem } from '../files/file_system.ts'
import { join } from '../files/paths.ts'
import type { Arg } from './argparse.ts'
import { type Config, readIniValue, wordsOf } from './config.ts'
import type { Stop } from './plan.ts'
import { splitShell } from './python_text.ts'
import { badValue, traceback } from './stop.ts'
import type { IniSpec } from './tables.ts'
import { atLeast } from './version.ts'

export interface Arguments {
  readonly args: readonly Arg[]
  readonly stop: Stop | null
}

export function commandLineArgs(texts: readonly string[]): readonly Arg[] {
  return texts.map(text => ({ text, span: null, origin: 'command line' }))
}

/** `PYTEST_ADDOPTS`, split as a shell does; a quote that is not closed is a traceback in every version. */
export function environmentArgs(env: Readonly<Record<string, string>>): Arguments {
  const split = splitShell(env.PYTEST_ADDOPTS ?? '')
  if ('error' in split) {
    const place = { phase: 'config', span: null, subject: 'PYTEST_ADDOPTS' } as const
    return { args: [], stop: traceback('ValueError', split.error, place) }
  }
  return { args: split.words.map(({ text }) => ({ text, span: null, origin: 'environment' })), stop: null }
}

/** The words of `addopts`. Lines that are comments are gone before: the ini reader drops them. */
export function configuredArgs(config: Config, spec: IniSpec): Arguments {
  const read = readIniValue(config, spec)
  if (!read.fault) return { args: wordsOf(read), stop: null }
  const place = { phase: 'config', span: read.entry?.written?.span ?? null, subject: 'addopts' } as const
  return { args: [], stop: badValue(config.version, read.fault, place, false) }
}

/**
 * argparse's `fromfile_prefix_chars="@"`, from 8.2 on: each line of the file is one argument. `error` is what
 * argparse says about a file that cannot be opened.
 */
export function expandFiles(
  fs: FileSystem,
  cwd: string,
  version: string,
  args: readonly Arg[],
  depth = 0,
): { readonly args: readonly Arg[]; readonly error: string | null } {
  if (!atLeast(version, '8.2') || depth > 20) return { args, error: null }
  const out: Arg[] = []
  for (const arg of args) {
    if (!arg.text.startsWith('@')) {
      out.push(arg)
      continue
    }
    const name = arg.text.slice(1)
    const bytes = fs.read(join(cwd, name))
    if (!bytes) return { args: out, error: `[Errno 2] No such file or directory: '${name}'` }
    const lines = new TextDecoder().decode(bytes).split(/\r\n?|\n/)
    if (lines.at(-1) === '') lines.pop()
    const inner = expandFiles(
      fs,
      cwd,
      version,
      lines.map(text => ({ ...arg, text })),
      depth + 1,
    )
    if (inner.error) return inner
    out.push(...inner.args)
  }
  return { args: out, error: null }
}
