/** The interpreter's own answers: what it is asked, what it must not run, and what happens when it fails. */
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Environment } from '../../server/src/environment/environment.ts'
import {
  confirmEnvironment,
  judgeSyntax,
  type ProbeResult,
  probeInterpreter,
} from '../../server/src/environment/probe.ts'
import { join } from '../../server/src/files/paths.ts'
import { makeScratch, type Scratch } from '../../server/src/files/scratch.ts'
import { standardPython } from '../support/pythons.ts'
import { discover, python } from './trees.ts'

const { interpreter } = standardPython()
const WINDOWS = process.platform === 'win32'

let scratch: Scratch
beforeEach(() => {
  scratch = makeScratch()
})
afterEach(() => scratch.remove())

/** An executable script in place of an interpreter. */
function script(text: string): string {
  const path = join(scratch.path, 'python')
  writeFileSync(path, `#!/bin/sh\n${text}\n`)
  chmodSync(path, 0o755)
  return path
}

describe('the probe', () => {
  test('runs no code of the project, wherever the variables lead', async () => {
    const project = join(scratch.path, 'project')
    mkdirSync(project)
    const trace = join(scratch.path, 'trace')
    for (const name of ['sitecustomize', 'usercustomize', 'json', 'os', 'importlib']) {
      writeFileSync(join(project, `${name}.py`), `open(${JSON.stringify(trace)}, 'w').close()\n`)
    }
    const env = {
      ...process.env,
      PYTHONPATH: project,
      PYTHONSTARTUP: join(project, 'json.py'),
      PYTHONINSPECT: '1',
    }
    const probe = await probeInterpreter(interpreter, { timeoutMs: 30_000, env })
    expect(probe?.sysPath).not.toContain(project)
    expect(existsSync(trace)).toBe(false)
  })

  test('survives what start-up hooks print and warnings made into errors', async () => {
    const env = { ...process.env, PYTHONWARNINGS: 'error', PYTHONVERBOSE: '1' }
    expect((await probeInterpreter(interpreter, { timeoutMs: 30_000, env }))?.version[0]).toBe(3)
  })

  test.skipIf(WINDOWS)('kills what does not answer in time', async () => {
    expect(await probeInterpreter(script('exec sleep 600'), { timeoutMs: 300, env: process.env })).toBeNull()
  })

  test.skipIf(WINDOWS)('takes no nonsense for an answer', async () => {
    expect(await probeInterpreter(script('echo "{}"'), { timeoutMs: 5_000, env: process.env })).toBeNull()
    expect(await probeInterpreter(script('exit 1'), { timeoutMs: 5_000, env: process.env })).toBeNull()
    expect(await probeInterpreter('/no/such/python', { timeoutMs: 5_000, env: process.env })).toBeNull()
  })
})

describe('an environment confirmed', () => {
  const base = (more: Partial<Environment> = {}): Environment => ({
    ...discover(python('/opt/py', '3.11.7'), { python: '/opt/py', env: { PYTHONPATH: '/variable' } }),
    ...more,
  })
  const answer = (environment: Environment, more: Partial<ProbeResult> = {}): ProbeResult => ({
    version: environment.version,
    implementation: 'cpython',
    prefix: environment.prefix,
    basePrefix: environment.basePrefix,
    sysPath: environment.sysPath.filter(path => path !== '/variable'),
    stdlib: environment.stdlib,
    builtinModules: environment.builtinModules,
    extensionSuffixes: environment.extensionSuffixes,
    finders: ['_frozen_importlib.BuiltinImporter', '_frozen_importlib_external.PathFinder'],
    namespaces: {},
    injected: [],
    flags: {},
    ...more,
  })

  test('by an interpreter that agrees stays as it was', () => {
    const environment = base()
    expect(confirmEnvironment(environment, answer(environment))).toEqual(environment)
  })

  test('by one that differs takes its word, and says where', () => {
    const environment = base()
    const told = answer(environment, {
      version: [3, 11, 9],
      sysPath: [...environment.stdlib, '/elsewhere'],
      builtinModules: ['sys', 'math'],
    })
    const confirmed = confirmEnvironment(environment, told)
    expect(confirmed.version).toEqual([3, 11, 9])
    expect(confirmed.sysPath).toEqual(['/variable', ...environment.stdlib, '/elsewhere'])
    expect(confirmed.builtinModules).toEqual(expect.arrayContaining(['math', 'zipimport']))
    expect(confirmed.unknown).toEqual([
      'The interpreter is 3.11.9; its files say 3.11.7.',
      "/elsewhere is on the interpreter's sys.path; no file says why, and it was not read.",
      "/opt/py/lib/python3.11/site-packages is not on the interpreter's sys.path, though its files put it there.",
    ])
  })

  test('a version that was only assumed is no difference', () => {
    const tree = { '/usr/lib/python3.11/os.py': '', '/usr/bin/python3': 'ELF' }
    const environment = discover(tree, { python: '/usr/bin/python3' })
    const confirmed = confirmEnvironment(environment, answer(environment, { version: [3, 11, 2] }))
    expect(confirmed).toMatchObject({ version: [3, 11, 2], unknown: [] })
  })

  describe('lines that were not understood', () => {
    const line = '/site/x.pth: import strange'
    const environment = base({
      opaquePth: [line],
      unknown: [`It is not known what this does to the import system: ${line}`],
    })

    test('are settled if they left nothing behind', () => {
      expect(confirmEnvironment(environment, answer(environment))).toMatchObject({
        opaquePth: [],
        unknown: [],
      })
    })

    test.each([{ finders: ['strange.Finder'] }, { injected: ['made_up'] }])('but not with %o', more => {
      expect(confirmEnvironment(environment, answer(environment, more)).opaquePth).toEqual([line])
    })
  })
})

describe('the verdict on syntax', () => {
  const bytes = (text: string) => new TextEncoder().encode(text)
  const judge = async (texts: Record<string, string>) => {
    const files = Object.entries(texts).map(([path, text]) => ({ path, bytes: bytes(text) }))
    return Object.fromEntries(await judgeSyntax(interpreter, files))
  }

  test('of files whatever they are called', async () => {
    const verdicts = await judge({ 'grün/日本.py': 'x = = 1', 'plain.py': '' })
    expect(Object.entries(verdicts).map(([path, { ok }]) => [path, ok])).toEqual([
      ['grün/日本.py', false],
      ['plain.py', true],
    ])
  })

  test('tells good files from bad ones, with line and column in UTF-16', async () => {
    const verdicts = await judge({
      good: 'x = 1\nraise SystemExit(3)\n',
      plain: 'x = 1\r\ny = = 2\r\n',
      emoji: 'x = "😀"; y = = 2\n',
      accents: 'x = "éé"; return 1\n',
      marked: '\ufeffy = = 2\n',
      indented: 'if x:\nz = 1\n',
    })
    const at = Object.entries(verdicts).map(([path, verdict]) =>
      verdict.ok ? [path] : [path, verdict.exception, verdict.line, verdict.column],
    )
    expect(at).toEqual([
      ['good'],
      ['plain', 'SyntaxError', 2, 5],
      ['emoji', 'SyntaxError', 1, 15],
      ['accents', 'SyntaxError', 1, 11],
      ['marked', 'SyntaxError', 1, 5],
      ['indented', 'IndentationError', 2, 1],
    ])
  })

  test('is not moved by what compile() may throw otherwise, or warn of', async () => {
    const { deep, nulls, warned, encoded, last } = await judge({
      deep: `x = ${'('.repeat(500)}${')'.repeat(500)}\n`,
      nulls: 'x\0',
      warned: 'x = "\\d" is 1\n',
      encoded: '# coding: nonsense\n',
      last: 'x = 1\n',
    })
    expect([deep?.ok, nulls?.ok, encoded?.ok]).toEqual([false, false, false])
    expect(nulls).toMatchObject({
      message: 'source code string cannot contain null bytes',
      line: 1,
      column: 1,
    })
    expect(encoded).toMatchObject({ exception: 'SyntaxError', message: 'unknown encoding: nonsense' })
    expect([warned, last]).toEqual([{ ok: true }, { ok: true }])
  })

  test.skipIf(WINDOWS)('of the others is known if one takes the interpreter down', async () => {
    // Stands for an interpreter that dies on each third file it is given.
    const dying = script(`exec ${interpreter} "$@" | head -n 2`)
    const files = ['a', 'b', 'dies', 'c', 'd'].map(path => ({ path, bytes: bytes('x = 1\n') }))
    expect([...(await judgeSyntax(dying, files)).keys()]).toEqual(['a', 'b', 'c', 'd'])
  })

  test('is empty where no interpreter answers', async () => {
    expect(await judgeSyntax('/no/such/python', [{ path: 'a', bytes: bytes('') }])).toEqual(new Map())
  })
})
