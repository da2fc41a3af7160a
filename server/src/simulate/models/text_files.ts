/** Reading text files at import: `open(path)`, `Path.open()`, and what iterating and reading give. */
import type { Machine } from '../machine.ts'
import { pathText } from '../operate.ts'
import { type Args, constant, HARMLESS, isString, list, type Native, native, type Value } from '../values.ts'
import { argument } from './model.ts'

/** Longer files are not read by the machine. */
const LONGEST_FILE = 1_000_000

const lines = new WeakMap<Native, readonly Value[]>()

/** The lines of an open text file; undefined for anything else. */
export function linesOf(value: Native): readonly Value[] | undefined {
  return lines.get(value)
}

/** `open(path, mode)`: a file that exists and is read as text is known; anything else isn't. */
export function openFile(m: Machine, args: Args): Value {
  const mode = argument(args, 1, 'mode')
  return openPath(m, pathText(args.positional[0], m.cwd), mode)
}

export function openPath(m: Machine, path: string | null, mode: Value | undefined): Value {
  m.mayRaise(null)
  const reads = !mode || (isString(mode) && ['r', 'rt'].includes(mode.v))
  const text = path !== null && reads ? m.world.text(path) : null
  if (text === null || text.length > LONGEST_FILE) return HARMLESS
  const content = text.match(/[^\n]*\n|[^\n]+$/g) ?? []
  const values = content.map(line => constant(line.replace(/\r\n$/, '\n')))
  const file = native('file', null, {
    attribute: name => {
      if (name === 'read') return native('file.read', () => constant(text.replaceAll('\r\n', '\n')))
      return name === 'readlines' ? native('file.readlines', () => list([...values])) : HARMLESS
    },
  })
  lines.set(file, values)
  return file
}
