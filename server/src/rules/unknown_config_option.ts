/** A key in pytest's configuration that neither pytest nor a loaded plugin knows. */
import { said } from './classify.ts'
import { pluginsWithKey } from './distributions.ts'
import { causesOf, type Rule, type RuleContext, tell, tellConfigWarnings } from './rule.ts'

const ID = 'unknown-config-option'

export const unknownConfigOption: Rule = {
  id: ID,
  summary: 'a key in the configuration of pytest is not known',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks:
      'The setting has no effect. Under `--strict-config` the run ends with exit code 4 after all files have been ' +
      'imported.',
    why:
      'The key is mistyped, belongs to a plugin that is not installed here, or to a version of pytest other than ' +
      'the installed one.',
    todo: 'Correct or remove the key, or install the plugin that reads it.',
    pytest: 'PytestConfigWarning: Unknown config option: {key}\n\nERROR: Unknown config option: {key}',
    limits:
      'Where a plugin or conftest registers keys in a way that cannot be followed, the rule stays silent.',
  },
  *check(context) {
    for (const cause of causesOf(context, ID)) {
      yield tell(context, cause, {
        what: said(cause.failure.message, context.plan.rootdir),
        todo: remedy(context, cause.subject),
      })
    }
    yield* tellConfigWarnings(context, ID, key => remedy(context, key))
  },
}

function remedy({ plan }: RuleContext, key: string): string {
  const plugins = pluginsWithKey(key)
  if (plugins.length > 0) return `install ${plugins.join(' or ')}, which reads '${key}', or remove it`
  return `correct or remove '${key}', or install the plugin that reads it (this is pytest ${plan.pytestVersion})`
}
