/** What syntax-error says. */
import { expect, test } from 'vitest'
import { told } from './telling.ts'
import { World } from './world.ts'

test('syntax-error: proved, and suspected only', () => {
  const world = new World({ 'test_a.py': 'def f(:\n', 'test_b.py': 'print "x"\n' })
  const failure = world.failure('SyntaxError: invalid syntax (test_a.py, line 1)', { kind: 'syntax' }, [
    'test_a.py',
    'def f(:',
    ':',
  ])
  const happened = {
    collectors: { 'test_a.py': [failure], 'test_b.py': 'unknown' },
    suspects: ['test_b.py'],
  } as const
  expect(told(world, happened)).toMatchInlineSnapshot(`
    [
      "error syntax-error in test_a.py at :
    SyntaxError: invalid syntax
    pytest cannot collect this test file
    correct the line; Python 3.12 has to compile it
    breaks test_a.py",
      "warning syntax-error in test_b.py at the file
    test_b.py may not compile
    its syntax could not be followed, and no interpreter was there to decide
    look at the file, or name an interpreter that may be started",
    ]
  `)
})

test('syntax-error: the markers of a merge', () => {
  const text = 'a = 1\n<<<<<<< HEAD\nb = 1\n=======\nb = 2\n>>>>>>> theirs\n'
  const world = new World({ 'test_a.py': text })
  const message = 'SyntaxError: invalid syntax (test_a.py, line 2)'
  const failure = world.failure(message, { kind: 'syntax' }, ['test_a.py', '<<<<<<< HEAD', '<<'])
  const [said] = told(world, { collectors: { 'test_a.py': [failure] } })
  expect(said).toContain('conflict markers: resolve the merge')
})
