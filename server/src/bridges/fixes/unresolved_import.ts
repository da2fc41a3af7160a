/**
 * A module that cannot be found: it may have moved; else put its folder on `sys.path`, install what provides it, or do
 * without it.
 */
import { dirname, join, relative } from '../../files/paths.ts'
import { walkFiles } from '../../files/walk.ts'
import { providerOf } from '../../rules/distributions.ts'
import type { Finding } from '../../rules/finding.ts'
import { requirementFor } from '../../rules/requirement.ts'
import { testFiles } from '../../rules/test_files.ts'
import { addToList } from '../config_edit.ts'
import { changeOf, editOf } from '../edit.ts'
import { causeOf, type FixContext, type Fixer, type Proposal } from '../fix.ts'
import { proposalsForMoved } from '../moved_name.ts'
import { lineOf } from '../replace.ts'

/** More folders than this are not tried: a name that lies everywhere is found nowhere. */
const MOST_FOLDERS = 3

export const unresolvedImport: Fixer = {
  rule: 'unresolved-import',
  *propose(finding, context): Iterable<Proposal> {
    const detail = causeOf(context, finding)?.failure.detail
    if (detail?.kind !== 'module-not-found') return
    if (detail.blocker) return yield* proposalsForMoved(finding, context)
    const [top] = detail.module.split('.') as [string]
    const isTop = detail.module === top
    const folders = isTop ? foldersWith(context, detail.module, detail.searched) : []
    for (const folder of folders) yield* onPath(context, folder)
    yield* proposalsForMoved(finding, context)
    // What lies in the project is not for sale.
    if (folders.length > 0 || context.trace.modules.some(({ name }) => name === top)) return
    yield* install(context, detail.module)
    yield* importorskip(finding, context, detail.module)
  },
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

function* install(context: FixContext, module: string): Iterable<Proposal> {
  const [top] = module.split('.') as [string]
  const asked = requirementFor(context, module)
  const name = asked?.name ?? providerOf(module) ?? top
  yield {
    key: `install ${name}`,
    title: `Install ${name}`,
    safety: 'manual',
    edit: null,
    command: `pip install ${asked ? `'${asked.name}${asked.specifier}'` : name}`,
    provides: [top],
    because: asked
      ? `${asked.group} asks for it`
      : providerOf(module) === null
        ? `a distribution of the same name may provide '${top}'`
        : `it provides '${module}'`,
  }
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
