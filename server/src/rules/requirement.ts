/** From a module that is missing to what the project asks for. */
import type { Environment } from '../environment/environment.ts'
import { holds } from '../environment/markers.ts'
import { normalName, type Requirement } from '../environment/requirements.ts'
import { providerOf } from './distributions.ts'
import type { RuleContext } from './rule.ts'

/**
 * The requirement that would bring a missing module, of several the one for everybody; null where none does, where
 * its distribution is installed, or where it is not meant for this interpreter.
 */
export function requirementFor(
  { needs, environment }: Pick<RuleContext, 'needs' | 'environment'>,
  module: string,
): Requirement | null {
  const names = distributionsOf(module)
  if (environment.executable === null || isInstalled(environment, names)) return null
  const found = needs.requirements.filter(
    ({ name, marker }) =>
      names.has(normalName(name)) && (marker === null || holds(marker, environment) !== false),
  )
  return found.find(({ main }) => main) ?? found[0] ?? null
}

/** Every place where the project asks for what brings the module, for whomever and whatever purpose. */
export function requirementsOf(
  { needs }: Pick<RuleContext, 'needs'>,
  module: string,
): readonly Requirement[] {
  const names = distributionsOf(module)
  return needs.requirements.filter(({ name }) => names.has(normalName(name)))
}

/** What the distribution of a module may be called, as names are compared. */
function distributionsOf(module: string): ReadonlySet<string> {
  const top = module.split('.', 1)[0]!
  return new Set([providerOf(module) ?? top, top].map(normalName))
}

function isInstalled({ distributions }: Environment, names: ReadonlySet<string>): boolean {
  return distributions.some(({ name }) => names.has(normalName(name)))
}

/** How to get what is asked for: "pip install -e '.[test]'". */
export function howTo({ group, name }: Requirement): string {
  const [, kind, key] = /^the (extra|group) '(.*)' of/.exec(group) ?? []
  if (kind === 'extra') return `install the project with its extra: pip install -e '.[${key}]'`
  if (kind === 'group')
    return `install the group: pip install --group ${key}, or as the tool of the project does`
  return /\.(?:txt|in)$/.test(group)
    ? `pip install -r ${group}`
    : `install the project again, or ${name} by itself`
}
