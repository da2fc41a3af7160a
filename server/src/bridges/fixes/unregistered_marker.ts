/** A marker that is not registered: register it where the project keeps its markers, or correct its spelling. */
import { pluginsWithMarker } from '../../rules/distributions.ts'
import { nearest } from '../../rules/nearest.ts'
import { addToList } from '../config_edit.ts'
import { causeOf, type Fixer, type Proposal } from '../fix.ts'
import { replace, textAt } from '../replace.ts'

export const unregisteredMarker: Fixer = {
  rule: 'unregistered-marker',
  *propose(finding, context): Iterable<Proposal> {
    const name = finding.subject
    const registered = context.plan.markers.map(marker => marker.name)
    const near = nearest(name, registered)
    if (near !== null && textAt(context, finding.span) === name) {
      yield {
        key: `write ${near}`,
        title: `Write '${near}'`,
        safety: 'unsafe',
        edit: replace(context, finding.span, near),
        command: null,
        because: `'${near}' is registered and spelled nearly the same`,
      }
    }
    const plugins = pluginsWithMarker(name)
    const edit = causeOf(context, finding)?.stop
      ? null
      : addToList(context, { key: 'markers', item: name, words: false })
    if (edit) {
      // Where the name is a slip, or a plugin registers it, registering it hides what is wrong.
      const certain = near === null && plugins.length === 0
      yield {
        key: `register ${name}`,
        title: `Register the marker '${name}'`,
        safety: certain ? 'safe' : 'unsafe',
        edit,
        command: null,
        because: certain ? 'nothing that is registered has a name like it' : 'it may be meant as it stands',
      }
    }
    for (const plugin of plugins) {
      yield {
        key: `install ${plugin}`,
        title: `Install ${plugin}, which registers '${name}'`,
        safety: 'manual',
        edit: null,
        command: `pip install ${plugin}`,
        because: 'a plugin of pytest has a marker of that name',
      }
    }
  },
}
