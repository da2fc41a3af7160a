/** A marker that is not registered: register it where the project keeps its markers, or correct its spelling. */
import { escapeRegExp } from '../../files/words.ts'
import { pluginsWithMarker } from '../../rules/distributions.ts'
import type { Finding } from '../../rules/finding.ts'
import { nearest } from '../../rules/nearest.ts'
import { testFiles } from '../../rules/test_files.ts'
import { addToList } from '../config_edit.ts'
import { causeOf, type FixContext, type Fixer, type Proposal } from '../fix.ts'
import { replace, textAt } from '../replace.ts'

export const unregisteredMarker: Fixer = {
  rule: 'unregistered-marker',
  *propose(finding, context): Iterable<Proposal> {
    const name = finding.subject
    const registered = context.plan.markers.map(marker => marker.name)
    const near = nearest(name, registered)
    const plugins = pluginsWithMarker(name)
    const slip =
      near !== null && textAt(context, finding.span) === name ? spelling(finding, context, near) : []
    // Who writes it at more than one place means it.
    const uses = usesOf(name, context)
    if (uses < 2) yield* slip
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
        because: certain
          ? 'nothing that is registered has a name like it'
          : uses > 1
            ? `it stands at ${uses} places`
            : 'it may be meant as it stands',
      }
    }
    if (uses > 1) yield* slip
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

function spelling(finding: Finding, context: FixContext, near: string): Proposal[] {
  return [
    {
      key: `write ${near}`,
      title: `Write '${near}'`,
      safety: 'unsafe',
      edit: replace(context, finding.span, near),
      command: null,
      because: `'${near}' is registered and spelled nearly the same`,
    },
  ]
}

/** How often the test files name the marker. */
function usesOf(name: string, { plan, text }: FixContext): number {
  const use = new RegExp(String.raw`\bmark\.${escapeRegExp(name)}\b`, 'gu')
  return [...testFiles(plan)].reduce((sum, path) => sum + (text(path)?.match(use)?.length ?? 0), 0)
}
