/** A plugin is asked for, by name or by an option of it, that cannot be loaded here. */
import { said } from './classify.ts'
import { pluginsWithOption } from './distributions.ts'
import { causesOf, type Rule, tell } from './rule.ts'

export const missingPlugin: Rule = {
  id: 'missing-plugin',
  summary: 'a plugin, or an option of one, is asked for and the plugin is not there',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks: 'As a rule the whole run: pytest ends with a usage error before it collects anything.',
    why:
      '`-p name`, `pytest_plugins`, `PYTEST_PLUGINS` or `required_plugins` name a plugin that cannot be imported, or ' +
      '`addopts` holds an option, such as `--cov`, of a plugin that is not installed for this interpreter.',
    todo: 'Install the plugin, or take the option or name out of the configuration.',
    pytest:
      'ERROR: usage: pytest [options] [file_or_dir] [file_or_dir] [...]\npytest: error: unrecognized arguments: {option}\n\nImportError: Error importing plugin "{name}": No module named \'{module}\'\n\nERROR: Missing required plugins: {names}',
    limits: 'Options that a conftest registers in a way that cannot be followed make the rule silent.',
  },
  *check(context) {
    for (const cause of causesOf(context, 'missing-plugin')) {
      yield tell(context, cause, {
        what: said(cause.failure.message, context.plan.rootdir),
        todo: remedy(cause.subject),
      })
    }
  },
}

function remedy(subject: string): string {
  const plugins = pluginsWithOption(subject)
  if (plugins.length > 0)
    return `install ${plugins.join(' or ')}, which has that option, or take the option out`
  return subject.startsWith('-')
    ? `install the plugin that has the option '${subject}', or take the option out`
    : `install '${subject}', correct its name, or no longer ask for it`
}
