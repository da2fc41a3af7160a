/** `precollect report` and the formats of `check`: what is written where, and that nothing is written by halves. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { normalize } from '../../server/src/files/paths.ts'
import { command } from '../support/command.ts'
import { standardPython } from '../support/pythons.ts'

let folder = ''
beforeEach(() => {
  folder = normalize(realpathSync(mkdtempSync(`${tmpdir()}/precollect-report-`)))
  writeFileSync(join(folder, 'pytest.ini'), '[pytest]\n')
  writeFileSync(join(folder, 'test_a.py'), 'import nowhere_at_all\n\n\ndef test_one(): ...\n')
  writeFileSync(join(folder, 'test_b.py'), 'def test_two(): ...\n')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const precollect = (verb: string, ...args: string[]) =>
  command(folder, {}, [verb, '--python', standardPython().interpreter, ...args])
const FILES = ['health.html', 'health.json', 'health.junit.xml', 'health.md', 'health.sarif']

describe('report', () => {
  test('writes the whole set into a folder that it makes, and says where', async () => {
    const { code, out } = await precollect('report', '--no-interpreter', '-d', 'out/today')
    expect(code).toBe(1)
    expect(out.trimEnd().split('\n').sort()).toEqual(FILES.map(name => `${folder}/out/today/${name}`))
    expect(readdirSync(join(folder, 'out', 'today')).sort()).toEqual(FILES)
    const { statistics, bridges } = JSON.parse(readFileSync(join(folder, 'out/today/health.json'), 'utf8'))
    expect(statistics.tests).toEqual({ collects: 1, fails: 1, skips: 0, unknown: 0 })
    expect(bridges).toEqual([])
  })

  test('tells the bridges with who uses them, and the steps of a plan', async () => {
    writeFileSync(join(folder, 'new_place.py'), 'class Thing: ...\n')
    writeFileSync(
      join(folder, 'old_place.py'),
      '# precollect: bridge\nfrom new_place import Thing as Thing\n',
    )
    writeFileSync(join(folder, 'test_c.py'), 'from old_place import Thing\n')
    const told = async (...args: string[]) => {
      await precollect('report', '--no-interpreter', '-d', 'out', ...args)
      return JSON.parse(readFileSync(join(folder, 'out/health.json'), 'utf8'))
    }
    const { bridges, plan } = await told()
    expect(bridges).toEqual([
      {
        ...{ path: 'old_place.py', module: 'old_place', state: 'needed', because: null },
        ...{ names: ['Thing'], users: ['test_c.py'] },
      },
    ])
    expect(plan).toMatchObject({
      errors: { now: 1, after: 0 },
      steps: [{ kind: 'hand', command: null, errorsAfter: 0 }],
    })
    expect(readFileSync(join(folder, 'out/health.md'), 'utf8')).toContain(
      `**Plan:** 1 step brings 1 lost test file to 0.\n\n1. by hand: Install what provides 'nowhere\\_at\\_all': 0 left`,
    )
    expect((await told('--no-plan')).plan).toBeNull()
  })

  test('all or nothing: where one cannot be written, what was there stays', async () => {
    mkdirSync(join(folder, 'out', 'health.sarif'), { recursive: true })
    writeFileSync(join(folder, 'out', 'health.html'), 'of yesterday')
    const { code, out, err } = await precollect('report', '--no-interpreter', '--output-dir', 'out')
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(/^precollect: cannot write the report to out: .*health\.sarif is a folder\n$/)
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['health.html', 'health.sarif'])
    expect(readFileSync(join(folder, 'out', 'health.html'), 'utf8')).toBe('of yesterday')
  })

  test('a folder that cannot be made is told', async () => {
    const { code, err } = await precollect('report', '--no-interpreter', '-d', 'pytest.ini/out')
    expect(code).toBe(2)
    expect(err).toMatch(/^precollect: cannot write the report to pytest\.ini\/out: /)
  })
})

describe('check', () => {
  test.each([
    ['json-lines', /^\{"type":"report",/],
    ['markdown', /^## ❌ precollect: 1 test file fails to collect\n/],
    ['html', /^<!doctype html>\n/],
    ['sarif', /"version": "2\.1\.0"/],
    ['junit', /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites /],
    [
      'github',
      /^::error file=test_a\.py,line=1,endLine=1,col=8,endColumn=22,title=precollect unresolved-import::/,
    ],
    ['gitlab', /^\[\n {2}\{\n {4}"description": /],
    ['grouped', /^test_a\.py:\n {2}1:8 {2}error unresolved-import module 'nowhere_at_all' cannot be found\n/],
  ])('--output-format %s', async (format, begins) => {
    const { code, out } = await precollect('check', '--no-interpreter', '--output-format', format)
    expect(code).toBe(1)
    expect(out).toMatch(begins)
  })

  test('a file that cannot be written keeps what it held', async () => {
    const { code, err } = await precollect('check', '--no-interpreter', '-o', 'no/such/folder.txt')
    expect(code).toBe(2)
    expect(err).toMatch(/^precollect: cannot write no\/such\/folder\.txt: /)
    expect(existsSync(join(folder, 'no'))).toBe(false)
  })
})
