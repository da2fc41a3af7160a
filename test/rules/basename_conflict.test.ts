/** What basename-conflict says. */
import { expect, test } from 'vitest'
import { told } from './telling.ts'
import { World } from './world.ts'

test('basename-conflict: two test files, and a name that something else has', () => {
  const world = new World({ 'a/test_x.py': '', 'b/test_x.py': '', 'tests/test_json.py': '' })
  const mismatch = (name: string, first: string, second: string) =>
    world.failure(
      'ImportPathMismatchError: import file mismatch',
      { kind: 'file-mismatch', name, first, second: `/p/${second}` },
      [second, ''],
    )
  expect(
    told(world, {
      collectors: {
        'a/test_x.py': 'collects',
        'b/test_x.py': [mismatch('test_x', '/p/a/test_x.py', 'b/test_x.py')],
        'tests/test_json.py': [
          mismatch('test_json', '/usr/lib/python3.12/test_json.py', 'tests/test_json.py'),
        ],
      },
    }),
  ).toMatchInlineSnapshot(`
    [
      "error basename-conflict in b/test_x.py at the file
    b/test_x.py is imported as 'test_x', which is already a/test_x.py
    pytest cannot collect this test file
    rename one of the two files; an __init__.py in a and b or --import-mode=importlib also keeps them apart
    breaks b/test_x.py
    see a/test_x.py: 'test_x' is this file",
      "error basename-conflict in tests/test_json.py at the file
    tests/test_json.py is imported as 'test_json', which is already /usr/lib/python3.12/test_json.py
    pytest cannot collect this test file
    rename it: 'test_json' is imported from /usr/lib/python3.12/test_json.py before this file is collected
    breaks tests/test_json.py
    see /usr/lib/python3.12/test_json.py: 'test_json' is this file",
    ]
  `)
})
