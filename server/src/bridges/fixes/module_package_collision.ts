/**
 * `foo.py` beside the package `foo/`: the file is never imported. It goes where the package has all its names; else
 * it moves into the package, which passes on the names that it lacks.
 */
import type { ModuleCode, Op } from '../../compile/module_code.ts'
import { contentHash } from '../../files/hash.ts'
import { basename, dirname, join, stem } from '../../files/paths.ts'
import { changeOf, editOf, type TextChange } from '../edit.ts'
import type { Fixer, Proposal } from '../fix.ts'

export const modulePackageCollision: Fixer = {
  rule: 'module-package-collision',
  *propose(finding, context): Iterable<Proposal> {
    const module = finding.span.path
    const name = stem(module)
    const init = join(dirname(module), name, '__init__.py')
    const [text, packageText] = [context.text(module), context.text(init)]
    const [code, packageCode] = [context.code(module), context.code(init)]
    if (text === null || packageText === null || !code || !packageCode) return
    const has = new Set(boundNames(packageCode.ops))
    const lacking = [...new Set(boundNames(code.ops))].filter(each => !has.has(each) && !has.has('*'))
    const isOpen = boundNames(code.ops).includes('*')
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

/** Names that are bound at the top level, without those for private use; '*' for a star import. */
function boundNames(ops: readonly Op[]): string[] {
  return ops.flatMap((op): string[] => {
    switch (op.op) {
      case 'def':
      case 'class':
        return op.name.startsWith('_') ? [] : [op.name]
      case 'assign':
        return op.targets.flatMap(target =>
          target.e === 'name' && !target.id.startsWith('_') ? [target.id] : [],
        )
      case 'annotated':
        return op.target.e === 'name' && op.value && !op.target.id.startsWith('_') ? [op.target.id] : []
      case 'from':
        return op.names === '*' ? ['*'] : op.names.map(({ name, as }) => as ?? name)
      case 'import':
        return op.names.map(({ module, as }) => as ?? module.split('.', 1)[0]!)
      case 'if':
        return [...boundNames(op.then), ...boundNames(op.else)]
      case 'try':
        return [op.body, op.else, op.finally, ...op.handlers.map(each => each.body)].flatMap(boundNames)
      case 'with':
        return boundNames(op.body)
      default:
        return []
    }
  })
}
