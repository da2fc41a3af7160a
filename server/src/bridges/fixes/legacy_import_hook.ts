/** What old hooks and modules used to serve: the distribution that serves it on this Python. */
import type { Fixer, Proposal } from '../fix.ts'

const SERVED: readonly (readonly [pattern: RegExp, requirement: string])[] = [
  [/^six\.moves(?:\.|$)/, 'six>=1.16'],
  [/^distutils(?:\.|$)/, 'setuptools'],
  [/^pkg_resources(?:\.|$)/, 'setuptools<82'],
]

export const legacyImportHook: Fixer = {
  rule: 'legacy-import-hook',
  *propose({ subject }): Iterable<Proposal> {
    const requirement = SERVED.find(([pattern]) => pattern.test(subject))?.[1]
    if (requirement === undefined) return
    const [top] = subject.split('.') as [string]
    yield {
      key: `install ${requirement}`,
      title: `Install ${requirement}, which has '${top}'`,
      safety: 'manual',
      edit: null,
      command: `pip install '${requirement}'`,
      provides: [top],
      because: 'it serves the old name; code that is still worked on does better with what replaced it',
    }
  },
}
