/**
 * A package goes through the names of its `__all__` by `locals()[name]` or `globals()[name]`, and one of them no longer
 * comes with its star imports: it is imported from where it lives now.
 */
import { candidatesFor } from '../candidates.ts'
import { changeOf, editOf } from '../edit.ts'
import { exportsOf } from '../exports.ts'
import { causeOf, type Fixer, type Proposal } from '../fix.ts'
import { packageOf } from '../module_names.ts'
import { surroundingsOf } from '../moved_name.ts'
import { linesAround } from '../replace.ts'
import { importLine, relativeFrom } from '../rewrite.ts'

export const importTimeException: Fixer = {
  rule: 'import-time-exception',
  *propose(finding, context): Iterable<Proposal> {
    const { path, start } = finding.span
    const failure = causeOf(context, finding)?.failure
    const name = failure?.exception === 'KeyError' ? /^'(\w+)'$/.exec(failure.message)?.[1] : undefined
    const [text, code] = [context.text(path), context.code(path)]
    const module = context.index.moduleAt(path)
    const own = module?.names[0]
    if (name === undefined || text === null || !code || !module || own === undefined) return
    const all = exportsOf(code).all ?? []
    if (!all.includes(name) || context.index.offered(path, name)) return
    const before = code.ops.flatMap(op => {
      const end = op.op === 'from' ? code.places[2 * op.at + 1]! : Number.POSITIVE_INFINITY
      return end <= start ? [end] : []
    })
    const last = before.at(-1)
    if (last === undefined) return
    const at = linesAround(text, last, last).end
    for (const { names, because } of candidatesFor(
      { kind: 'name', module: own, name },
      surroundingsOf(context),
    )) {
      const place = names.get(`${own}.${name}`)
      if (!place || place.name !== name) continue
      const source = relativeFrom(packageOf(module), place.module)
      const line = `${importLine(`from ${source} import `, [name], '')}\n`
      yield {
        key: `import ${name} from ${place.module}`,
        title: `Import '${name}' from '${place.module}' here, as '__all__' lists it`,
        safety: 'unsafe',
        edit: editOf({ changed: [changeOf(path, text, [{ start: at, end: at, text: line }])] }),
        command: null,
        because: because.join('; '),
      }
    }
  },
}
