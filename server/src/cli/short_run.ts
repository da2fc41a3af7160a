/** What a process does whose start is a good part of its time. */
import module from 'node:module'
import process from 'node:process'
import { setFlagsFromString } from 'node:v8'
import { programFolder } from '../files/cache_folder.ts'

/**
 * When a function is optimised, by V8's major version: how often it was called, or how much of its byte code
 * was run. About ten times of what V8 takes by itself. A version that isn't here is left alone, for V8
 * complains aloud of flags it does not know.
 */
const LATER: ReadonlyMap<string, string> = new Map([
  ['11', '--interrupt-budget=800000'], // Node 20
  ['12', '--invocation-count-for-turbofan=40000'], // Node 22
  ['13', '--invocation-count-for-turbofan=40000'], // Node 24
])

/**
 * By default more processor time goes into optimised machine code than into running it: in a run this short
 * that is paid back for the hottest functions only. These settings say when V8 optimises and how much it puts
 * into one function; they change nothing that code does. Not for a process that stays, such as the server.
 */
export function expectShortRun(): void {
  const later = LATER.get(process.versions.v8.split('.', 1)[0] ?? '')
  if (later === undefined) return
  setFlagsFromString(later)
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=230')
}

/**
 * Has Node (from 22 on) keep what it compiled of our own program, beside what we keep ourselves, and take it from
 * there. For what is loaded after this.
 */
export function keepCompiledProgram(env: Readonly<Record<string, string>>): void {
  const { enableCompileCache } = module as { enableCompileCache?: (folder: string) => unknown }
  enableCompileCache?.(programFolder(env))
}
