/**
 * Asks the chosen interpreter which names modules of its standard library lack: half of them are compiled or
 * bind names by computation, and what is there differs by platform, by version and by how Python was built.
 */
import { runPython } from './probe.ts'
import { LOOK_UP_NAMES } from './python_scripts.ts'

export interface NameQuestion {
  /** Full name of the module, as imported. */
  readonly module: string
  readonly name: string
}

/** Python's own words where the name is missing. 'unknown': the module can't be imported here, or is not to be. */
export type NameVerdict = 'present' | 'unknown' | NameMissing

export interface NameMissing {
  /** Of `from module import name`. */
  readonly importError: string
  /** Of `module.name`. */
  readonly attributeError: string
  /** Public names that the module does have. */
  readonly has: readonly string[]
}

/**
 * The interpreter's answers, in the order of the questions. One process for all of them, which can import
 * nothing but the standard library. Where it dies or takes too long the rest is 'unknown'.
 */
export async function lookUpNames(
  executable: string,
  questions: readonly NameQuestion[],
  timeoutMs = 10_000,
): Promise<NameVerdict[]> {
  const input = questions.map(({ module, name }) => `${module} ${name}\n`).join('')
  const output = await runPython(
    executable,
    ['-I', '-S', '-B', '-c', LOOK_UP_NAMES],
    input,
    timeoutMs,
    process.env,
  )
  const lines = output.split('\n').slice(0, -1)
  return questions.map((_, index) => verdictOf(lines[index]))
}

function verdictOf(line: string | undefined): NameVerdict {
  if (line === 'present') return line
  try {
    const told: unknown = JSON.parse(line ?? '')
    if (Array.isArray(told) && told.length === 3 && Array.isArray(told[2]))
      return { importError: String(told[0]), attributeError: String(told[1]), has: told[2].map(String) }
  } catch {
    // 'unknown', or not our program's line.
  }
  return 'unknown'
}
