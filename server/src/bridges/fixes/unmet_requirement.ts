/** What the project asks for and does not have: the command that installs it. */
import { holds } from '../../environment/markers.ts'
import type { Fixer, Proposal } from '../fix.ts'

export const unmetRequirement: Fixer = {
  rule: 'unmet-requirement',
  *propose({ span }, { needs, environment }): Iterable<Proposal> {
    const asked = needs.requirements.find(
      each => each.span.path === span.path && each.span.start === span.start,
    )
    if (!asked || (asked.marker !== null && holds(asked.marker, environment) === false)) return
    yield {
      key: `install ${asked.name}`,
      title: `Install ${asked.name}${asked.specifier}`,
      safety: 'manual',
      edit: null,
      command: `pip install '${asked.name}${asked.specifier}'`,
      because: `${asked.group} asks for it`,
    }
  },
}
