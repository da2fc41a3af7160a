/** Made-up imports between files, with circles in them, and the plain way to walk them. */
import type { Random } from './random.ts'

type Imports = ReadonlyMap<string, readonly string[]>

export function randomImports(random: Random): Imports {
  const files = Array.from({ length: 2 + random.below(14) }, (_, n) => `/p/${n}.py`)
  return new Map(files.map(file => [file, random.some(files, random.geometric(1.2))]))
}

/** The file and all that it leads to. */
export function walked(imports: Imports, file: string): ReadonlySet<string> {
  const seen = new Set([file])
  for (const each of seen) for (const next of imports.get(each) ?? []) seen.add(next)
  return seen
}
