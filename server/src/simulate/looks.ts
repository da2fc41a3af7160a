/**
 * What a step looks at beside the state of the machine: files, whether a failure counts as cured, whether any does. What
 * the finder looks at is the finder's own business.
 */
export const Looks = {
  file: (path: string): string => path,
  /** What is in a folder. */
  folder: (path: string): string => `in: ${path}`,
  cure: (site: string): string => `cured: ${site}`,
  installed: (module: string): string => `installed: ${module}`,
  anyCure: 'cured: any',
} as const
