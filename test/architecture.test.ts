/**
 * The law of the rooms and its fences, read from the imports as they stand. A room that is not on the list, an
 * import to the right, a fence that is crossed: each is named with its file.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { dirname, join, normalize, relative } from '../server/src/files/paths.ts'

/** From left to right; rooms of one step never see each other. */
const ORDER: readonly (readonly string[])[] = [
  ['files'],
  ['compile'],
  ['environment'],
  ['pytest'],
  ['simulate'],
  ['rules'],
  ['bridges'],
  ['confirm'],
  ['report'],
  ['engine'],
  ['lsp', 'cli'],
]

/** The only file outside of the rooms: it opens one of the two doors. */
const ENTRY = 'main.ts'

/** Of all that lies outside only this may be imported, for the version in it. */
const MANIFEST = '../../package.json'

const LONGEST_FILE = 500

interface Fence {
  readonly what: string
  /** Does this import cross it? */
  readonly crosses: (module: string) => boolean
  /** Paths below server/src/ that may. */
  readonly allowed: RegExp
}

const FENCES: readonly Fence[] = [
  {
    what: 'the file system',
    crosses: module => /^(node:)?fs(\/promises)?$/.test(module),
    allowed: /^files\//,
  },
  {
    what: 'tree-sitter',
    crosses: module => module.includes('tree-sitter'),
    allowed: /^compile\/parser\.ts$/,
  },
  {
    what: 'child processes',
    crosses: module => /^(node:)?child_process$/.test(module),
    // The interpreter, git, and what runs the project's own code: one module for each program.
    allowed: /^(environment\/(probe|git)|confirm\/process_group)\.ts$/,
  },
  {
    what: 'what connects to other machines',
    crosses: module => /^(?:node:)?(?:https?|http2|net|tls|dgram|undici)$|^@redis\//.test(module),
    allowed: /^engine\/remote_cache\/redis_store\.ts$/,
  },
  {
    what: 'the language server protocol',
    crosses: module => module.startsWith('vscode-'),
    allowed: /^lsp\//,
  },
]

interface Source {
  /** Below server/src/. */
  readonly path: string
  readonly text: string
  readonly imports: readonly string[]
}

const FOLDER = normalize(fileURLToPath(new URL('../server/src/', import.meta.url)))

const sources: readonly Source[] = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .map(normalize)
  .filter(path => path.endsWith('.ts'))
  .sort()
  .map(path => {
    const text = readFileSync(join(FOLDER, path), 'utf8')
    return { path, text, imports: importsOf(text) }
  })

describe('the rooms', () => {
  test('are those of the list', () => {
    const strangers = sources.filter(({ path }) => path !== ENTRY && stepOf(path) < 0).map(({ path }) => path)
    expect(strangers).toEqual([])
  })

  test('import only what lies to their left', () => {
    const wrong = sources
      .filter(({ path }) => path !== ENTRY)
      .flatMap(({ path, imports }) =>
        imports
          .filter(module => module.startsWith('.'))
          .map(module => relative(FOLDER, join(FOLDER, dirname(path), module)))
          .filter(target => target !== MANIFEST)
          .filter(
            target =>
              roomOf(target) !== roomOf(path) && !(stepOf(target) >= 0 && stepOf(target) < stepOf(path)),
          )
          .map(target => `${path} imports ${target}`),
      )
    expect(wrong).toEqual([])
  })
})

describe('the fences', () => {
  test.each(FENCES)('$what', ({ crosses, allowed }) => {
    const inside = sources.filter(({ path }) => !allowed.test(path))
    const wrong = inside.flatMap(({ path, imports }) =>
      imports.filter(crosses).map(module => `${path} imports ${module}`),
    )
    expect(wrong).toEqual([])
  })

  test('only the remote cache fetches', () => {
    const wrong = sources
      .filter(({ path }) => !path.startsWith('engine/remote_cache/'))
      .filter(({ text }) => /(?<![.\w])fetch\s*\(/.test(codeOf(text)))
      .map(({ path }) => path)
    expect(wrong).toEqual([])
  })

  test('only the command line prints and exits', () => {
    const wrong = sources
      .filter(({ path }) => path !== ENTRY && roomOf(path) !== 'cli')
      .filter(({ text }) => /(?<!\.)\bconsole\s*[.[]|\bprocess\s*\.\s*exit\b/.test(codeOf(text)))
      .map(({ path }) => path)
    expect(wrong).toEqual([])
  })
})

test('no source file is longer than it may be', () => {
  const long = sources
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > LONGEST_FILE)
    .map(({ path, lines }) => `${path}: ${lines}`)
  expect(long).toEqual([])
})

test('imports are seen in all their forms', () => {
  const text = [
    "import one from 'a'",
    "import type { Two } from './b.ts'",
    "import three, {\n  type Four,\n  five as six,\n} from '../c.ts'",
    "import * as seven from 'd'",
    "import 'e'",
    "export * from './f.ts'",
    "export { eight } from './g.ts'",
    "const nine = await import('./h.ts')",
    "type Ten = import('./i.ts').Ten",
    "// import no from 'j'",
    "const eleven = 'import no from k'",
  ].join('\n')
  expect(importsOf(text)).toEqual([
    'a',
    './b.ts',
    '../c.ts',
    'd',
    'e',
    './f.ts',
    './g.ts',
    './h.ts',
    './i.ts',
  ])
})

function roomOf(path: string): string {
  return path.slice(0, Math.max(path.indexOf('/'), 0))
}

/** Its place in the order; -1 for what is in no room. */
function stepOf(path: string): number {
  return ORDER.findIndex(rooms => rooms.includes(roomOf(path)))
}

/** The modules that a file names, types included, in their order by form: statements, then `import()`. */
function importsOf(text: string): string[] {
  const statements = text.matchAll(/^(?:import|export)\s+(?:type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?'([^']+)'/gm)
  const calls = text.matchAll(/^(?!\s*(?:\/\/|\*)).*\bimport\(\s*'([^']+)'/gm)
  return [...statements, ...calls].map(match => match[1]!)
}

/** The text without comments and literals. A quote in a regular expression can hide the rest of its line. */
function codeOf(text: string): string {
  return text.replace(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g,
    '',
  )
}
