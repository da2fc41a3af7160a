/** Which settings are taken, and which are told to be wrong. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readSettings, requestFor, type Settings } from '../../server/src/lsp/configuration.ts'
import { settingsTable, vscodeProperties } from '../../server/src/lsp/settings.ts'

const base: Settings = {
  python: null,
  invocation: null,
  pytestArgs: [],
  select: [],
  ignore: ['duplicate-metric'],
  ruleDocs: null,
  confirm: 'manual',
  confirmInterval: 10,
}

test('what is set counts over what was set before; what else stands there is left alone', () => {
  const given = { python: '.venv', invocation: 'pytest', pytestArgs: ['-q'], path: '/opt/precollect' }
  expect(readSettings(given, base)).toEqual({
    settings: { ...base, python: '.venv', invocation: 'pytest', pytestArgs: ['-q'] },
    problems: [],
  })
})

test.each([null, undefined])('an editor without settings changes nothing: %s', given => {
  expect(readSettings(given, base)).toEqual({ settings: base, problems: [] })
})

test('an empty text is how settings pages say "not set"', () => {
  expect(readSettings({ python: '', invocation: '' }, { ...base, python: 'x' })).toEqual({
    settings: base,
    problems: [],
  })
})

test('what has the wrong shape is said and left as it was', () => {
  expect(readSettings({ python: 3, invocation: 'py.test', ignore: [1] }, base)).toEqual({
    settings: base,
    problems: [
      'precollect.python: expected a string or null, got 3',
      `precollect.invocation: expected 'pytest', 'python -m pytest' or null, got "py.test"`,
      'precollect.ignore: expected a list of rule names, got [1]',
    ],
  })
  expect(readSettings({ pytestargs: [], colour: 1 }, base).problems).toEqual([
    "precollect.pytestargs: there is no such setting; did you mean 'pytestArgs'?",
    'precollect.colour: there is no such setting',
  ])
  expect(readSettings('all', base).problems).toEqual(['precollect: expected an object of settings'])
})

test.each([
  ['.venv/bin/python', '/p/.venv/bin/python'],
  ['/usr/bin/python3', '/usr/bin/python3'],
  ['python3.12', 'python3.12'],
  [null, null],
])('an interpreter named as %s', (python, meant) => {
  expect(requestFor('/p', { ...base, python }, false).python).toBe(meant)
})

test('VS Code offers what the server takes; if not: node scripts/docs.mjs', () => {
  const manifest = readFileSync(new URL('../../clients/vscode/package.json', import.meta.url), 'utf8')
  const { properties } = JSON.parse(manifest).contributes.configuration
  const own = ['precollect.path', 'precollect.trace.server'].map(key => [key, properties[key]])
  expect(properties).toEqual({ ...vscodeProperties(), ...Object.fromEntries(own) })
})

test('docs/editors.md describes what the server takes; if not: node scripts/docs.mjs', () => {
  const page = readFileSync(new URL('../../docs/editors.md', import.meta.url), 'utf8')
  const table = page.split('\n\n').filter(part => part.startsWith('| setting |'))
  expect(table).toEqual([settingsTable()])
})
