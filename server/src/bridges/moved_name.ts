/**
 * What can be done about a module or a name that is missing because it moved: rewrite the imports, everywhere or here,
 * or put a bridge where it was. One group of proposals for each candidate, the best candidate first.
 */
import { LineIndex } from '../files/lines.ts'
import { join, relative } from '../files/paths.ts'
import { isOfDistribution } from '../rules/distributions.ts'
import type { Finding } from '../rules/finding.ts'
import { requirementsOf } from '../rules/requirement.ts'
import { testFiles } from '../rules/test_files.ts'
import type { FailureDetail } from '../simulate/trace.ts'
import { type Bridge, type BridgeWay, bridgeModule, exportAgain } from './bridge_module.ts'
import { type Candidate, keyOf, type Missing, type Surroundings } from './candidate.ts'
import { candidatesFor } from './candidates.ts'
import { changeOf, editOf, type FileChange, merged, type WorkspaceEdit } from './edit.ts'
import { causeOf, type FixContext, type Proposal } from './fix.ts'
import { namedInSettings, namedInStrings } from './names_in_strings.ts'
import { homesOf, withOwnImports } from './own_imports.ts'
import { movedBy, rewritten } from './rewrite.ts'

/** What is missing where a finding stands; null where it tells of something else. */
export function missingIn(
  finding: Finding,
  context: Pick<FixContext, 'causes' | 'index' | 'environment'>,
): Missing | null {
  const detail = causeOf(context, finding)?.failure.detail
  if (detail?.kind === 'module-not-found') return { kind: 'module', module: detail.module }
  if (detail?.kind === 'plugin') return { kind: 'module', module: detail.plugin }
  if (detail?.kind === 'missing-attribute' && detail.standard !== true && !detail.cycle)
    return { kind: 'name', module: detail.module, name: detail.name }
  if (detail?.kind !== 'missing-symbol' || detail.standard === true) return null
  const { module, name } = detail
  return isLeftBehind(detail, context) ? { kind: 'module', module } : { kind: 'name', module, name }
}

/**
 * A package that moved may leave its folder, with byte code in it or nothing: Python takes that for a package still. What
 * is installed may have such folders too.
 */
function isLeftBehind(
  { module, file, by }: Extract<FailureDetail, { kind: 'missing-symbol' }>,
  { index, environment }: Pick<FixContext, 'index' | 'environment'>,
): boolean {
  if (file !== null || by || index.holdsModules(module)) return false
  const [top] = module.split('.', 1) as [string]
  const isInstalled = environment.distributions.some(({ topLevel }) => topLevel?.includes(top))
  return !isInstalled || index.topLevelNames().has(top)
}

/** What candidates are looked for in. */
export function surroundingsOf(context: FixContext): Surroundings {
  const { index, history, past, plan, environment } = context
  const tests = testFiles(plan)
  const { stdlibNames, distributions } = environment
  const installed = [...new Set([...stdlibNames, ...distributions.flatMap(({ topLevel }) => topLevel ?? [])])]
  return {
    ...{ index, history, past, installed, root: plan.rootdir, isTest: path => tests.has(path) },
    isOfDistribution: module => isOfDistribution(module) || requirementsOf(context, module).length > 0,
  }
}

/** All proposals that a moved name may be mended by. */
export function* proposalsForMoved(finding: Finding, context: FixContext): Generator<Proposal> {
  yield* proposalsForMover(finding, context)
  const missing = missingIn(finding, context)
  if (!missing) return
  for (const candidate of candidatesFor(missing, surroundingsOf(context))) {
    yield* proposalsFor(missing, candidate, finding, context)
  }
}

/** The bridges alone: who asks cannot be rewritten, as an installed file, or an attribute that is read. */
export function* bridgesForMoved(finding: Finding, context: FixContext): Generator<Proposal> {
  const missing = missingIn(finding, context)
  if (!missing) return
  for (const candidate of candidatesFor(missing, surroundingsOf(context))) {
    yield* bridgeProposals(missing, candidate, finding, context)
  }
}

/** More places than this are not tried. */
const MOST_HOMES = 3

/** Where the file of the finding itself moved: its relative imports, as they would be written where it lies now. */
export function* proposalsForMover(finding: Finding, context: FixContext): Generator<Proposal> {
  const { path, start } = finding.span
  const homes = homesOf(path, start, context)
  for (const { package: home, change } of homes.slice(0, MOST_HOMES)) {
    const count = change.changes.length
    const imports = count === 1 ? 'the relative import' : `the ${count} relative imports`
    yield {
      key: `moved from ${home}`,
      title: `Write ${imports} as from where the file lies now`,
      safety: homes.length === 1 && count > 1 ? 'safe' : 'unsafe',
      edit: editOf({ changed: [change] }),
      command: null,
      because: `${count === 1 ? 'it leads' : 'all of them lead'} somewhere if the file came from '${home}'`,
    }
  }
}

function* proposalsFor(
  missing: Missing,
  candidate: Candidate,
  finding: Finding,
  context: FixContext,
): Generator<Proposal> {
  const key = keyOf(candidate)
  const safety = candidate.sure ? 'safe' : 'unsafe'
  const told = toldStrings(candidate, context)
  const because = [...candidate.because, ...told].join('; ')
  const [above] = candidate.modules.keys()
  const name = missing.kind === 'name' ? `${missing.module}.${missing.name}` : (above ?? missing.module)
  const target = targetOf(candidate)
  const along = (edit: WorkspaceEdit) => withOwnImports(edit, candidate, context)
  const changes = importersOf(missing, candidate, context).flatMap(path => {
    const made = rewritten(path, candidate, context, context.index)
    return made ? [made.change] : []
  })
  const settings = settingsOf(candidate, context)
  const first = changes.length + settings.length > 0 ? `everywhere ${key}` : null
  const everywhere = editOf({ changed: [...changes, ...settings] })
  const kept = first === null ? null : withBridge(everywhere, missing, candidate, finding, context)
  const what = respelling(missing, candidate) ?? `Import '${name}' from ${target}`
  if (first !== null) {
    yield {
      key: first,
      title: `${what}${changes.length > 1 ? `, in all ${changes.length} files` : ''}${kept ? ', and keep a bridge for what is installed' : ''}`,
      safety,
      edit: kept ?? along(everywhere),
      command: null,
      because,
    }
  }
  const here = changes.filter(({ path }) => path === finding.span.path)
  if (first !== null && here.length > 0 && changes.length > 1) {
    const title = `${what}, in this file only`
    yield {
      key: `here ${key}`,
      title,
      safety,
      edit: along(editOf({ changed: here })),
      command: null,
      because,
      follows: first,
    }
  }
  for (const bridge of bridgeProposals(missing, candidate, finding, context))
    yield first === null ? bridge : { ...bridge, follows: first }
}

/** For a name that is there under another one. */
function respelling(missing: Missing, { names }: Candidate): string | null {
  const [now, ...others] = names.values()
  if (missing.kind !== 'name' || !now?.name || others.length > 0 || now.name === missing.name) return null
  return `Import '${now.name}' from '${now.module}' in place of '${missing.name}'`
}

/** The edit with a bridge for installed files that ask for what moved; null where none does, or there is no place. */
function withBridge(
  edit: WorkspaceEdit,
  missing: Missing,
  candidate: Candidate,
  finding: Finding,
  context: FixContext,
): WorkspaceEdit | null {
  const { index } = context
  const asked =
    missing.kind === 'module'
      ? index.outsideImporters(missing.module).length > 0
      : index.outsideImporters(missing.module).some(path => index.asks(path, missing.module, missing.name))
  const [bridge] = asked ? bridgeProposals(missing, candidate, finding, context) : []
  const both = bridge?.edit && merged(edit, bridge.edit)
  return both ? withOwnImports(both, candidate, context) : null
}

/** Through the project's helper where it has one; a helper may give nothing in silence, and then plain imports serve. */
function bridgeProposals(
  missing: Missing,
  candidate: Candidate,
  finding: Finding,
  context: FixContext,
): Proposal[] {
  return (['helper', 'plain'] as const).flatMap(way => {
    const bridge = bridgeFor(missing, candidate, finding, context, way)
    return bridge ? [bridgeProposal(missing, candidate, context, bridge, way)] : []
  })
}

/** The key of the proposal of a bridge; those of one candidate are tried in the order of the ways. */
export function bridgeKey(candidate: Candidate, way: BridgeWay): string {
  return `${way === 'helper' ? 'bridge by helper' : 'bridge'} ${keyOf(candidate)}`
}

function bridgeProposal(
  missing: Missing,
  candidate: Candidate,
  context: FixContext,
  bridge: Bridge,
  way: BridgeWay,
): Proposal {
  const place = relative(context.plan.rootdir, bridge.path)
  const target = targetOf(candidate)
  return {
    key: bridgeKey(candidate, way),
    title:
      missing.kind === 'module'
        ? `Serve '${missing.module}' from ${target} by a bridge: ${place}`
        : `Hand on '${missing.name}' from ${target} in ${place}`,
    safety: 'unsafe',
    edit: withOwnImports(bridge.edit, candidate, context),
    command: null,
    because: candidate.because.join('; '),
  }
}

/** The bridge that a candidate could be reached by; null where there is no place for one, or not this way. */
function bridgeFor(
  missing: Missing,
  candidate: Candidate,
  finding: Finding,
  context: FixContext,
  way: BridgeWay,
): Bridge | null {
  if (missing.kind === 'name')
    return way === 'plain' ? exportAgain(missing.module, candidate, context.index, context) : null
  const detail = causeOf(context, finding)?.failure.detail
  if (!isNotFound(detail) || detail.blocker) return null
  return bridgeModule(missing.module, candidate, detail.searched, context.index, context, way)
}

function isNotFound(
  detail: FailureDetail | undefined,
): detail is Extract<FailureDetail, { kind: 'module-not-found' }> {
  return detail?.kind === 'module-not-found'
}

/** The files whose imports ask for what is missing, but for those that serve it. */
function importersOf(missing: Missing, candidate: Candidate, { index }: FixContext): string[] {
  const name = missing.kind === 'module' ? missing.module : `${missing.module}.${missing.name}`
  const asked = [
    ...[name, ...candidate.modules.keys()].flatMap(each => index.wanted(each).importers),
    ...(missing.kind === 'name' ? index.wanted(missing.module).importers : []),
  ]
  const named = namesOf(candidate).flatMap(each => index.naming(each))
  return [...new Set([...asked, ...named])].filter(path => !candidate.files.includes(path)).sort()
}

function namesOf({ modules, names }: Candidate): string[] {
  return [...modules.keys(), ...names.keys()]
}

/** Files in which settings name modules. */
const SETTINGS = ['pyproject.toml', 'setup.cfg', 'tox.ini', 'pytest.ini', '.pytest.ini', 'pytest.toml']

function settingsOf(candidate: Candidate, { plan, fs, text }: FixContext): FileChange[] {
  return SETTINGS.map(name => join(plan.rootdir, name)).flatMap(path => {
    const before = fs.stat(path) === null ? null : text(path)
    const changes = before === null ? [] : namedInSettings(before, movedBy(candidate))
    return changes.length === 0 ? [] : [changeOf(path, before!, changes)]
  })
}

/** More places than this are only counted. */
const MOST_TOLD = 3

/** Strings that hold the old name where nothing is known to take one: they stay, and a person is told. */
function toldStrings(candidate: Candidate, { index, plan }: FixContext): string[] {
  const files = [...new Set(namesOf(candidate).flatMap(each => index.naming(each)))]
  const places = files.flatMap(path => {
    const text = index.text(path)
    const lines = new LineIndex(text)
    return namedInStrings(text, movedBy(candidate)).others.map(
      at => `${relative(plan.rootdir, path)}:${lines.position(at).line}`,
    )
  })
  if (places.length === 0) return []
  const more = places.length - MOST_TOLD
  const shown = places.slice(0, MOST_TOLD).join(', ') + (more > 0 ? ` and ${more} more` : '')
  return [`left as it is in ${places.length === 1 ? 'a string' : `${places.length} strings`}: ${shown}`]
}

function targetOf({ modules, names }: Candidate): string {
  const whole = [...modules.values()].filter(
    (each, _, all) => !all.some(above => each.startsWith(`${above}.`)),
  )
  const places = [...names.values()].map(({ module }) => module)
  const targets = [...new Set([...whole, ...places])].map(each => `'${each}'`)
  return targets.length > 3
    ? `${targets.slice(0, 2).join(', ')} and ${targets.length - 2} more`
    : targets.join(' and ')
}
