/** typing: the flag that guards imports for type checkers, and the bases that leave a class as it is. */
import { ancestry, nativeClass, OBJECT } from '../classes.ts'
import { type Class, FALSE } from '../values.ts'
import type { Model } from './model.ts'

export const GENERIC = nativeClass('Generic', 'typing', [OBJECT])
export const PROTOCOL = nativeClass('Protocol', 'typing', [GENERIC])

export const typingModels: readonly Model[] = [
  {
    modules: ['typing', 'typing_extensions'],
    names: () => ({ TYPE_CHECKING: FALSE, Generic: GENERIC, Protocol: PROTOCOL }),
  },
]

/** Is `cls[...]`, an alias that is called and derived from like the class itself? */
export function isGeneric(cls: Class): boolean {
  return [...ancestry(cls)].includes(GENERIC)
}
