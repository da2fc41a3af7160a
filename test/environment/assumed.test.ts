/** Without an interpreter: what is assumed, and that it is said. */
import { expect, test } from 'vitest'
import { discover, type Tree } from './trees.ts'

const assumed = (tree: Tree) => discover({ '/p/x.py': '', ...tree }, { env: { PATH: '/usr/bin' } })

test('nothing is installed, and that is not held against anyone', () => {
  const found = assumed({})
  expect(found).toMatchObject({
    executable: null,
    distributions: [],
    pytestVersion: null,
    stdlibExact: false,
  })
  expect(found.unknown).toEqual([
    'No Python interpreter was found: nothing is known of what is installed.',
    'Python 3.13 is assumed: the project does not say which it needs.',
  ])
  expect(found.sysPath).toEqual(found.stdlib)
})

test.each([
  ['pyproject.toml', '[project]\nrequires-python = ">=3.9,<3.12"\n', [3, 11, 0]],
  ['pyproject.toml', '[tool.poetry.dependencies]\npython = "~3.10"\n', [3, 10, 0]],
  ['pyproject.toml', '[tool.poetry.dependencies]\npython = "^3.9, <3.13 || ~3.8"\n', [3, 12, 0]],
  ['setup.cfg', '[options]\npython_requires = ==3.8.*  # old\n', [3, 8, 0]],
  ['setup.py', "setup(\n    python_requires='>=3.6, !=3.14.*, !=3.13.*',\n)\n", [3, 12, 0]],
  ['pyproject.toml', '[project]\nrequires-python = "nonsense"\n', [3, 13, 0]],
  ['pyproject.toml', '[project\n', [3, 13, 0]],
])('%s: %s', (file, text, version) => {
  expect(assumed({ [`/p/${file}`]: text }).version).toEqual(version)
})

test('a name of the standard library of any version the project allows is known', () => {
  const { stdlibNames } = assumed({ '/p/pyproject.toml': '[project]\nrequires-python = ">=3.11"\n' })
  expect(stdlibNames).toEqual(expect.arrayContaining(['distutils', 'tomllib', '_interpreters']))
  expect(stdlibNames).not.toContain('winreg')
})
