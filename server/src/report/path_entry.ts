/** Why an entry is on `sys.path`: from the plan and the environment alone, so that it can be told without a run. */
import type { Environment } from '../environment/environment.ts'
import { basename, dirname, isWithin, join, relative } from '../files/paths.ts'
import type { Plan } from '../pytest/plan.ts'
import { testFiles } from '../rules/test_files.ts'

/** A phrase for people. What nothing of the configuration explains was added by code that ran. */
export function whyOnPath(entry: string, plan: Plan, environment: Environment): string {
  const { invocation, pythonpath, importMode } = plan
  if (pythonpath.includes(entry)) {
    const { inipath } = plan
    return `the setting pythonpath${inipath === null ? '' : ` of ${relative(plan.rootdir, inipath)}`}`
  }
  if (invocation.kind === 'python -m pytest' && entry === invocation.cwd)
    return 'python -m pytest puts the working folder there'
  const fromVariable = (invocation.env.PYTHONPATH ?? '').split(environment.platform === 'win32' ? ';' : ':')
  if (fromVariable.some(part => part !== '' && join(invocation.cwd, part) === entry))
    return 'the variable PYTHONPATH'
  if (environment.sitePackages.includes(entry)) return 'installed distributions'
  if (environment.stdlib.some(folder => isWithin(entry, folder))) return 'the standard library'
  if (environment.sysPath.includes(entry)) return 'a .pth file or an editable installation'
  const first = importMode === 'importlib' ? null : firstImportedFrom(entry, plan)
  if (first !== null)
    return `import mode ${importMode}: ${relative(plan.rootdir, first)} is imported from there`
  return 'code that ran put it there'
}

/** The first conftest or test file below an entry: prepend and append put its root there. */
function firstImportedFrom(entry: string, plan: Plan): string | null {
  for (const file of [...plan.initialConftests, ...testFiles(plan)]) if (isWithin(file, entry)) return file
  return null
}

/** The entry as people write it: relative to the root where it lies below it. */
export function shownEntry(entry: string, root: string): string {
  if (entry === root) return `. (${basename(root)})`
  if (entry === dirname(root)) return '.. (the folder above the root)'
  return isWithin(entry, root) ? relative(root, entry) : entry
}
