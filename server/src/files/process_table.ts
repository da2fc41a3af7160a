/**
 * The table of processes that Linux shows as files: who runs, with what in the environment, and how much of the
 * machine it takes. Everywhere else nothing can be read, and every answer is empty.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'

/** Processes of this user that were started with `entry` ('NAME=value') in their environment, forks included. */
export function processesWith(entry: string): number[] {
  return processIds().filter(pid => readBytes(`/proc/${pid}/environ`)?.includes(entry) === true)
}

/** Memory in use, in bytes; 0 where the process has ended. */
export function residentBytes(pid: number): number {
  const status = readBytes(`/proc/${pid}/status`)?.toString('latin1') ?? ''
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024
}

/** The size of the file, also of a deleted one, that the process's standard output or error goes to; else 0. */
export function outputBytes(pid: number): number {
  const sizes = [1, 2].map(descriptor => {
    try {
      const stat = statSync(`/proc/${pid}/fd/${descriptor}`)
      return stat.isFile() ? stat.size : 0
    } catch {
      return 0 // It is closed, or the process has ended.
    }
  })
  return Math.max(...sizes)
}

function processIds(): number[] {
  if (process.platform !== 'linux') return []
  try {
    return readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .map(Number)
  } catch {
    return [] // /proc is not mounted.
  }
}

function readBytes(path: string): Buffer | null {
  try {
    return readFileSync(path)
  } catch {
    return null // Another user's, or gone.
  }
}
