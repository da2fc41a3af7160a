/** Standard error of runs that ended before the probe could see why. */
import { expect, test } from 'vitest'
import { exceptionFromStderr } from '../../server/src/confirm/stderr.ts'

function said(...lines: string[]): string {
  return exceptionFromStderr(lines.join('\n'))
    .map(exception => {
      const places = exception.frames.map(
        frame => `${frame.path}:${frame.line}${frame.project ? '' : ' (foreign)'} ${frame.source}`,
      )
      return [`${exception.link} ${exception.type}: ${exception.message}`, ...places].join('\n')
    })
    .join('\n')
}

test('a refused option', () => {
  const lines = [
    'ERROR: usage: pytest [options] [file_or_dir] [file_or_dir] [...]',
    'pytest: error: unrecognized arguments: --cov=app',
    '  inifile: /p/pytest.ini',
    '  rootdir: /p',
  ]
  expect(said(...lines)).toBe('shown UsageError: unrecognized arguments: --cov=app')
})

test('any other usage error, also over several lines', () => {
  expect(said('', 'ERROR: Missing required plugins: pytest-x', '')).toBe(
    'shown UsageError: Missing required plugins: pytest-x',
  )
  expect(
    said('ERROR: while parsing the following warning configuration:', '  ignore::x', 'ImportError: x'),
  ).toBe('shown UsageError: while parsing the following warning configuration:\n  ignore::x\nImportError: x')
})

test('a traceback with what led to it, the last one first', () => {
  const lines = [
    'Traceback (most recent call last):',
    '  File "/p/first.py", line 1, in <module>',
    'KeyError: 1',
    '',
    'During handling of the above exception, another exception occurred:',
    '',
    'Traceback (most recent call last):',
    '  File "/env/lib/python3.11/site-packages/_pytest/config/__init__.py", line 9, in main',
    '    run()',
    '    ^^^^^',
    '  File "/p/plugin.py", line 3, in <module>',
    '    import gone',
    'package.errors.PluginError: two lines',
    'of text',
  ]
  expect(said(...lines).split('\n')).toEqual([
    'shown PluginError: two lines',
    'of text',
    '/env/lib/python3.11/site-packages/_pytest/config/__init__.py:9 (foreign) run()',
    '/p/plugin.py:3 import gone',
    'context KeyError: 1',
    '/p/first.py:1 ',
  ])
})

test('a traceback that is cut off gives its last words only', () => {
  expect(said('Traceback (most recent call last):', '  File "/p/a.py", line 1, in <module>')).toBe(
    'shown : File "/p/a.py", line 1, in <module>',
  )
})

test('what is no form of pytest or Python is handed on as it is', () => {
  expect(said('some warning', 'Segmentation fault', '')).toBe('shown : Segmentation fault')
  expect(said('', '  ')).toBe('')
})
