/** What an analysis holds for, in lines for people: the interpreter, pytest, its configuration, what could not be known. */
import { shownEntry, whyOnPath } from '../../report/path_entry.ts'
import type { Asked } from './question.ts'

/** Several lines, each with its line end. */
export function describeEnvironment({ analysis }: Asked): string {
  const { environment, plan, trace } = analysis
  const { invocation, rootdir } = plan
  const lines = [
    `Python ${environment.version.join('.')}: ${environment.executable ?? 'no interpreter found, its standard library is assumed'}`,
    `  chosen because: ${environment.chosenBecause}`,
    ...environment.rejected.map(({ path, reason }) => `  not taken: ${path} (${reason})`),
    `pytest ${plan.pytestVersion}, started as: ${[invocation.kind, ...invocation.args].join(' ')}`,
    `  because: ${invocation.because}`,
    `  in: ${invocation.cwd}`,
    `  root folder: ${rootdir}`,
    `  configuration: ${plan.inipath === null ? 'none' : shownEntry(plan.inipath, rootdir)}`,
    `  import mode: ${plan.importMode}`,
    section('Plugins', plan.plugins, ({ name, how, distribution }) => `${name} (${distribution ?? how})`),
    section('sys.path after collection', trace.path, entry => {
      return `${shownEntry(entry, rootdir)}: ${whyOnPath(entry, plan, environment)}`
    }),
    section('Not known', [...environment.unknown, ...plan.unknown], text => text),
  ]
  return `${lines.filter(Boolean).join('\n')}\n`
}

function section<T>(title: string, items: readonly T[], tell: (item: T) => string): string {
  return items.length === 0 ? '' : [`${title}:`, ...items.map(item => `  ${tell(item)}`)].join('\n')
}
