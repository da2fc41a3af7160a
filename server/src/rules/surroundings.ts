/** What failures are judged against, gathered once from a trace and its environment. */
import type { Environment } from '../environment/environment.ts'
import { isWithin } from '../files/paths.ts'
import type { Trace } from '../simulate/trace.ts'
import type { Collision, Shadowed, Surroundings } from './classify.ts'

export function surroundings(
  trace: Trace,
  environment: Environment,
  root: string,
  files: Pick<Surroundings, 'exists' | 'text'>,
): Surroundings {
  const shadowed = new Map<string, Shadowed>()
  const collisions = new Map<string, Collision>()
  for (const event of trace.events) {
    if (event.event === 'shadowed') shadowed.set(event.name, event)
    if (event.event === 'collision') collisions.set(event.package, event)
  }
  const names = installedNames(environment)
  return {
    root,
    isProject: path => isProjectFile(path, root, environment),
    shadowed,
    collisions,
    installed: name => names.has(name),
    exists: files.exists,
    text: files.text,
  }
}

/** Below the root and not of an environment that lies there too. */
export function isProjectFile(path: string, root: string, environment: Environment): boolean {
  const { sitePackages, stdlib } = environment
  return isWithin(path, root) && ![...sitePackages, ...stdlib].some(folder => isWithin(path, folder))
}

function installedNames({ stdlibNames, distributions }: Environment): ReadonlySet<string> {
  const names = new Set(stdlibNames)
  for (const { topLevel, editable } of distributions) {
    // An editable distribution's modules are files of a project, often of this very one.
    if (!editable) for (const name of topLevel ?? []) names.add(name)
  }
  return names
}
