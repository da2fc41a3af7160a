/** A distribution that the project asks for is not installed, or in another version. */
import { satisfies } from '@renovatebot/pep440'
import { holds } from '../environment/markers.ts'
import { normalName, type Requirement } from '../environment/requirements.ts'
import type { Cause } from './causes.ts'
import { missingModule } from './distributions.ts'
import { impact } from './impact.ts'
import { howTo, requirementFor } from './requirement.ts'
import type { Draft, Rule, RuleContext } from './rule.ts'

export const unmetRequirement: Rule = {
  id: 'unmet-requirement',
  summary: 'a distribution that the project asks for is absent or of another version',
  severity: 'warning',
  since: '0.1.0',
  doc: {
    breaks:
      'Nothing by itself: what fails because of it is an error of its own, such as `unresolved-import`. This one says ' +
      'which line of the project already asks for what is missing.',
    why:
      'The environment was made before the requirement was added, with other extras or groups, or by hand. pytest ' +
      'does not look at requirements; only an import that fails shows it.',
    todo: "Install the project again, with the extra or group that has it: `pip install -e '.[test]'`.",
    pytest: "E   ModuleNotFoundError: No module named '{module}'",
    limits:
      'A warning where an import fails for it, or where a dependency of the project itself is installed in a version ' +
      'that it excludes; a note where a dependency of the project is absent and nothing fails. Groups, extras and ' +
      'files of requirements that nothing fails for are left alone. Read are pyproject.toml, setup.cfg and files ' +
      'of requirements; setup.py is code.',
  },
  *check(context) {
    const { needs, environment } = context
    if (environment.executable === null || needs.requirements.length === 0) return
    const installed = new Map(environment.distributions.map(each => [normalName(each.name), each.version]))
    const told = new Set<string>()
    for (const cause of context.causes) {
      const module = missingModule(cause.failure)
      const requirement = module === null ? null : requirementFor(context, module)
      if (!requirement || told.has(normalName(requirement.name))) continue
      told.add(normalName(requirement.name))
      yield missing(context, requirement, cause)
    }
    for (const requirement of needs.requirements) {
      const name = normalName(requirement.name)
      if (!requirement.main || told.has(name)) continue
      if (requirement.marker !== null && holds(requirement.marker, environment) !== true) continue
      told.add(name)
      const version = installed.get(name)
      if (version === undefined) yield absent(requirement)
      else if (isOutside(version, requirement.specifier)) yield outside(requirement, version)
    }
  },
}

function missing(context: RuleContext, requirement: Requirement, cause: Cause): Draft {
  return {
    span: requirement.span,
    subject: requirement.name,
    what: `${requirement.name}, which ${requirement.group} asks for, is not installed`,
    why: impact(context, cause),
    todo: howTo(requirement),
    related: [{ span: cause.failure.focus, message: cause.failure.message }],
  }
}

function absent(requirement: Requirement): Draft {
  return {
    span: requirement.span,
    subject: requirement.name,
    severity: 'info',
    what: `${requirement.name}, which the project depends on, is not installed`,
    why: 'no import that is made during collection fails for it',
    todo: howTo(requirement),
  }
}

function outside({ name, specifier, span }: Requirement, version: string): Draft {
  return {
    span,
    subject: name,
    severity: 'warning',
    what: `${name} ${version} is installed, and the project asks for ${specifier}`,
    why: 'the tests run against a version that the project excludes',
    todo: 'install the project again, or correct the requirement',
  }
}

/** Is the version one that the specifier excludes? */
export function isOutside(version: string, specifier: string): boolean {
  try {
    return specifier !== '' && !satisfies(version, specifier, { prereleases: true })
  } catch {
    // A version or a specifier that PEP 440 does not know says nothing.
    return false
  }
}
