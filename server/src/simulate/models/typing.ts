/** typing: the flag that guards imports for type checkers. */
import { FALSE } from '../values.ts'
import type { Model } from './model.ts'

export const typingModels: readonly Model[] = [
  { modules: ['typing', 'typing_extensions'], names: () => ({ TYPE_CHECKING: FALSE }) },
]
