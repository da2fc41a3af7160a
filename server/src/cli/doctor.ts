/** `precollect doctor`: the hygiene of the environment, and caches taken away on request. */
import { DiskFileSystem } from '../files/disk.ts'
import { isWithin, relative } from '../files/paths.ts'
import { removeCache } from '../files/write.ts'
import { renderCaches, renderHygiene } from '../report/hygiene_text.ts'
import type { Complaint } from '../rules/hygiene/check.ts'
import { announce, type CheckOptions, refuseWrongSettings, requestOf } from './check.ts'
import { ExitCode, UsageError } from './exit_code.ts'
import { type Io, wantsColor } from './io.ts'
import { resolveTarget } from './target.ts'
import { tool } from './version.ts'

export interface DoctorOptions extends CheckOptions {
  readonly fix?: boolean
}

/** Throws a UsageError for paths and settings that are wrong, and where a cache can't be removed. */
export async function doctor(path: string | undefined, options: DoctorOptions, io: Io): Promise<number> {
  const fs = new DiskFileSystem()
  const target = resolveTarget(fs, io.cwd, path === undefined ? [] : [path])
  refuseWrongSettings(fs, target, options, io)
  const done = announce(target, options, io)
  const { examine, removableCaches } = await import('../engine/hygiene.ts')
  const request = requestOf(target, [], options, io)
  const { complaints } = await examine(fs, request).finally(done)
  const { removable, kept } = await removableCaches(complaints, request)
  const { cwd } = target
  const short = (place: string) => (isWithin(place, cwd) ? relative(cwd, place) : place)
  const { stdout, stderr } = io
  if (options.outputFormat === 'json') {
    stdout.write(`${JSON.stringify({ version: 1, tool, root: cwd, complaints, removable, kept }, null, 2)}\n`)
  } else {
    const style = {
      width: stdout.isTTY ? (stdout.columns ?? 80) : null,
      color: wantsColor(options.color, stdout, io.env),
      verbose: options.verbose === true,
      quiet: false,
    }
    stdout.write(renderHygiene(complaints, style))
    for (const { path: place, reason } of kept) stderr.write(`${short(place)} stays: ${reason}\n`)
    const lead = options.fix ? 'Removing' : 'Caches that --fix would remove'
    // What goes is listed as a whole.
    stdout.write(renderCaches(removable, lead, short, options.fix === true || style.verbose))
  }
  if (options.fix)
    remove(
      removable.map(each => each.path),
      short,
    )
  return verdict(complaints)
}

/** Throws a UsageError that names what stays; the rest is gone. */
function remove(paths: readonly string[], short: (path: string) => string): void {
  const stayed = paths.flatMap(path => {
    const reason = removeCache(path)
    return reason === null ? [] : [`cannot remove ${short(path)}: ${reason}`]
  })
  if (stayed.length > 0) throw new UsageError(stayed.join('\n'))
}

function verdict(complaints: readonly Complaint[]): number {
  return complaints.some(({ severity }) => severity !== 'info') ? ExitCode.findings : ExitCode.clean
}
