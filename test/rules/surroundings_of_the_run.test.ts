/** What the rules about the way pytest is started and about the environment say. */
import { expect, test } from 'vitest'
import { notFound, told } from './telling.ts'
import { World } from './world.ts'

const world = new World({
  'pytest.ini': '[pytest]\n',
  'pyproject.toml': 'requires-python = ">=3.13"\ntest = ["PyYAML>=6"]\nrequests<2\n',
  'test_a.py': 'import yaml\n',
})
const failure = world.failure("ModuleNotFoundError: No module named 'yaml'", notFound('yaml'), [
  'test_a.py',
  'import yaml',
  'yaml',
])

test('invocation-dependent: both ways round', () => {
  const breaks = [{ collector: '/p/test_a.py', failure }]
  const plan = {
    invocation: { kind: 'python -m pytest', because: '', cwd: '/p', args: [], env: {} },
  } as const
  expect([
    ...told(world, { plan, otherStart: { kind: 'pytest', breaks } }),
    ...told(world, { otherStart: { kind: 'python -m pytest', breaks: [{ collector: '/p', failure }] } }),
  ]).toMatchInlineSnapshot(`
    [
      "warning invocation-dependent in pytest.ini at the file
    the tests can be collected with \`python -m pytest\` only: with \`pytest\` one test file fails
    only \`python -m pytest\` puts the root folder on sys.path; the first error is ModuleNotFoundError: No module named 'yaml'
    set pythonpath to "." in the configuration of pytest
    see test_a.py: No module named 'yaml'",
      "warning invocation-dependent in pytest.ini at the file
    the tests can be collected with \`pytest\` only: with \`python -m pytest\` the whole run stops
    only \`python -m pytest\` puts the root folder on sys.path; the first error is ModuleNotFoundError: No module named 'yaml'
    install the project in editable form, so that there is only one copy of it
    see test_a.py: No module named 'yaml'",
    ]
  `)
})

test('unmet-requirement: what an import fails for, what nothing fails for, and another version', () => {
  const requirement = (name: string, specifier: string, text: string, more: object = {}) => ({
    ...{ name, specifier, marker: null, group: 'pyproject.toml', main: true },
    ...{ span: world.at('pyproject.toml', text), ...more },
  })
  const needs = {
    requiresPython: null,
    requirements: [
      requirement('PyYAML', '>=6', 'PyYAML>=6', { group: "the extra 'test' of pyproject.toml", main: false }),
      requirement('requests', '<2', 'requests<2'),
      requirement('absent', '', 'test'),
    ],
  }
  expect(told(world, { collectors: { 'test_a.py': [failure] }, needs })).toMatchInlineSnapshot(`
    [
      "info unmet-requirement in pyproject.toml at test
    absent, which the project depends on, is not installed
    no import that is made during collection fails for it
    install the project again, or absent by itself",
      "warning unmet-requirement in pyproject.toml at PyYAML>=6
    PyYAML, which the extra 'test' of pyproject.toml asks for, is not installed
    pytest cannot collect this test file
    install the project with its extra: pip install -e '.[test]'
    see test_a.py: No module named 'yaml'",
      "warning unmet-requirement in pyproject.toml at requests<2
    requests 2.32.0 is installed, and the project asks for <2
    the tests run against a version that the project excludes
    install the project again, or correct the requirement",
      "error unresolved-import in test_a.py at yaml
    module 'yaml' cannot be found
    pytest cannot collect this test file
    install PyYAML: the extra 'test' of pyproject.toml asks for it (install the project with its extra: pip install -e '.[test]')
    breaks test_a.py",
    ]
  `)
})

test('wrong-interpreter: by version, and by what another environment has', () => {
  const needs = {
    requiresPython: { specifier: '>=3.13', span: world.at('pyproject.toml', '>=3.13') },
    requirements: [],
  }
  const otherEnvironments = [{ folder: '/p/venv', has: (module: string) => module === 'yaml' }]
  expect(
    told(world, { collectors: { 'test_a.py': [failure] }, needs, otherEnvironments }),
  ).toMatchInlineSnapshot(`
    [
      "warning wrong-interpreter in pyproject.toml at >=3.13
    the tests run with Python 3.12.1, and the project asks for >=3.13
    this interpreter was chosen because of: .venv beside pytest.ini
    use an environment with a version that the project supports",
      "error unresolved-import in test_a.py at yaml
    module 'yaml' cannot be found
    pytest cannot collect this test file
    install PyYAML, which provides 'yaml', or correct the import if it is a module of the project
    breaks test_a.py",
      "warning wrong-interpreter in test_a.py at yaml
    'yaml' is installed in venv, and the tests run with .venv/bin/python
    this interpreter was chosen because of: .venv beside pytest.ini
    use venv: activate it, or name it with --python",
    ]
  `)
})
