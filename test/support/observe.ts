/** A case on the real disk, collected by real pytest through the same `confirm/` that ships. */
import type { Observation } from '../../server/src/confirm/observation.ts'
import { collectOnly } from '../../server/src/confirm/runner.ts'
import { join } from '../../server/src/files/paths.ts'
import { type Case, installedFiles } from './case_file.ts'
import { layOut, layOutEnvironment } from './on_disk.ts'
import type { Python } from './pythons.ts'

const LIMIT_MS = 60_000

/** Lays the case out in a temporary folder, which is gone afterwards, and collects it. */
export async function observe(c: Case, python: Python): Promise<{ root: string; observation: Observation }> {
  const laid = layOut(c.name, c.files)
  try {
    const { root } = laid
    const executable =
      c.sitePackages.size > 0
        ? layOutEnvironment(join(root, '../environment'), python, installedFiles(c, root))
        : python.interpreter
    const { PATH, SYSTEMROOT, TEMP } = process.env // nothing else of this machine's may decide a case
    const observation = await collectOnly({
      executable,
      cwd: join(root, c.cwd),
      args: c.pytestArgs,
      invocation: c.invocation,
      env: { PATH, SYSTEMROOT, TEMP, ...c.env },
      timeoutMs: LIMIT_MS,
    })
    return { root, observation }
  } finally {
    laid.remove()
  }
}
