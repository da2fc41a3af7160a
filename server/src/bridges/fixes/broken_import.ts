/** A library that fails inside itself for want of a module: install what provides it. */
import { missingModule, providerOf } from '../../rules/distributions.ts'
import { causeOf, type Fixer, type Proposal } from '../fix.ts'

export const brokenImport: Fixer = {
  rule: 'broken-import',
  *propose(finding, context): Iterable<Proposal> {
    const failure = causeOf(context, finding)?.failure
    const module = failure ? missingModule(failure) : null
    if (module === null) return
    const [top] = module.split('.') as [string]
    const name = providerOf(module) ?? top
    yield {
      key: `install ${name}`,
      title: `Install ${name}`,
      safety: 'manual',
      edit: null,
      command: `pip install ${name}`,
      provides: [top],
      because: `the library that is imported here needs '${module}'`,
    }
  },
}
