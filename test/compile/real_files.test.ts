/**
 * Real Python against two witnesses. CPython's own parser says what each file holds, function bodies included;
 * the whole tree has to give the same operations and places as the skeleton, which cuts and reads ahead.
 *
 * The files are a part of the standard library of the `python3` at hand; with a folder PRECOLLECT_CORPUS, all of it
 * and all files below that folder.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { compileBody, compileModule, compileModuleFully } from '../../server/src/compile/compile.ts'
import type { ModuleCode } from '../../server/src/compile/module_code.ts'
import { initParser } from '../../server/src/compile/parser.ts'
import { unparse } from './unparse.ts'

/** The whole tree takes a second for about two of these. */
const STANDARD_LIBRARY_BYTES = 6_000_000

const corpus = process.env.PRECOLLECT_CORPUS
const found = python('import sysconfig; print(sysconfig.get_path("stdlib"))', '')
const library = found === null ? null : found.trim()

function python(program: string, input: string): string | null {
  const { status, stdout } = spawnSync('python3', ['-I', '-c', program], {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  })
  return status === 0 ? stdout : null
}

/** Python files below a folder, in order of path; installed packages are not part of a standard library. */
function pythonFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.py') && !/(^|[\\/])site-packages[\\/]/.test(path))
    .sort()
    .map(path => join(folder, path))
}

function upTo(bytes: number, paths: readonly string[]): string[] {
  let left = bytes
  return paths.filter(path => {
    left -= statSync(path).size
    return left > 0
  })
}

/** The text of each file that CPython takes, with what it makes of it. */
function judged(paths: readonly string[]): [path: string, text: string, expected: string][] {
  const program = readFileSync(new URL('ast_as_text.py', import.meta.url), 'utf8')
  const output = python(program, paths.join('\n'))
  if (output === null) throw new Error('ast_as_text.py failed')
  const texts = JSON.parse(output) as Record<string, string>
  return Object.entries(texts).map(([path, expected]) => [path, readFileSync(path, 'utf8'), expected])
}

/** The operations with places and bodies put in for their indexes. */
function resolved(code: ModuleCode): string {
  return JSON.stringify(code.ops, (key, value: unknown) => {
    if (typeof value !== 'number') return value
    if (key === 'at' || key.endsWith('At')) return code.places.slice(2 * value, 2 * value + 2)
    return key === 'body' ? code.bodies[value] : value
  })
}

/** The first lines that differ, for a message that can be read. */
function difference(actual: string, expected: string): string | null {
  if (actual === expected) return null
  const lines = actual.split('\n')
  const others = expected.split('\n')
  const at = others.findIndex((line, i) => line !== lines[i])
  return `${lines[at]} instead of ${others[at]}`
}

/** Paths at which `compare` finds something, with what it finds. */
function disagreements(
  files: readonly [path: string, text: string, expected: string][],
  compare: (text: string, expected: string) => string | null,
): string[] {
  return files.flatMap(([path, text, expected]) => {
    const found = compare(text, expected)
    return found === null ? [] : [`${path}: ${found}`]
  })
}

describe.each([
  ['the standard library', library, corpus ? Number.POSITIVE_INFINITY : STANDARD_LIBRARY_BYTES],
  ['the corpus', corpus, Number.POSITIVE_INFINITY],
] as const)('%s', (_, folder, bytes) => {
  const missing = !folder || library === null
  let files: [string, string, string][] = []

  beforeAll(async () => {
    await initParser()
    if (!missing) files = judged(upTo(bytes, pythonFiles(folder)))
  }, 600_000)

  test.skipIf(missing)('is read as CPython reads it', { timeout: 600_000 }, () => {
    expect(files).not.toEqual([])
    const wrong = disagreements(files, (text, expected) =>
      difference(
        unparse(compileModule(text), body => compileBody(text, body)),
        expected,
      ),
    )
    expect(wrong).toEqual([])
  })

  test.skipIf(missing)(
    'has the same operations, places and bodies with and without cutting',
    { timeout: 600_000 },
    () => {
      const wrong = disagreements(files, text => {
        const full = compileModuleFully(text)
        // What tree-sitter can't read, the skeleton may still.
        if (full.suspects.some(({ what }) => what === 'error')) return null
        return difference(resolved(compileModule(text)), resolved(full))
      })
      expect(wrong).toEqual([])
    },
  )

  test.skipIf(missing)(
    'has the same operations, places and bodies where it is known to be right',
    { timeout: 600_000 },
    () => {
      const wrong = disagreements(files, text => {
        const accepted = compileModule(text, true)
        if (accepted.suspects.length > 0) return 'it is suspected'
        return difference(resolved(accepted), resolved(compileModule(text)))
      })
      expect(wrong).toEqual([])
    },
  )

  test.skipIf(missing)('is not suspected, as CPython takes it', { timeout: 600_000 }, () => {
    const wrong = disagreements(files, text => {
      const { suspects } = compileModule(text)
      return suspects.find(({ since }) => since === null)?.what ?? null
    })
    expect(wrong).toEqual([])
  })
})
