/** site: `addsitedir`, which puts a folder at the end of `sys.path`, and what its `.pth` files say behind it. */
import type { Machine } from '../machine.ts'
import { pathText } from '../operate.ts'
import { type Args, constant, isString, NONE, native, type Value } from '../values.ts'
import type { Model } from './model.ts'

export const siteModels: readonly Model[] = [
  { modules: ['site'], names: m => ({ addsitedir: native('site.addsitedir', args => addFolder(m, args)) }) },
]

/** `.pth` files are not read here: what they add is unknown. */
function addFolder(m: Machine, args: Args): Value {
  const folder = pathText(args.positional[0], m.cwd)
  const names = folder === null ? null : (m.world.fs.list(folder) ?? [])
  if (names === null || names.some(({ name }) => name.endsWith('.pth'))) m.heap.openContainer(m.sysPath)
  if (folder === null || m.sysPath.items.some(entry => isString(entry) && entry.v === folder)) return NONE
  m.heap.touch(m.sysPath)
  m.sysPath.items.push(constant(folder))
  return NONE
}
