/** What to do about a name that a module of the standard library does not have. */
import { didYouMean } from './nearest.ts'
import type { RuleContext } from './rule.ts'

/** `has`: the names that the module does have. */
export function remedyInLibrary(context: RuleContext, name: string, has: readonly string[]): string {
  const [major, minor] = context.environment.version
  return `use a name that the standard library of Python ${major}.${minor} has${didYouMean(name, has)}`
}
