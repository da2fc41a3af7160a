/** Variables of the environment that change what is imported, or how pytest runs. */
import type { Version } from '../../environment/environment.ts'
import { join, normalize } from '../../files/paths.ts'
import type { HygieneCheck, HygieneContext, Said } from './check.ts'

type Note = (value: string, context: HygieneContext) => Said | null

/** What each one does, where it is set and not empty. */
const NOTES: Readonly<Record<string, Note>> = {
  PYTHONHOME: () => ({
    what: 'PYTHONHOME is set: the standard library is taken from there, whichever interpreter runs',
    todo: 'take it out of the environment; a virtual environment needs no such variable',
  }),
  PYTHONOPTIMIZE: () => ({
    what: 'PYTHONOPTIMIZE is set: assertions are not executed, so that tests pass which should fail',
    todo: 'take it out of the environment in which tests run',
  }),
  PYTHONSAFEPATH: (_, { environment }) =>
    note(since(environment.version, 11), 'PYTHONSAFEPATH: `python -m pytest` puts no folder on sys.path'),
  PYTHONNOUSERSITE: () => note(true, "PYTHONNOUSERSITE: the user's own site-packages are left out"),
  PYTHONUSERBASE: value =>
    note(true, `PYTHONUSERBASE: the user's own site-packages are those below ${value}`),
  PYTHONPLATLIBDIR: value => note(true, `PYTHONPLATLIBDIR: the library is looked for in ${value}`),
  PYTHONPYCACHEPREFIX: value =>
    note(true, `PYTHONPYCACHEPREFIX: byte code lies in ${value}, not beside its source`),
  PYTHONCASEOK: () => note(true, 'PYTHONCASEOK: on systems that fold case, imports do so as well'),
  PYTHONWARNINGS: value => ({
    severity: /(?:^|,)\s*error\s*(?:,|$)/.test(value) ? 'warning' : 'info',
    what: `PYTHONWARNINGS=${value}: it decides which warnings are errors, beside what the project says`,
  }),
  SETUPTOOLS_USE_DISTUTILS: (value, { environment }) =>
    value === 'stdlib' && since(environment.version, 12)
      ? {
          what: 'SETUPTOOLS_USE_DISTUTILS=stdlib: setuptools leaves distutils to a standard library that has none since Python 3.12',
          todo: 'take it out of the environment',
        }
      : note(true, `SETUPTOOLS_USE_DISTUTILS=${value}: it decides which distutils is imported`),
  PYTEST_ADDOPTS: value => note(true, `PYTEST_ADDOPTS: pytest is always started with ${value}`),
  PYTEST_PLUGINS: value => note(true, `PYTEST_PLUGINS: pytest always loads ${value}`),
  PYTEST_DISABLE_PLUGIN_AUTOLOAD: () =>
    note(true, 'PYTEST_DISABLE_PLUGIN_AUTOLOAD: installed plugins are not loaded by themselves'),
}

export const variables: HygieneCheck = {
  id: 'variables',
  summary: 'PYTHON*, PYTEST_* and SETUPTOOLS_USE_DISTUTILS that change what is imported',
  *check(context) {
    for (const [name, told] of Object.entries(NOTES)) {
      const value = context.env[name]
      const said = value ? told(value, context) : null
      if (said) yield said
    }
    yield* pythonPath(context)
  },
}

function* pythonPath({ fs, env, workspace, environment }: HygieneContext): Generator<Said> {
  const items = (env.PYTHONPATH ?? '').split(environment.platform === 'win32' ? ';' : ':').filter(Boolean)
  if (items.length === 0) return
  yield { severity: 'info', what: `PYTHONPATH: first on sys.path stands ${items.join(', ')}` }
  for (const item of items) {
    if (fs.stat(join(workspace, normalize(item))) !== null) continue
    yield { what: `PYTHONPATH names ${item}, which is not there`, todo: 'correct it, or take it out' }
  }
}

function note(does: boolean, what: string): Said | null {
  return does ? { severity: 'info', what } : null
}

function since([major, minor]: Version, first: number): boolean {
  return major > 3 || (major === 3 && minor >= first)
}
