/** The second pillar of a message: why it matters, told by the test files that a cause takes along. */
import { isWithin, relative } from '../files/paths.ts'
import type { Cause } from './causes.ts'
import { collectorsOf, waitingOf } from './causes.ts'
import type { RuleContext } from './rule.ts'
import { filesBehind, isTestFile } from './test_files.ts'

/** The path as messages show it: relative to pytest's root folder ('.' for itself), absolute outside of it. */
export function shown({ plan }: RuleContext, path: string): string {
  return isWithin(path, plan.rootdir) ? relative(plan.rootdir, path) : path
}

/**
 * What fails because of a cause, now. The root folder stands for the session, as in pytest's node ids: a cause
 * that stops the run breaks it.
 */
export function brokenBy({ plan }: RuleContext, cause: Cause): readonly string[] {
  const collectors = collectorsOf(cause)
  return cause.stopsRun ? [...new Set([plan.rootdir, ...collectors])] : collectors
}

/** One sentence without a full stop. */
export function impact(context: RuleContext, cause: Cause): string {
  if (cause.stopsRun) return stopSentence(context, cause)
  const collectors = collectorsOf(cause)
  if (collectors.length === 0) return waitSentence(context, cause)
  const { plan } = context
  const folders = collectors.filter(path => !isTestFile(plan, path))
  const files = collectors.filter(path => isTestFile(plan, path))
  const parts: string[] = []
  for (const folder of folders) {
    const lost = filesBehind(plan, folder).length
    const below = lost === 1 ? 'the test file below it is' : `the ${lost} test files below it are`
    parts.push(`${shown(context, folder)}/conftest.py fails, and ${below} not collected`)
  }
  if (files.length > 0) parts.push(fileSentence(context, cause, files))
  return parts.join('; ')
}

function fileSentence(context: RuleContext, cause: Cause, files: readonly string[]): string {
  const [first] = files
  if (files.length === 1 && first === cause.span.path) return 'pytest cannot collect this test file'
  const others = files.length - 1
  if (others === 0) return `${shown(context, first!)} runs into it and is not collected`
  const more = others === 1 ? 'one more test file' : `${others} more test files`
  return `${shown(context, first!)} and ${more} run into it and are not collected`
}

function waitSentence(context: RuleContext, cause: Cause): string {
  const waiting = waitingOf(cause)
  if (waiting.length === 0) return 'it does not stop collection'
  const others = waiting.length - 1
  const more = others === 0 ? '' : ` (and in ${others === 1 ? 'one more' : `${others} more`})`
  return `it waits behind an earlier error in ${shown(context, waiting[0]!)}${more} and shows once that is cured`
}

function stopSentence(context: RuleContext, cause: Cause): string {
  const code = context.trace.session.exitCode ?? cause.stop?.exitCode
  const exit = typeof code === 'number' ? ` (exit code ${code})` : ''
  if (cause.stop) {
    const when = cause.stop.phase === 'after collection' ? 'after collection' : 'before it collects anything'
    return `the whole run stops: pytest ends ${when}${exit}`
  }
  const first = cause.failure.chain[0]
  if (!first || first.path === cause.span.path) return `the whole run stops${exit}: no test is collected`
  return `${shown(context, first.path)} runs into it and the whole run stops${exit}: no test is collected`
}

/** "tests/test_b.py and 3 more files import 'x'": who is affected by what one file left behind. */
export function others(
  context: RuleContext,
  uses: readonly { readonly collector: string; readonly name: string }[],
): string {
  const files = [...new Set(uses.map(({ collector }) => collector))]
  const [first = ''] = files
  const name = uses[0]?.name ?? ''
  if (files.length === 1) return `${shown(context, first)} imports '${name}'`
  const more = files.length === 2 ? 'one more file' : `${files.length - 1} more files`
  return `${shown(context, first)} and ${more} import '${name}'`
}
