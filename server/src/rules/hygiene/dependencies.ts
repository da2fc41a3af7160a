/** What the project and the installed distributions ask for, against what is installed. */
import type { Environment } from '../../environment/environment.ts'
import { holds } from '../../environment/markers.ts'
import { normalName, readDependency } from '../../environment/requirements.ts'
import { isOutside } from '../unmet_requirement.ts'
import type { HygieneCheck, Said } from './check.ts'

export const dependencies: HygieneCheck = {
  id: 'dependencies',
  summary: 'requirements of the project or of installed distributions that are not met',
  *check({ environment, needs }) {
    if (environment.executable === null) return
    const installed = installedIn(environment)
    const absent = new Map<string, string[]>()
    for (const { name, specifier, marker, group, main } of needs.requirements) {
      if (marker !== null && holds(marker, environment) !== true) continue
      const version = installed.get(normalName(name))
      if (version === undefined) {
        if (main)
          yield {
            what: `${name}, which ${group} asks for, is not installed`,
            todo: 'install the project again',
          }
        else absent.set(group, [...(absent.get(group) ?? []), name])
      } else if (isOutside(version, specifier)) {
        yield {
          what: `${name} ${version} is installed, and ${group} asks for ${specifier}`,
          todo: 'install the project again, or correct the requirement',
        }
      }
    }
    // Nobody has every extra and group installed.
    for (const [group, names] of absent) {
      yield { severity: 'info', what: `not installed of ${group}: ${[...new Set(names)].join(', ')}` }
    }
    yield* amongInstalled(environment, installed)
  },
}

/** What `pip check` would say. */
function* amongInstalled(environment: Environment, installed: ReadonlyMap<string, string>): Generator<Said> {
  const told = new Set<string>()
  for (const { name, requires } of environment.distributions) {
    if (told.has(normalName(name))) continue
    told.add(normalName(name))
    for (const line of requires) {
      const needed = readDependency(line)
      // What an extra asks for is only wanted by those who asked for the extra.
      if (!needed || /\bextra\b/.test(needed.marker ?? '')) continue
      if (needed.marker !== null && holds(needed.marker, environment) !== true) continue
      const version = installed.get(normalName(needed.name))
      if (version === undefined) {
        yield { what: `${name} needs ${needed.name}, which is not installed`, todo: `install ${needed.name}` }
      } else if (isOutside(version, needed.specifier)) {
        yield {
          what: `${name} needs ${needed.name} ${needed.specifier}, and ${version} is installed`,
          todo: `install a version of ${needed.name} or of ${name} that fits`,
        }
      }
    }
  }
}

/** Versions by normal name: the first on sys.path is the one that counts. */
function installedIn({ distributions }: Environment): Map<string, string> {
  const versions = new Map<string, string>()
  for (const { name, version } of distributions) {
    if (!versions.has(normalName(name))) versions.set(normalName(name), version)
  }
  return versions
}
