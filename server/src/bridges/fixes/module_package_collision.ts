/**
 * `foo.py` beside the package `foo/`: the file is never imported. An empty package gives way to it; it goes where the
 * package has all its names; else it moves into the package, which passes on the names that it lacks: those that the
 * file defines, and of those that it imports the ones that somebody takes from it.
 */
import type { Expr, ModuleCode, Op } from '../../compile/module_code.ts'
import { contentHash } from '../../files/hash.ts'
import { basename, dirname, join, stem } from '../../files/paths.ts'
import { innerBlocks } from '../../rules/mark_words.ts'
import { changeOf, editOf, type TextChange } from '../edit.ts'
import type { FixContext, Fixer, Proposal } from '../fix.ts'

export const modulePackageCollision: Fixer = {
  rule: 'module-package-collision',
  *propose(finding, context): Iterable<Proposal> {
    const module = finding.span.path
    const name = stem(module)
    const init = join(dirname(module), name, '__init__.py')
    const [text, packageText] = [context.text(module), context.text(init)]
    const [code, packageCode] = [context.code(module), context.code(init)]
    if (text === null || packageText === null || !code || !packageCode) return
    const has = new Set(namesOf(packageCode.ops).keys())
    const own = namesOf(code.ops)
    const wanted = wantedOf(init, context)
    const lacking = [...own]
      .filter(([each, how]) => !has.has(each) && !has.has('*') && (how === 'defined' || wanted.has(each)))
      .map(([each]) => each)
    const isOpen = own.has('*')
    if (isEmptyPackage(init, packageText, context)) {
      yield {
        key: 'no package',
        title: `Delete ${name}/__init__.py, which is empty and hides ${basename(module)}`,
        safety: 'unsafe',
        edit: editOf({ deleted: [{ path: init, content: contentHash(packageText) }] }),
        command: null,
        because: `nothing else lies in the package '${name}'`,
      }
    }
    if (lacking.length === 0 && !isOpen) {
      yield {
        key: 'delete',
        title: `Delete ${basename(module)}, which is never imported`,
        safety: 'unsafe',
        edit: editOf({ deleted: [{ path: module, content: contentHash(text) }] }),
        command: null,
        because: `the package '${name}' binds every name of it`,
      }
    }
    const to = join(dirname(module), name, `_${name}.py`)
    if (lacking.length === 0 || isOpen || context.fs.stat(to) !== null) return
    const moved = relativeImports(code, text)
    if (moved === null) return
    const line = `from ._${name} import ${lacking.join(', ')}  # noqa: F401\n`
    const lead = packageText === '' || packageText.endsWith('\n') ? '' : '\n'
    const end = packageText.length
    yield {
      key: 'merge',
      title: `Move ${basename(module)} into the package, and import ${listed(lacking)} from there`,
      safety: 'unsafe',
      edit: editOf({
        changed: [
          changeOf(init, packageText, [{ start: end, end, text: lead + line }]),
          ...(moved.length > 0 ? [changeOf(module, text, moved)] : []),
        ],
        renamed: [{ from: module, to }],
      }),
      command: null,
      because: `the package '${name}' lacks ${listed(lacking)}`,
    }
  },
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).map(name => `'${name}'`)
  return names.length > 3 ? `${shown.join(', ')} and ${names.length - 3} more` : shown.join(', ')
}

/** One folder further down, relative imports need one more dot. null where a place is not known. */
function relativeImports(
  { places }: ModuleCode & { readonly ops: readonly Op[] },
  text: string,
): TextChange[] | null {
  if (places.length === 0) return []
  // Whatever looks like one, in functions as well.
  return [...text.matchAll(/^[ \t]*from[ \t]+(?=\.)/gm)].map(({ 0: lead, index }) => {
    const at = index + lead.length
    return { start: at, end: at, text: '.' }
  })
}

/** Nothing but blanks and comments in it, and no other module beside it. */
function isEmptyPackage(init: string, text: string, { fs }: FixContext): boolean {
  const others = (fs.list(dirname(init)) ?? []).filter(
    ({ name }) => !/^(?:__pycache__|__init__\.py)$/.test(name),
  )
  return others.length === 0 && /^(?:\s|#[^\r\n]*)*$/.test(text)
}

/** What the workspace takes from the package of that `__init__.py`. */
function wantedOf(init: string, { index }: FixContext): ReadonlySet<string> {
  const names = index.moduleAt(init)?.names ?? []
  return new Set(
    names.flatMap(name => {
      const { names: taken, reads } = index.wanted(name)
      return [...taken, ...reads]
    }),
  )
}

/** Names that are bound at the top level when the module runs, without those for private use; '*' for a star import. */
function namesOf(ops: readonly Op[]): Map<string, 'defined' | 'imported'> {
  const found = new Map<string, 'defined' | 'imported'>()
  for (const [name, how] of bindings(ops)) if (found.get(name) !== 'defined') found.set(name, how)
  return found
}

function* bindings(ops: readonly Op[]): Generator<readonly [string, 'defined' | 'imported']> {
  for (const op of ops) {
    if (op.op === 'def' || op.op === 'class') yield* defined([op.name])
    else if (op.op === 'assign')
      yield* defined(op.targets.flatMap(target => (target.e === 'name' ? [target.id] : [])))
    else if (op.op === 'annotated') yield* defined(op.target.e === 'name' && op.value ? [op.target.id] : [])
    else if (op.op === 'from')
      yield* imported(op.names === '*' ? ['*'] : op.names.map(({ name, as }) => as ?? name))
    else if (op.op === 'import')
      yield* imported(op.names.map(({ module, as }) => as ?? module.split('.', 1)[0]!))
    else if (op.op === 'if' && isTypeChecking(op.test)) yield* bindings(op.else)
    else for (const block of innerBlocks(op)) yield* bindings(block)
  }
}

function defined(names: readonly string[]) {
  return names.filter(name => !name.startsWith('_')).map(name => [name, 'defined'] as const)
}

function imported(names: readonly string[]) {
  return names.map(name => [name, 'imported'] as const)
}

/** What stands under it is there for type checkers alone. */
function isTypeChecking(test: Expr): boolean {
  return test.e === 'name' ? test.id === 'TYPE_CHECKING' : test.e === 'attr' && test.name === 'TYPE_CHECKING'
}
