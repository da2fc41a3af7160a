/** The grammar of cases: what a mark says, and that a slip in one is an error. */
import { describe, expect, test } from 'vitest'
import { type Mark, parseCase, predictedOutcome, realOutcome, sessionStop } from './case_file.ts'

function parse(...lines: string[]) {
  return parseCase('topic/name.case', `A title.\n\n${lines.join('\n')}\n`)
}

function mark(...lines: string[]): Mark {
  return parse('-- a.py --', ...lines).marks[0]!
}

describe('the head', () => {
  test('has a title, headers and defaults', () => {
    const c = parseCase(
      'topic/name.case',
      'Two lines\nof prose: with a colon.\n\npytest: -k "a b" -x\nneeds: six==1.17.0\nenv: A=b=c\n-- a.py --\n',
    )
    expect([c.title, c.name, c.pytestArgs]).toEqual([
      'Two lines of prose: with a colon.',
      'name',
      ['-k', 'a b', '-x'],
    ])
    expect([c.needs, c.env]).toEqual([[{ name: 'six', version: '1.17.0' }], { A: 'b=c' }])
    expect([c.invocation, c.cwd, c.python, c.pytestVersion]).toEqual(['pytest', '.', null, null])
  })

  test('must be right', () => {
    expect(() => parse('run: nose', '-- a.py --')).toThrow('run: nose')
    expect(() => parse('outcome: a.py dies', '-- a.py --')).toThrow('outcome')
    expect(() => parse('python: >=3.9', 'pyhton: >=3.9', '-- a.py --')).toThrow('topic/name.case:4')
    expect(() => parse('no section at all')).toThrow('no section')
  })
})

test('sections are files, folders and what is installed', () => {
  const c = parse(
    '-- a.py --',
    'x = 1',
    '',
    '-- b/__init__.py --',
    '-- c/ --',
    '-- site-packages/lib.py --',
    'y = 2',
  )
  expect([...c.files]).toEqual([
    ['a.py', 'x = 1\n\n'],
    ['b/__init__.py', ''],
    ['c/', ''],
  ])
  expect([...c.sitePackages]).toEqual([['lib.py', 'y = 2\n']])
  expect(() => parse('-- a.py --', '-- a.py --')).toThrow('twice')
})

test('cures are files that change, one step after the other', () => {
  const c = parse('-- a.py --', '-- after: a.py --', 'x', '-- after: b.py --', '-- after 2: a.py --', 'y')
  expect(c.cures.map(files => [...files])).toEqual([
    [
      ['a.py', 'x\n'],
      ['b.py', ''],
    ],
    [['a.py', 'y\n']],
  ])
  expect(() => parse('-- a.py --', '-- after 2: a.py --')).toThrow('cure')
  expect(() => parse('-- after: a.py --', 'x', '#^ a-rule -> a.py')).toThrow('SHADOWED')
})

describe('a mark', () => {
  test('covers the columns of its carets, and of a # that touches them', () => {
    expect(mark('import os', '#      ^^ a-rule -> t.py')).toMatchObject({
      line: 1,
      columns: [7, 9],
      breaks: ['t.py'],
    })
    expect(mark('raise X', '#^^^^^^ a-rule -> t.py').columns).toEqual([0, 7])
    expect(mark('if x:', '    raise X', '    #^^^^^^ a-rule -> t.py')).toMatchObject({
      line: 2,
      columns: [4, 11],
    })
  })

  test('stands below others of the same line', () => {
    const { marks } = parse(
      '-- a.py --',
      'x',
      'import a, b',
      '#      ^ one -> t.py',
      '#         ^ two (warning)',
    )
    expect(marks.map(it => [it.rule, it.line, it.columns, it.severity])).toEqual([
      ['one', 2, [7, 8], 'error'],
      ['two', 2, [10, 11], 'warning'],
    ])
  })

  test('can speak of the whole file, of another place, of the session', () => {
    expect(mark('#^file a-rule at t.py:3 -> t.py')).toMatchObject({
      columns: null,
      raisedAt: [{ path: 't.py', line: 3 }],
    })
    expect(mark('exit()', '#^^^^^ a-rule (session 3) -> a.py, b/c.py')).toMatchObject({
      exitCode: 3,
      breaks: ['a.py', 'b/c.py'],
    })
  })

  test('must be one', () => {
    expect(() => mark('import os', '#      ^^ a-rule')).toThrow('not a mark')
    expect(() => mark('import os', '#      ^^ a-rule (warnin)')).toThrow('not a mark')
    expect(() => mark('import os', '#      ^^^ a-rule -> t.py')).toThrow('not a mark')
    expect(() => mark('#      ^^ a-rule -> t.py')).toThrow('not a mark')
    expect(() => mark('import os', '#      ^^ Miss a-rule -> t.py')).toThrow('not a mark')
    expect(() => parse('-- site-packages/a.py --', 'x', '#^ a-rule -> t.py')).toThrow('installed')
  })
})

test('marks and outcomes say what pytest does and what precollect says', () => {
  const c = parse(
    'outcome: s.py skips',
    'outcome: u.py unknown',
    '-- a.py --',
    '#^file one -> both.py',
    '#^file MISS two -> u.py, missed.py',
    '#^file FALSE three -> false.py',
    '#^file UNSURE four -> unsure.py',
    '#^file MISS five (session 4)',
  )
  const of = ['both.py', 'missed.py', 'false.py', 'unsure.py', 's.py', 'u.py', 'other.py']
  expect(of.map(path => [path, realOutcome(c, path), predictedOutcome(c, path)])).toEqual([
    ['both.py', 'fails', 'fails'],
    ['missed.py', 'fails', 'collects'],
    ['false.py', 'collects', 'fails'],
    ['unsure.py', 'fails', 'unknown'],
    ['s.py', 'skips', 'skips'],
    ['u.py', 'fails', 'unknown'],
    ['other.py', 'collects', 'collects'],
  ])
  expect([sessionStop(c, 'real'), sessionStop(c, 'predicted')]).toEqual([4, null])
})
