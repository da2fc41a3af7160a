/** What the process says to who started it. */
export const ExitCode = {
  /** Nothing that stops a test from being collected; there may be warnings. */
  clean: 0,
  /** At least one finding of severity error, or a run that stops. */
  findings: 1,
  /** Options, paths or settings that are wrong: nothing was checked. */
  usage: 2,
  /** A fault of precollect itself. */
  internal: 3,
} as const

/** Something the user gave is wrong; the message says what. */
export class UsageError extends Error {}
