/** A Prometheus metric is registered although its name is already taken in the registry. */
import { tellRegisteredTwice } from './registered_twice.ts'
import { detailsOf, type Rule } from './rule.ts'

export const duplicateMetric: Rule = {
  id: 'duplicate-metric',
  summary: 'a Prometheus metric is registered twice in one registry',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks:
      'The second registration raises ValueError, and with it the import and every test file that runs it.',
    why:
      'All test files share one process and one default registry. Either two definitions claim the same series (a ' +
      'counter `x` also claims `x_total` and `x_created`), or one definition is executed twice: its file is ' +
      'imported under two names, or its first import failed after the registration.',
    todo:
      'Define each metric once, in one module that is imported under one name. In tests pass `registry=` with a ' +
      'registry of their own. A fixture that clears the registry comes too late: fixtures run after collection.',
    pytest: "E   ValueError: Duplicated timeseries in CollectorRegistry: {'{name}', ...}",
    limits:
      'Names that are computed in ways that cannot be followed, and registries that are passed through unknown ' +
      'code, are not compared.',
  },
  *check(context) {
    for (const { cause, detail } of detailsOf(context, 'duplicate-metric', 'duplicate-metric')) {
      yield tellRegisteredTwice(context, cause, {
        thing: `metric '${detail.metric}'`,
        first: detail.first,
        twice: detail.twice,
        cures: {
          twice: 'import its file under one name only, or give the metric a registry of its own',
          two: 'define the metric in one place and import it from there, or rename one of the two',
        },
      })
    }
  },
}
