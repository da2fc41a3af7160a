/**
 * Every file of the test interpreter's standard library: none makes the compiler throw, and what it suspects or can't
 * decode holds all that the interpreter's own compile() refuses. The library has files that are broken on purpose.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { compileModule } from '../../server/src/compile/compile.ts'
import { initParser } from '../../server/src/compile/parser.ts'
import { judgeSyntax } from '../../server/src/environment/probe.ts'
import { decodeSource } from '../../server/src/files/decode.ts'
import { join, normalize } from '../../server/src/files/paths.ts'
import { standardPython } from '../support/pythons.ts'

beforeAll(initParser)

const { interpreter, version } = standardPython()
const [, minor = 0] = version.split('.').map(Number)

/** Folder, or null: some systems come without the source of the library. */
function library(): string | null {
  const asked = spawnSync(interpreter, ['-c', 'import sysconfig; print(sysconfig.get_path("stdlib"))'])
  return asked.status === 0 ? normalize(asked.stdout.toString().trim()) : null
}

function files(folder: string): { path: string; bytes: Uint8Array }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(normalize)
    .filter(path => path.endsWith('.py') && !path.includes('site-packages/'))
    .sort()
    .map(path => ({ path, bytes: readFileSync(join(folder, path)) }))
}

/** Would precollect ask the interpreter about the file, or refuse it itself? */
function isDoubted(bytes: Uint8Array): boolean {
  const decoded = decodeSource(bytes)
  if ('error' in decoded) return true
  return compileModule(decoded.text).suspects.some(({ since }) => since === null || since[1] > minor)
}

test('whatever the interpreter refuses was suspected, and little else', { timeout: 300_000 }, async () => {
  const all = files(library()!)
  const verdicts = await judgeSyntax(interpreter, all, { timeoutMs: 200_000 })
  const refused = all.filter(({ path }) => verdicts.get(path)?.ok === false).map(({ path }) => path)
  const doubted = all.filter(({ bytes }) => isDoubted(bytes)).map(({ path }) => path)
  expect(refused).not.toEqual([])
  expect(refused.filter(path => !doubted.includes(path))).toEqual([])
  // A file that can't be decoded is refused without asking: there no suspicion may be wrong.
  const undecodable = all.filter(({ bytes }) => 'error' in decodeSource(bytes)).map(({ path }) => path)
  expect(undecodable.filter(path => !refused.includes(path))).toEqual([])
  // To ask costs the start of an interpreter: a construct that is fine must not be asked about again and again.
  expect(doubted.filter(path => !refused.includes(path))).toEqual([])
})
