/** What missing-plugin says. */
import { expect, test } from 'vitest'
import { told } from './telling.ts'
import { World } from './world.ts'

test('missing-plugin: by an option, by a name, and a failure of that kind', () => {
  const world = new World({
    'pytest.ini': '[pytest]\naddopts = --cov=app\n',
    'test_a.py': 'pytest_plugins = "gone"\n',
  })
  const stop = (message: string, subject: string, text: string | null) => ({
    exitCode: 4,
    exception: 'UsageError',
    message,
    span: text === null ? null : world.at('pytest.ini', text),
    rule: 'missing-plugin',
    subject,
    phase: 'options' as const,
  })
  const failure = world.failure(
    'ImportError: Error importing plugin "gone"',
    { kind: 'plugin', plugin: 'gone' },
    ['test_a.py', 'pytest_plugins = "gone"', '"gone"'],
  )
  expect(
    told(world, {
      plan: {
        stops: [
          stop('unrecognized arguments: --cov=app', '--cov=app', '--cov=app'),
          stop('Missing required plugins: pytest-foo', 'pytest-foo', null),
        ],
      },
      collectors: { 'test_a.py': [failure] },
    }),
  ).toMatchInlineSnapshot(`
    [
      "error missing-plugin in pytest.ini at the file
    Missing required plugins: pytest-foo
    the whole run stops: pytest ends before it collects anything (exit code 4)
    install 'pytest-foo', correct its name, or no longer ask for it
    breaks the session",
      "error missing-plugin in pytest.ini at --cov=app
    unrecognized arguments: --cov=app
    the whole run stops: pytest ends before it collects anything (exit code 4)
    install pytest-cov, which has that option, or take the option out
    breaks the session",
      "error missing-plugin in test_a.py at "gone"
    Error importing plugin "gone"
    pytest cannot collect this test file
    install 'gone', correct its name, or no longer ask for it
    breaks test_a.py",
    ]
  `)
})
