/** What import-time-exception says. */
import { expect, test } from 'vitest'
import { one, told } from './telling.ts'
import { World } from './world.ts'

test('import-time-exception: raised, and an exit', () => {
  expect([
    ...one('raise ValueError("no /p/data")', 'raise', 'ValueError: no /p/data', { kind: 'raised' }),
    ...one('sys.exit(2)', 'sys.exit(2)', 'SystemExit: 2', { kind: 'exit', code: 2 }),
  ]).toMatchInlineSnapshot(`
    [
      "error import-time-exception in test_a.py at raise
    this line raises ValueError while the file is imported: no data
    pytest cannot collect this test file
    cure its reason, or move the code into a function or fixture, so that importing does not run it
    breaks test_a.py",
      "error import-time-exception in test_a.py at sys.exit(2)
    this line ends the process while the file is imported (SystemExit: 2)
    pytest cannot collect this test file
    put it under if __name__ == "__main__":, or into a function
    breaks test_a.py",
    ]
  `)
})

test('import-time-exception: raised over a module that is missing, in many lines', () => {
  const world = new World({ 'test_a.py': 'raise RuntimeError\n' })
  const failure = world.failure(
    'RuntimeError: needs httpx.\n    $ pip install httpx\n',
    { kind: 'raised' },
    ['test_a.py', 'raise RuntimeError'],
    {
      cause: {
        exception: 'ModuleNotFoundError',
        message: "No module named 'httpx'",
        span: world.at('test_a.py'),
      },
    },
  )
  expect(told(world, { collectors: { 'test_a.py': [failure] } })).toMatchInlineSnapshot(`
    [
      "error import-time-exception in test_a.py at raise RuntimeError
    this line raises RuntimeError while the file is imported: needs httpx. $ pip install httpx
    pytest cannot collect this test file
    install the distribution that provides 'httpx', which it asks for, or move the code into a function or fixture, so that importing does not run it
    breaks test_a.py",
    ]
  `)
})
