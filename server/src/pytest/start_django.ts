/**
 * What pytest-django does when pytest starts, as far as settings decide it: the folder that it puts on
 * `sys.path`, and the settings module that it loads at once. Follows `pytest_django.plugin` 4.8 to 4.14; the
 * loading itself is `simulate`'s.
 */
import type { FileSystem } from '../files/file_system.ts'
import { isAbsolute, join, parents } from '../files/paths.ts'
import { type IniValue, readIniValue } from './config.ts'
import { givenValues } from './options.ts'
import type { DjangoStart } from './plan.ts'
import type { Started } from './start_up.ts'

export const DJANGO_PLUGIN = 'pytest_django.plugin'
const SETTINGS = 'DJANGO_SETTINGS_MODULE'
const CONFIGURATION = 'DJANGO_CONFIGURATION'

export interface DjangoRequest {
  readonly fs: FileSystem
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** null where the plugin is not loaded. An option goes before the environment, that before the configuration. */
export function startDjango(started: Started, { fs, cwd, env }: DjangoRequest): DjangoStart | null {
  if (!started.plugins.loads.some(({ module }) => module === DJANGO_PLUGIN)) return null
  const { config, iniSpecs, parsed, args } = started
  const read = (name: string): IniValue =>
    readIniValue(config, iniSpecs.get(name) ?? { name, type: 'string', default: null })
  const given = (dest: string, name: string): DjangoStart['settings'] => {
    const option = givenValues(parsed, dest).at(-1)
    if (option?.text) return { module: option.text, span: option.span }
    if (env[name] !== undefined) return env[name] ? { module: env[name], span: null } : null
    const { value, entry } = read(name)
    const written = entry?.written
    const span = written?.lines[0]?.span ?? written?.span ?? null
    return typeof value === 'string' && value ? { module: value, span } : null
  }
  const searches = !isOff(read('django_find_project'))
  const words = args.map(({ text }) => text)
  const project = searches ? findProject(fs, cwd, words) : null
  return {
    project: project && join(cwd, project),
    outcome: !searches ? DISABLED : project === null ? NOT_FOUND : found(project),
    settings: given('ds', SETTINGS),
    configuration: given('dc', CONFIGURATION) !== null,
  }
}

/** The key is on by default, also where no table knows that it is one for yes and no. */
function isOff({ value }: IniValue): boolean {
  return value === false || (typeof value === 'string' && /^(?:false|no|off|0)$/i.test(value))
}

/**
 * The first folder with `manage.py` among the words of the command line (options' values count as paths too),
 * the working directory, and what is above each. A relative word is followed up to the working directory only.
 */
function findProject(fs: FileSystem, cwd: string, words: readonly string[]): string | null {
  const named = words.filter(word => !word.startsWith('-')).map(word => word.split('::')[0]!)
  for (const word of named.includes(cwd) ? named : [...named, cwd]) {
    for (const folder of [word, ...above(word)]) {
      if (fs.stat(join(cwd, folder, 'manage.py'))) return folder
    }
  }
  return null
}

function above(word: string): string[] {
  if (isAbsolute(word)) return [...parents(word)]
  const parts = word.split('/').filter(part => part !== '' && part !== '.')
  return parts.map((_, index) => parts.slice(0, parts.length - 1 - index).join('/') || '.')
}

function found(project: string): string {
  return (
    `pytest-django found a Django project in ${project} (it contains manage.py) and added it to the Python path.\n` +
    'If this is wrong, add "django_find_project = false" to pytest.ini and explicitly manage your Python path.'
  )
}

const NOT_FOUND =
  'pytest-django could not find a Django project (no manage.py file could be found). You must explicitly add ' +
  'your Django project to the Python path to have it picked up.'

const DISABLED =
  'pytest-django did not search for Django projects since it is disabled in the configuration ' +
  '("django_find_project = false")'
