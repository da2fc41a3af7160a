/** What unknown-config-option and invalid-configuration say. */
import { expect, test } from 'vitest'
import { told } from './telling.ts'
import { World } from './world.ts'

test('unknown-config-option and invalid-configuration: stops and warnings of the plan', () => {
  const world = new World({ 'pytest.ini': '[pytest]\nfoo = 1\ntestpaths = none\n', 'test_a.py': '' })
  const warning = (rule: string, message: string, subject: string) => ({
    rule,
    message,
    subject,
    span: world.at('pytest.ini', subject),
  })
  expect(
    told(world, {
      plan: {
        stops: [
          {
            exitCode: 4,
            exception: 'UsageError',
            message: '/p/pytest.ini: minversion requires pytest-10',
            span: null,
            rule: 'some-rule-to-come',
            subject: 'minversion',
            phase: 'config',
          },
        ],
        warnings: [
          warning('unknown-config-option', 'Unknown config option: foo', 'foo'),
          warning('unmatched-testpath', 'No files were found in testpaths', 'testpaths'),
        ],
      },
    }),
  ).toMatchInlineSnapshot(`
    [
      "error invalid-configuration in pytest.ini at the file
    pytest.ini: minversion requires pytest-10
    the whole run stops: pytest ends before it collects anything (exit code 4)
    correct it where pytest is started, or in its configuration
    breaks the session",
      "warning unknown-config-option in pytest.ini at foo
    Unknown config option: foo
    pytest warns of it and goes on
    correct or remove 'foo', or install the plugin that reads it (this is pytest 9.0.2)",
      "warning unmatched-testpath in pytest.ini at testpaths
    No files were found in testpaths
    pytest warns of it and goes on
    correct testpaths, or take it out",
    ]
  `)
})
