/**
 * What a rule says of a failure or event, as text: the words are the product, so the tests of each rule hold them
 * in full.
 */
import type { Finding } from '../../server/src/rules/finding.ts'
import { runRules } from '../../server/src/rules/run_rules.ts'
import type { FailureDetail } from '../../server/src/simulate/trace.ts'
import { type Happened, ROOT, World } from './world.ts'

/** A finding in a few lines, places as the text that stands there. */
export function told(world: World, happened: Happened): string[] {
  return runRules(world.input(happened)).findings.map(finding => show(world, finding))
}

function show(world: World, finding: Finding): string {
  const { severity, rule, tag, span, what, why, todo, breaks, related } = finding
  const path = span.path.slice(ROOT.length + 1)
  const place = world.files[path]?.slice(span.start, span.end) || 'the file'
  return [
    `${severity} ${rule}${tag ? ` (${tag})` : ''} in ${path} at ${place}`,
    what,
    why,
    todo,
    ...(breaks.length > 0
      ? [`breaks ${breaks.map(each => each.slice(ROOT.length + 1) || 'the session').join(', ')}`]
      : []),
    ...related.map(({ span, message }) => `see ${span.path.replace(`${ROOT}/`, '')}: ${message}`),
  ].join('\n')
}

export const notFound = (
  module: string,
  more: Partial<Extract<FailureDetail, { kind: 'module-not-found' }>> = {},
) => ({ kind: 'module-not-found', module, searched: [], has: [], blocker: null, ...more }) as const

/** One test file that fails with one failure. */
export function one(
  text: string,
  focus: string,
  kind: string,
  detail: FailureDetail,
  more: Happened = {},
): string[] {
  const world = new World({ 'test_a.py': `${text}\n` })
  const failure = world.failure(kind, detail, ['test_a.py', text, focus])
  return told(world, { collectors: { 'test_a.py': [failure] }, ...more })
}

export const helper = {
  'app/models.py': 'class Groups: ...\n',
  'app/api.py': 'from app.models import Group\n',
  'tests/test_a.py': 'import app.api\n',
  'tests/test_b.py': 'import app.api\n',
  'tests/test_c.py': 'import app.api\n',
}

export function throughHelper(world: World, test: string) {
  const cannot = "ImportError: cannot import name 'Group' from 'app.models' (/p/app/models.py)"
  const detail = { kind: 'missing-symbol', module: 'app.models', name: 'Group', cycle: null } as const
  const failure = world.failure(cannot, { ...detail, file: '/p/app/models.py', has: ['Groups', 'os'] }, [
    'app/api.py',
    'from app.models import Group',
    'Group',
  ])
  return { ...failure, chain: [world.at(test, 'import app.api'), failure.span] }
}
