/** Other environments of the project than the chosen one, for saying that one of them has what is missing. */
import type { FileSystem } from '../files/file_system.ts'
import { basename, join } from '../files/paths.ts'
import { FOLDER_NAMES, foldersUpToRoot } from './candidates.ts'
import type { Environment } from './environment.ts'
import { isFile } from './look.ts'
import type { DiscoveryRequest } from './request.ts'

export interface OtherEnvironment {
  readonly folder: string
  /** Can a top-level module of that name be imported there? */
  readonly has: (module: string) => boolean
}

/** Virtual environments in the working directory and the folders of the repository above it. */
export function environmentsBeside(
  fs: FileSystem,
  request: Pick<DiscoveryRequest, 'cwd' | 'roots'>,
  chosen: Environment,
): readonly OtherEnvironment[] {
  return foldersUpToRoot(fs, request)
    .flatMap(folder => FOLDER_NAMES.map(name => join(folder, name)))
    .filter(folder => folder !== chosen.prefix && isFile(fs, join(folder, 'pyvenv.cfg')))
    .map(folder => ({
      folder,
      has: module => sitePackages(fs, folder).some(site => holds(fs, site, module)),
    }))
}

function sitePackages(fs: FileSystem, folder: string): string[] {
  const versions = (fs.list(join(folder, 'lib')) ?? []).filter(({ name }) => /^(?:python|pypy)\d/.test(name))
  return [
    join(folder, 'Lib/site-packages'),
    ...versions.map(({ name }) => join(folder, 'lib', name, 'site-packages')),
  ]
}

function holds(fs: FileSystem, site: string, module: string): boolean {
  const entries = fs.list(site) ?? []
  return entries.some(
    ({ name, kind }) => (kind === 'directory' ? name : basename(name).split('.')[0]) === module,
  )
}
