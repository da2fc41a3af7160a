/** Sentences that stand in `Environment.unknown` and may be taken back when the interpreter itself has answered. */

export function opaqueSentence(line: string): string {
  return `It is not known what this does to the import system: ${line}`
}

export function assumedMicroSentence(executable: string, minor: readonly number[]): string {
  return `The exact version of ${executable} is unknown: ${minor.join('.')}.0 is assumed.`
}
