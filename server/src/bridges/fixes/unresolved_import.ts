/**
 * A module that cannot be found: it may have moved; else put its folder on `sys.path`, install what provides it and say
 * that it is needed, or do without it.
 */

import { normalName } from '../../environment/requirements.ts'
import { basename, dirname, join, relative } from '../../files/paths.ts'
import { walkFiles } from '../../files/walk.ts'
import { providerOf } from '../../rules/distributions.ts'
import type { Finding } from '../../rules/finding.ts'
import { requirementFor, requirementsOf } from '../../rules/requirement.ts'
import { testFiles } from '../../rules/test_files.ts'
import { undotted } from '../../rules/unresolved_import.ts'
import { addToList } from '../config_edit.ts'
import { declareDependency } from '../dependency_edit.ts'
import { changeOf, editOf } from '../edit.ts'
import { causeOf, type FixContext, type Fixer, type Proposal } from '../fix.ts'
import { type ImportedName, importSites } from '../import_sites.ts'
import { proposalsForMoved } from '../moved_name.ts'
import { lineOf, replace } from '../replace.ts'

/** More folders than this are not tried: a name that lies everywhere is found nowhere. */
const MOST_FOLDERS = 3

export const unresolvedImport: Fixer = {
  rule: 'unresolved-import',
  *propose(finding, context): Iterable<Proposal> {
    const detail = causeOf(context, finding)?.failure.detail
    if (detail?.kind !== 'module-not-found') return
    const fresh = undotted(finding.span)
    if (fresh !== null) return yield* rename(context, finding.span.path, fresh)
    if (detail.blocker) return yield* proposalsForMoved(finding, context)
    const [top] = detail.module.split('.') as [string]
    const isTop = detail.module === top
    const folders = isTop ? foldersWith(context, detail.module, detail.searched) : []
    for (const folder of folders) yield* onPath(context, folder)
    const asked = requirementsOf(context, detail.module)
    // What the project asks others for did not move within it.
    if (asked.length === 0 || context.index.topLevelNames().has(top))
      yield* proposalsForMoved(finding, context)
    // What lies in the project is not for sale.
    if (folders.length > 0 || context.trace.modules.some(({ name }) => name === top)) return
    yield* install(finding, context, detail.module)
    // Needed, and not as an extra for those who want it: nothing is to do without it.
    if (asked.some(({ group }) => !group.startsWith('the extra'))) return
    yield* importorskip(finding, context, detail.module)
    yield* guard(finding, context, detail.module)
  },
}

function* rename({ fs }: FixContext, from: string, to: string): Iterable<Proposal> {
  if (fs.stat(to) !== null) return
  yield {
    key: 'rename',
    title: `Rename it to ${basename(to)}`,
    safety: 'safe',
    edit: editOf({ renamed: [{ from, to }] }),
    command: null,
    because: 'nobody can import a module that has a dot in its name',
  }
}

function* onPath(context: FixContext, folder: string): Iterable<Proposal> {
  const { rootdir, inipath, invocation } = context.plan
  const entry = relative(inipath === null ? rootdir : dirname(inipath), folder)
  const usual = [rootdir, invocation.cwd, join(rootdir, 'src'), join(rootdir, 'lib')].includes(folder)
  yield {
    key: `pythonpath ${entry}`,
    title: `Add "${entry}" to pythonpath in the configuration of pytest`,
    safety: usual ? 'safe' : 'unsafe',
    edit: addToList(context, { key: 'pythonpath', item: entry, words: true }),
    command: null,
    because: `the module lies in ${entry === '.' ? 'the root folder' : entry}, which is not on sys.path`,
  }
}

function* install(finding: Finding, context: FixContext, module: string): Iterable<Proposal> {
  const [top] = module.split('.') as [string]
  const asked = requirementFor(context, module)
  const provider = providerOf(module)
  const name = asked?.name ?? provider ?? top
  // Who knows what a name nobody vouches for would bring in: that is for a person to find out.
  const vouched = asked ? `'${asked.name}${asked.specifier}'` : provider
  const command = vouched === null ? null : `pip install ${vouched}`
  const because = asked
    ? `${asked.group} asks for it`
    : provider === null
      ? `perhaps it is called '${top}' too: nothing in the project says so, look at it before you install it`
      : `it provides '${module}'`
  // A name that is only guessed is not written into the project's files.
  const known = context.needs.requirements.some(each => normalName(each.name) === normalName(name))
  const declared =
    provider === null || known
      ? null
      : declareDependency(context, name, isOfTests(finding.span.path, context))
  if (declared)
    yield {
      key: `declare ${name}`,
      title: `Add ${name} to ${declared.place}, and install it`,
      safety: 'unsafe',
      edit: declared.edit,
      command,
      provides: [top],
      because,
    }
  yield {
    key: `install ${name}`,
    title: vouched === null ? `Install what provides '${top}'` : `Install ${name}`,
    safety: 'manual',
    edit: null,
    command,
    provides: [top],
    because,
  }
}

/** A test file, a conftest, or anything in a folder of tests. */
function isOfTests(path: string, { plan }: FixContext): boolean {
  const inner = relative(plan.rootdir, path)
  return testFiles(plan).has(path) || /(?:^|\/)(?:tests?|testing)\/|(?:^|\/)conftest\.py$/.test(inner)
}

/** A test file can skip itself where a module is missing. */
function* importorskip(finding: Finding, context: FixContext, module: string): Iterable<Proposal> {
  const { path, start } = finding.span
  const text = context.text(path)
  if (text === null || !testFiles(context.plan).has(path)) return
  const line = lineOf(text, start)
  if (!/^(?:from|import)\b/.test(text.slice(line.start))) return
  const hasPytest = /^import pytest\b/m.test(text.slice(0, line.start))
  const [top] = module.split('.') as [string]
  const added = `${hasPytest ? '' : 'import pytest\n\n'}pytest.importorskip("${top}")\n`
  yield {
    key: 'importorskip',
    title: `Skip the file where '${top}' is missing`,
    safety: 'unsafe',
    edit: editOf({ changed: [changeOf(path, text, [{ start: line.start, end: line.start, text: added }])] }),
    command: null,
    because: 'right only if the module is optional: its tests are then not run',
  }
}

/** Elsewhere the module can be done without: what it would have bound is None. Right only if nothing then needs it. */
function* guard(finding: Finding, context: FixContext, module: string): Iterable<Proposal> {
  const { path, start } = finding.span
  const [text, code] = [context.text(path), context.code(path)]
  const [top] = module.split('.') as [string]
  if (text === null || code === null || testFiles(context.plan).has(path)) return
  const site = importSites(code, text, top).find(
    ({ statement }) => statement.start <= start && start < statement.end,
  )
  if (!site || (site.kind === 'from' && site.names === '*')) return
  const { statement } = site
  const line = lineOf(text, statement.start)
  const alone =
    line.start + line.indent.length === statement.start &&
    /^[ \t]*(?:#|\r?$)/m.test(text.slice(statement.end).split('\n', 1)[0]!)
  if (!alone) return
  const bound =
    site.kind === 'from'
      ? (site.names as readonly ImportedName[]).map(({ name, as }) => as ?? name)
      : site.modules.map(({ name, as }) => as ?? name.split('.', 1)[0]!)
  const written = text.slice(statement.start, statement.end).replaceAll(/\n(?=.)/g, '\n    ')
  const put = [
    'try:',
    `    ${written}`,
    'except ImportError:',
    `    ${[...new Set(bound)].join(' = ')} = None`,
  ]
  yield {
    key: 'guard',
    title: `Do without '${top}' where it is missing`,
    safety: 'unsafe',
    edit: replace(context, { path, ...statement }, put.join(`\n${line.indent}`)),
    command: null,
    because: 'right only if the module is optional: what it would have bound is None then',
    alone: true,
  }
}

/** Folders of the project that hold a module or package of that name and are not searched. */
function foldersWith(
  { fs, plan, environment }: FixContext,
  name: string,
  searched: readonly string[],
): string[] {
  const found = new Set<string>()
  const left = new Set([...environment.sitePackages, environment.prefix ?? ''])
  const enter = (path: string, entry: { readonly name: string }) =>
    !/^(?:\.|__pycache__$|node_modules$|build$|dist$)/.test(entry.name) && !left.has(path)
  for (const file of walkFiles(fs, plan.rootdir, enter)) {
    const folder = dirname(file.path)
    if (file.name === `${name}.py`) found.add(folder)
    if (file.name === '__init__.py' && folder.endsWith(`/${name}`)) found.add(dirname(folder))
  }
  return [...found]
    .filter(folder => !searched.includes(folder) && fs.stat(join(folder, '__init__.py')) === null)
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
    .slice(0, MOST_FOLDERS)
}
