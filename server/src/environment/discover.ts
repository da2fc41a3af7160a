/**
 * The room's door: which Python runs the tests of a folder, and what is installed for it. `discoverEnvironment`
 * reads files and starts nothing; the probe, where it is allowed, confirms what was read.
 */
import type { FileSystem } from '../files/file_system.ts'
import { assumeEnvironment } from './assumed.ts'
import { candidates } from './candidates.ts'
import { distributionsIn, pytestPlugins, pytestVersion } from './distributions.ts'
import type { Environment } from './environment.ts'
import { type Installation, inspectExecutable, inspectFolder, type Rejection } from './installation.ts'
import type { DiscoveryRequest } from './request.ts'
import { readSearchPath } from './site.ts'
import { readStandardLibrary } from './stdlib.ts'
import { opaqueSentence } from './unknown.ts'

export type { DiscoveryRequest } from './request.ts'

/**
 * The environment of the first candidate that is a usable Python; without any, one made of assumptions
 * (`executable` null). Never fails: what went wrong is in `rejected` and `unknown`.
 */
export function discoverEnvironment(fs: FileSystem, request: DiscoveryRequest): Environment {
  const rejected: Rejection[] = []
  for (const candidate of candidates(fs, request)) {
    if ('reason' in candidate) {
      rejected.push(candidate)
      continue
    }
    const inspect = candidate.kind === 'folder' ? inspectFolder : inspectExecutable
    const found = inspect(fs, request, candidate.path)
    if (!('reason' in found)) return readEnvironment(fs, request, found, candidate.because, rejected)
    rejected.push(found)
  }
  return assumeEnvironment(fs, request, rejected)
}

function readEnvironment(
  fs: FileSystem,
  request: DiscoveryRequest,
  installation: Installation,
  chosenBecause: string,
  rejected: readonly Rejection[],
): Environment {
  const library = readStandardLibrary(fs, installation, request.platform)
  const searchPath = readSearchPath(fs, request, installation, library)
  const { sysPath, sitePackages, opaquePth } = searchPath
  const installed = sysPath.flatMap(folder => distributionsIn(fs, folder, sitePackages))
  return {
    executable: installation.executable,
    chosenBecause,
    rejected,
    version: installation.version,
    implementation: installation.implementation,
    platform: request.platform,
    prefix: installation.prefix,
    basePrefix: installation.basePrefix,
    ...library,
    ...searchPath,
    distributions: installed.map(({ distribution }) => distribution),
    pytestVersion: pytestVersion(fs, installed, sysPath),
    pytestPlugins: pytestPlugins(installed),
    unknown: [...installation.unknown, ...opaquePth.map(opaqueSentence)],
  }
}
