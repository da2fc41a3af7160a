/**
 * What Python's `doctest` refuses about the examples in a docstring before it runs any: `DocTestParser.parse`, check for
 * check and in its order. Options behind `# doctest:` are not looked at: plugins register more of them.
 */

const EXAMPLE = /((?:^([ ]*)>>>.*)(?:\n[ ]*\.\.\..*)*)\n?((?:(?![ ]*$)(?![ ]*>>>).+$\n?)*)/gm

/**
 * What is wrong with a docstring, in doctest's words; null where nothing is. `name` is the dotted name of what it
 * describes; `quote` shows a text as Python does.
 */
export function doctestFault(
  docstring: string,
  name: string,
  quote: (text: string) => string,
): string | null {
  const text = dedented(expandTabs(docstring))
  let line = 0
  let before = 0
  for (const match of text.matchAll(EXAMPLE)) {
    const [whole, source = '', spaces = '', want = ''] = match
    line += newlines(text.slice(before, match.index))
    const fault = faultOf(source.split('\n'), want.split('\n'), spaces)
    if (fault)
      return `line ${line + fault.line} of the docstring for ${name} ${fault.what}: ${quote(fault.text)}`
    line += newlines(whole)
    before = match.index + whole.length
  }
  return null
}

interface Fault {
  /** Within the example, from 1. */
  readonly line: number
  readonly what: string
  readonly text: string
}

function faultOf(source: readonly string[], want: readonly string[], spaces: string): Fault | null {
  const indent = spaces.length
  for (const [index, text] of source.entries())
    if (text.length >= indent + 4 && text[indent + 3] !== ' ')
      return { line: index + 1, what: `lacks blank after ${text.slice(indent, indent + 3)}`, text }
  const expected = want.length > 1 && /^ *$/.test(want.at(-1)!) ? want.slice(0, -1) : want
  const misplaced = (lines: readonly string[], prefix: string, first: number): Fault | null => {
    const index = lines.findIndex(text => text !== '' && !text.startsWith(prefix))
    return index < 0
      ? null
      : { line: first + index + 1, what: 'has inconsistent leading whitespace', text: lines[index]! }
  }
  return misplaced(source.slice(1), `${spaces}.`, 0) ?? misplaced(expected, spaces, source.length)
}

function newlines(text: string): number {
  return text.split('\n').length - 1
}

function dedented(text: string): string {
  const depths = [...text.matchAll(/^( *)(?=\S)/gm)].map(([, spaces]) => spaces!.length)
  const least = depths.length === 0 ? 0 : Math.min(...depths)
  return least === 0
    ? text
    : text
        .split('\n')
        .map(line => line.slice(least))
        .join('\n')
}

/** `str.expandtabs()`. */
function expandTabs(text: string): string {
  if (!text.includes('\t')) return text
  return text
    .split('\n')
    .map(line => {
      let out = ''
      for (const c of line) out += c === '\t' ? ' '.repeat(8 - (out.length % 8)) : c
      return out
    })
    .join('\n')
}
