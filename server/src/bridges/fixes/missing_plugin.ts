/**
 * A plugin that is asked for and not there: a module of the project may have moved; else install it. Taking the option
 * out is the user's decision.
 */
import { readDependency } from '../../environment/requirements.ts'
import { pluginsNamed, pluginsWithOption } from '../../rules/distributions.ts'
import { causeOf, type Fixer, type Proposal } from '../fix.ts'
import { missingIn, proposalsForMoved } from '../moved_name.ts'

export const missingPlugin: Fixer = {
  rule: 'missing-plugin',
  *propose(finding, context): Iterable<Proposal> {
    const missing = missingIn(finding, context)
    const [top] = (missing?.module ?? '').split('.') as [string]
    if (context.index.topLevelNames().has(top)) yield* proposalsForMoved(finding, context)
    const [option] = finding.subject.split('=') as [string]
    for (const name of pluginsWithOption(option))
      yield installing([name], `Install ${name}, which has the option '${option}'`, KNOWN)
    for (const name of pluginsNamed(finding.subject)) yield installing([name], `Install ${name}`, KNOWN)
    const required = requiredBy(causeOf(context, finding)?.stop?.message ?? '')
    if (required.length > 0) {
      const because = 'the configuration of pytest requires it'
      yield installing(required, `Install ${required.join(' and ')}`, because)
    }
  },
}

const KNOWN = 'it is the plugin that is known to have it'

function installing(requirements: readonly string[], title: string, because: string): Proposal {
  const quoted = requirements.map(each => (/^[\w.-]+$/.test(each) ? each : `'${each}'`))
  return {
    key: `install ${requirements.join(' ')}`,
    title,
    safety: 'manual',
    edit: null,
    command: `pip install ${quoted.join(' ')}`,
    settles: true,
    because,
  }
}

/** What `required_plugins` asks for and is not there, as it is handed to pip: whatever else stands there is no command's. */
function requiredBy(message: string): string[] {
  const listed = /^Missing required plugins: (.*)$/.exec(message)?.[1] ?? ''
  return listed.split(/, (?=[A-Za-z])/).flatMap(each => {
    const read = readDependency(each)
    return read ? [`${read.name}${read.specifier.replaceAll(' ', '')}`] : []
  })
}
