/**
 * The environment where no interpreter was found: a version that the project says it supports, the tables of
 * the standard library, and nothing installed. Whoever uses it must not call anything missing because of it.
 */
import { satisfies } from '@renovatebot/pep440'
import type { FileSystem } from '../files/file_system.ts'
import { join } from '../files/paths.ts'
import { foldersUpToRoot } from './candidates.ts'
import type { Environment } from './environment.ts'
import type { Rejection } from './installation.ts'
import { readText } from './look.ts'
import type { DiscoveryRequest } from './request.ts'
import { assumedStandardLibrary, KNOWN_MINORS } from './stdlib.ts'
import { readToml, stringAt } from './toml.ts'
import type { Minor } from './version.ts'

/** Taken where a project does not say which versions it is for. */
const USUAL_MINORS = [11, 12, 13]

export function assumeEnvironment(
  fs: FileSystem,
  request: DiscoveryRequest,
  rejected: readonly Rejection[],
): Environment {
  const stated = requiredVersions(fs, request)
  const allowed = KNOWN_MINORS.filter(minor => stated !== null && allows(stated, minor))
  const minors = (allowed.length > 0 ? allowed : USUAL_MINORS).map((minor): Minor => [3, minor])
  const newest = minors.at(-1)!
  const library = assumedStandardLibrary(minors, request.platform)
  const why = stated === null ? 'the project does not say which it needs' : `the project asks for ${stated}`
  return {
    executable: null,
    chosenBecause: 'no interpreter was found',
    rejected,
    version: [...newest, 0],
    implementation: 'cpython',
    platform: request.platform,
    prefix: '',
    basePrefix: '',
    ...library,
    sysPath: library.stdlib,
    sitePackages: [],
    distributions: [],
    editableFinders: [],
    namespacePth: {},
    opaquePth: [],
    distutilsShim: false,
    pytestVersion: null,
    pytestPlugins: [],
    unknown: [
      'No Python interpreter was found: nothing is known of what is installed.',
      `Python ${newest.join('.')} is assumed: ${why}.`,
    ],
  }
}

/** The project's own words about versions: pyproject.toml, setup.cfg, setup.py, nearest first. */
function requiredVersions(fs: FileSystem, request: DiscoveryRequest): string | null {
  for (const folder of foldersUpToRoot(fs, request)) {
    const project = readToml(fs, join(folder, 'pyproject.toml'))
    const stated =
      stringAt(project, 'project', 'requires-python') ??
      stringAt(project, 'tool', 'poetry', 'dependencies', 'python') ??
      legacyRequirement(readText(fs, join(folder, 'setup.cfg'))) ??
      legacyRequirement(readText(fs, join(folder, 'setup.py')))
    if (stated !== null) return stated
  }
  return null
}

function legacyRequirement(text: string | null): string | null {
  return /^\s*python_requires\s*=\s*["']?([^"'#\r\n]+)/m.exec(text ?? '')?.[1]?.trim() ?? null
}

/** Is any release of 3.`minor` within the specifier? poetry's '^3.9' and '~3.9' are spelled out first. */
function allows(specifier: string, minor: number): boolean {
  const plain = specifier
    .split('||')
    .map(part =>
      part
        .replace(/\^\s*(\d+)((?:\.\d+)*)/g, '>=$1$2,<4')
        .replace(/(^|,|\s)~\s*(\d+\.\d+)(?![.=])/g, '$1==$2.*'),
    )
  return plain.some(part => ['0', '99'].some(micro => isWithin(`3.${minor}.${micro}`, part.trim())))
}

function isWithin(version: string, specifier: string): boolean {
  try {
    return satisfies(version, specifier)
  } catch {
    // No specifier of PEP 440: it does not say anything that could be used.
    return false
  }
}
