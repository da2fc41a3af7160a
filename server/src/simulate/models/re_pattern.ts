/**
 * Patterns of Python's `re` in the syntax of ours, where both certainly mean the same on plain ASCII (`sre_parse`). What is
 * left out: back references, conditions, verbose patterns, atomic groups, groups that a repetition sets more than once,
 * and repetitions of repetitions, which may take for ever.
 */

/** The very end of a text. */
export const END = '(?![^])'

interface Open {
  readonly captures: boolean
  /** There is a group to be remembered in it; there is a repetition in it. */
  holdsGroup: boolean
  repeats: boolean
}

/** Escapes that mean the same in both; any punctuation may be escaped as well. */
const SHARED = /^[dDwWsSbBnrtfv]$/

/** `flags`: of the letters i, m and s. null: not known to mean the same, or no pattern at all. */
export function translatePattern(pattern: string, flags: string): RegExp | null {
  if (!/^[\t\n\r -~]*$/.test(pattern)) return null
  const inline = /^\(\?([aimsu]+)\)/.exec(pattern)
  const letters = flags + (inline?.[1] ?? '')
  const rest = inline ? pattern.slice(inline[0].length) : pattern
  const source = new Translation(rest, letters.includes('m'), letters.includes('s')).source()
  if (source === null) return null
  try {
    return new RegExp(source, letters.includes('i') ? 'i' : '')
  } catch {
    return null
  }
}

class Translation {
  private readonly text: string
  private readonly multiline: boolean
  private readonly dotAll: boolean
  private readonly opened: Open[] = [{ captures: false, holdsGroup: false, repeats: false }]
  private at = 0

  constructor(text: string, multiline: boolean, dotAll: boolean) {
    this.text = text
    this.multiline = multiline
    this.dotAll = dotAll
  }

  source(): string | null {
    let made = ''
    /** What a repetition would repeat: nothing, one character or class, or a group that was closed. */
    let last: 'nothing' | 'single' | Open = 'nothing'
    while (this.at < this.text.length) {
      const c = this.text[this.at]!
      const repetition = /^(?:[*+?]|\{\d*,?\d*\})/.exec(this.text.slice(this.at))?.[0]
      if (repetition && repetition !== '{}' && repetition !== '{,}') {
        if (last === 'nothing' || !this.mayRepeat(last, repetition)) return null
        this.at += repetition.length
        made += repetition.replace('{,', '{0,')
        if (this.text[this.at] === '?') made += this.text[this.at++]
        // A possessive one, or one too many.
        if (/[*+?{]/.test(this.text[this.at] ?? '')) return null
        last = 'nothing'
        continue
      }
      this.at++
      if (c === '(') {
        const start = this.group()
        if (start === null) return null
        made += start
        last = 'nothing'
      } else if (c === ')') {
        if (this.opened.length === 1) return null
        const closed: Open = this.opened.pop()!
        const around = this.opened.at(-1)!
        around.holdsGroup ||= closed.captures || closed.holdsGroup
        around.repeats ||= closed.repeats
        made += c
        last = closed
      } else if (c === '[') {
        const set = this.set()
        if (set === null) return null
        made += set
        last = 'single'
      } else if (c === '\\') {
        const escaped = this.text[this.at++] ?? ''
        const meaning = meaningOf(escaped)
        if (meaning === null) return null
        made += meaning
        last = /^[bBAZ]$/.test(escaped) ? 'nothing' : 'single'
      } else if (c === '|') {
        made += c
        last = 'nothing'
      } else if (c === '^') {
        made += this.multiline ? '(?<![^\\n])' : '(?<![^])'
        last = 'nothing'
      } else if (c === '$') {
        made += this.multiline ? '(?![^\\n])' : `(?=\\n?${END})`
        last = 'nothing'
      } else {
        made +=
          c === '.' ? (this.dotAll ? '[^]' : '[^\\n]') : c === '{' || c === '}' || c === ']' ? `\\${c}` : c
        last = 'single'
      }
    }
    return this.opened.length === 1 ? made : null
  }

  /** A group that is set again in each round keeps other things in Python; rounds within rounds may never end. */
  private mayRepeat(what: 'single' | Open, repetition: string): boolean {
    const around = this.opened.at(-1)!
    const many = repetition !== '?'
    if (what !== 'single' && many && (what.holdsGroup || what.repeats)) return false
    around.repeats ||= many
    return true
  }

  /** Behind an opening parenthesis. */
  private group(): string | null {
    const kind = /^\?(?:P<([A-Za-z_]\w*)>|:|=|!|<=|<!)/.exec(this.text.slice(this.at))
    if (!kind && this.text[this.at] === '?') return null
    const captures = !kind || kind[1] !== undefined
    this.opened.push({ captures, holdsGroup: false, repeats: false })
    if (!kind) return '('
    this.at += kind[0].length
    return kind[1] === undefined ? `(${kind[0]}` : `(?<${kind[1]}>`
  }

  /** Behind an opening bracket. */
  private set(): string | null {
    const negated = this.text[this.at] === '^'
    if (negated) this.at++
    let made = negated ? '[^' : '['
    // One that closes at once is a character in Python, and the end of the set in ours.
    if (this.text[this.at] === ']') return null
    for (;;) {
      const c = this.text[this.at++]
      if (c === undefined) return null
      if (c === ']') return `${made}]`
      if (c === '\\') {
        const escaped = this.text[this.at++] ?? ''
        const meaning = /^[bBAZ]$/.test(escaped) ? null : meaningOf(escaped)
        if (meaning === null) return null
        made += meaning
      } else made += c === '[' ? '\\[' : c
    }
  }
}

function meaningOf(escaped: string): string | null {
  if (escaped === 'A') return '(?<![^])'
  if (escaped === 'Z') return END
  if (SHARED.test(escaped) || /^[^\w\s]$/.test(escaped)) return `\\${escaped}`
  return null
}
