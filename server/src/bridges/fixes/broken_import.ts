/**
 * A library that fails inside itself for want of a module: install what provides it. Where the module is the project's
 * own, and moved, its importer can't be edited: a bridge serves it.
 */
import { missingModule, providerOf } from '../../rules/distributions.ts'
import { causeOf, type Fixer, type Proposal } from '../fix.ts'
import { bridgesForMoved, missingIn } from '../moved_name.ts'

export const brokenImport: Fixer = {
  rule: 'broken-import',
  *propose(finding, context): Iterable<Proposal> {
    const failure = causeOf(context, finding)?.failure
    const missing = missingIn(finding, context)
    if (missing && context.index.topLevelNames().has(topOf(missing.module)))
      return yield* bridgesForMoved(finding, context)
    const module = failure ? missingModule(failure) : null
    if (module === null) return
    const name = providerOf(module) ?? topOf(module)
    yield {
      key: `install ${name}`,
      title: `Install ${name}`,
      safety: 'manual',
      edit: null,
      command: `pip install ${name}`,
      provides: [topOf(module)],
      because: `the library that is imported here needs '${module}'`,
    }
  },
}

function topOf(module: string): string {
  return module.split('.', 1)[0]!
}
