/** A metric that is registered while its file is imported, in a registry that outlives the module. */
import type { Rule } from './rule.ts'

export const importTimeMetric: Rule = {
  id: 'import-time-metric',
  summary: 'a Prometheus metric is registered while its file is imported',
  severity: 'info',
  since: '0.1.0',
  doc: {
    breaks:
      'Nothing yet. The next time that the file is executed in the same process (under a second name, after a ' +
      'reload, or after an import that failed half way) the registration raises and the import fails.',
    why: 'The default registry belongs to the process, the metric to the module: the registry remembers it for ever.',
    todo:
      'Register metrics in a function that the application calls, or take the registry as a parameter, so that ' +
      'importing the module has no effect beyond it.',
    pytest: "E   ValueError: Duplicated timeseries in CollectorRegistry: {'{name}', ...}",
    limits:
      'A note by default, as module-level metrics are common and mostly harmless; see `severity` in the settings.',
  },
  *check(context) {
    for (const event of context.trace.events) {
      if (event.event !== 'metric') continue
      yield {
        span: event.span,
        subject: event.name,
        what: `${event.kind} '${event.name}' is registered while '${event.module}' is imported`,
        why: 'if the file is executed twice in one process, the second import fails',
        todo: 'register it from a function, or in a registry that is passed in',
      }
    }
  },
}
