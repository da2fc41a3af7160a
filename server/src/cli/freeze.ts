/** `precollect gate --freeze`: what has to be so before the work, and what is done when every bar holds. */
import { Repository } from '../environment/git.ts'
import { type Commit, commitNamed, makeTag, tagTrouble, uncommitted } from '../environment/revisions.ts'
import { freezeMessage } from '../report/freeze.ts'
import type { BarResult } from '../report/gate.ts'
import type { Health } from '../report/health.ts'
import { UsageError } from './exit_code.ts'
import type { GateOptions } from './gate_options.ts'
import type { Io } from './io.ts'
import type { Target } from './target.ts'
import { tool } from './version.ts'

export interface Frozen {
  readonly name: string
  readonly repository: Repository
  readonly commit: Commit
}

const SHOWN = 5

/** Throws a UsageError where nothing can be frozen: no repository, changes that are not committed, a name that is taken. */
export async function prepareFreeze(name: string, { cwd }: Target, { env }: Io): Promise<Frozen> {
  const refuse = (reason: string) => new UsageError(`--freeze ${name}: ${reason}`)
  const repository = await Repository.of(cwd, env)
  if (typeof repository === 'string') throw refuse(repository)
  const trouble = await tagTrouble(repository, name)
  if (trouble !== null) throw refuse(trouble)
  const commit = await commitNamed(repository, 'HEAD')
  if (typeof commit === 'string') throw refuse(commit)
  await refuseChanges(repository, refuse)
  return { name, repository, commit }
}

async function refuseChanges(repository: Repository, refuse: (reason: string) => UsageError): Promise<void> {
  const changes = await uncommitted(repository)
  if (typeof changes === 'string') throw refuse(changes)
  if (changes.length === 0) return
  const more = changes.length > SHOWN ? [`and ${changes.length - SHOWN} more`] : []
  throw refuse(`the tree is not clean: ${[...changes.slice(0, SHOWN), ...more].join(', ')}`)
}

/** Every bar holds: prints the facts, and makes the tag where that is wanted. */
export async function finishFreeze(
  { name, repository, commit }: Frozen,
  { results, model }: { readonly results: readonly BarResult[]; readonly model: Health },
  { tag, outputFormat }: GateOptions,
  { stdout, stderr }: Io,
): Promise<void> {
  const refuse = (reason: string) => new UsageError(`--freeze ${name}: ${reason}`)
  // The pass has run the project's code, and somebody may have gone on working.
  await refuseChanges(repository, refuse)
  const now = await commitNamed(repository, 'HEAD')
  if (typeof now === 'string' || now.id !== commit.id)
    throw refuse('another commit was checked out meanwhile')
  const message = freezeMessage({ name, commit: commit.id, committed: commit.at, tool, results, model })
  const facts = outputFormat === 'json' ? stderr : stdout
  facts.write(`\n${message}`)
  if (!tag) return
  const trouble = await makeTag(repository, name, message)
  if (trouble !== null) throw refuse(`the tag was not made: ${trouble}`)
  facts.write(`\ntagged ${commit.id.slice(0, 10)} as ${name}\n`)
}
