/**
 * Collected tests as `pytest_collection_modifyitems` gets them. Of each combination of marks one test stands for all:
 * what such a hook does by marks, it does to that one. Of anything else about them nothing is known.
 */
import { remember } from '../../files/memo.ts'
import { getAttribute } from '../attribute.ts'
import type { Machine } from '../machine.ts'
import { markGenerator } from '../models/marks.ts'
import { callSpan, textArgument } from '../models/model.ts'
import { type Args, isString, list, NONE, native, UNKNOWN, type Value, withMore } from '../values.ts'

/** Notes a test that is collected with these marks. */
export function noteItem(m: Machine, marks: ReadonlySet<string>): void {
  const names = [...marks].sort()
  remember(m.itemMarks, names.join(' '), () => names)
}

/** The list of items, in which there are more than are known. Options that leave some out make all of them unknown. */
export function itemList(m: Machine): Value {
  const { keyword, markexpr, deselect } = m.plan.options
  const all = !keyword?.value && !markexpr?.value && !deselect?.value
  const known = all ? [...m.itemMarks.values()].map(names => itemObject(m, new Set(names))) : []
  return withMore(list([...known, UNKNOWN]))
}

function itemObject(m: Machine, marks: ReadonlySet<string>): Value {
  const closest = (args: Args): Value => {
    const name = textArgument(args, 0, 'name')
    if (name === null) return UNKNOWN
    // A package or another hook may have given it one more.
    return marks.has(name) ? native('Mark', () => UNKNOWN) : UNKNOWN
  }
  return native('item', null, {
    attribute: name => {
      switch (name) {
        case 'get_closest_marker':
          return native('item.get_closest_marker', closest)
        case 'keywords':
          return keywords(marks)
        case 'add_marker':
          return native('item.add_marker', args => {
            const [mark] = args.positional
            if (isString(mark)) getAttribute(m, markGenerator(m), mark.v, callSpan(m))
            return NONE
          })
        default:
          return UNKNOWN
      }
    },
  })
}

/** Names of marks stand among others: of functions, classes, files. */
function keywords(marks: ReadonlySet<string>): Value {
  return native('item.keywords', null, {
    mapping: {
      get: () => UNKNOWN,
      set: () => {},
      remove: () => {},
      has: key => (isString(key) && marks.has(key.v) ? true : null),
    },
  })
}
