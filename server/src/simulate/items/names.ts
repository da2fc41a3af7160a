/** Which names are tests: `python_functions` and `python_classes`. */
import { fnmatch } from '../../pytest/glob.ts'

/** PyCollector._matches_prefix_or_glob_option: each pattern is a prefix, or a glob if it looks like one. */
export function matchesName(name: string, patterns: readonly string[]): boolean {
  return patterns.some(
    pattern => name.startsWith(pattern) || (/[*?[]/.test(pattern) && fnmatch(name, pattern)),
  )
}
