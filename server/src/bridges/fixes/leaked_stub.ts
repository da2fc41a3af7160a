/** A stand-in that a file leaves in `sys.modules`: the file takes it out again at its end. */
import type { Finding } from '../../rules/finding.ts'
import { changeOf, editOf } from '../edit.ts'
import { causeOf, type FixContext, type Fixer, type Proposal } from '../fix.ts'

export const leakedStub: Fixer = {
  rule: 'leaked-stub',
  *propose(finding, context): Iterable<Proposal> {
    const { path } = finding.span
    const text = context.text(path)
    // Of a finding at the import that suffers the culprit is not known.
    if (text === null || !/sys\.modules|modules\[/.test(text)) return
    const all = namesLeft(finding, context, text)
    const sets = all.length > 1 ? [all, [finding.subject]] : [all]
    for (const names of sets) {
      const several = names.length > 1 ? `${names.length} stand-ins` : `the stand-in for '${names[0]}'`
      yield {
        key: names.length > 1 ? 'pop all' : 'pop',
        title: `Take ${several} out of sys.modules at the end of the file`,
        safety: 'unsafe',
        edit: editOf({ changed: [changeOf(path, text, [popping(text, names)])] }),
        command: null,
        because:
          'what the file imported before keeps the stand-in; tests that import it while they run get the module',
      }
    }
  },
}

/** Every name that the file is seen to leave a stand-in for, submodules before their packages. */
function namesLeft(finding: Finding, context: FixContext, text: string): string[] {
  const { path } = finding.span
  const leaning = context.trace.events.flatMap(event =>
    event.event === 'leaning' && event.kind === 'stub' && event.by.span.path === path ? [event.name] : [],
  )
  const others = context.causes.filter(({ rule, span }) => rule === 'leaked-stub' && span.path === path)
  const written = [...text.matchAll(/\bmodules\[\s*["']([\w.]+)["']\s*\]\s*=/g)].map(found => found[1]!)
  const names = [
    finding.subject,
    causeOf(context, finding)?.subject ?? '',
    ...leaning,
    ...written,
    ...others.map(each => each.subject),
  ]
  return [...new Set(names.filter(Boolean))].sort().reverse()
}

function popping(text: string, names: readonly string[]) {
  const lead = text === '' || text.endsWith('\n') ? '\n' : '\n\n'
  const imports = /^import sys\b/m.test(text) ? [] : ['import sys', '']
  const lines = [
    '# Taken out again: test files that are collected later are to get the real modules.',
    ...imports,
    ...names.map(name => `sys.modules.pop("${name}", None)`),
  ]
  return { start: text.length, end: text.length, text: `${lead}${lines.join('\n')}\n` }
}
