/** `pytest.mark.name` with a name that nobody registered. */
import { pluginsWithMarker } from './distributions.ts'
import { didYouMean } from './nearest.ts'
import { causesOf, type Rule, type RuleContext, tell } from './rule.ts'

const ID = 'unregistered-marker'

export const unregisteredMarker: Rule = {
  id: ID,
  summary: 'a marker is used that is not registered',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks:
      'Under strict markers, or where `filterwarnings` makes errors of warnings, the file that uses the marker is ' +
      'not collected. Otherwise pytest warns, and a mistyped marker silently selects nothing.',
    why:
      'A marker has to be registered in the configuration, by a plugin, or by a conftest that is loaded before ' +
      'the file. The plugin that registers it may not be installed here.',
    todo: 'Correct the name, register it under `markers` in the configuration, or install the plugin.',
    pytest:
      "'{name}' not found in `markers` configuration option\n\nPytestUnknownMarkWarning: Unknown pytest.mark.{name} - is this a typo?  You can register custom marks to avoid this warning - for details, see https://docs.pytest.org/en/stable/how-to/mark.html",
    limits:
      'Where a plugin is loaded whose markers are not known, the rule stays silent. `--strict-markers` in `addopts` ' +
      'has no effect in pytest 9.0, so the finding is a warning there.',
  },
  *check(context) {
    for (const cause of causesOf(context, ID)) {
      const { detail } = cause.failure
      const strict = detail.kind === 'unknown-marker'
      const reason = !strict
        ? 'filterwarnings makes an error of the warning'
        : MISSPELT.has(cause.subject)
          ? 'pytest refuses this spelling'
          : 'markers are strict here'
      yield tell(context, cause, {
        what: `marker '${cause.subject}' is not registered, and ${reason}`,
        todo: remedy(context, cause.subject),
      })
    }
    for (const event of context.trace.events) {
      if (event.event !== 'unknown-marker') continue
      yield {
        span: event.span,
        subject: event.name,
        severity: 'warning',
        what: `marker '${event.name}' is not registered`,
        why: 'pytest warns, and selecting by a mistyped marker selects nothing',
        todo: remedy(context, event.name),
      }
    }
  },
}

/** `MarkGenerator.__getattr__` takes them for a slip, whatever the configuration says. */
const MISSPELT: ReadonlySet<string> = new Set(['parameterize', 'parametrise', 'parameterise'])

function remedy(context: RuleContext, name: string): string {
  const plugins = pluginsWithMarker(name)
  if (plugins.length > 0)
    return `install ${plugins.join(' or ')}, which registers it, or register it under markers`
  const registered = context.plan.markers.map(marker => marker.name)
  return `register it under markers in the configuration of pytest${didYouMean(name, registered)}`
}
