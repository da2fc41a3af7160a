/**
 * Takes tokens from the text for `plain_*.ts`: characters, words and brackets, with the blanks between them.
 */

import type { CodeBuilder } from './code_builder.ts'
import { Code, isBlankCode, isWordCode } from './lexical.ts'
import { continuation } from './logical_line.ts'
import { ownString } from './room.ts'

/** Words that can't be names. */
export const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from ' +
    'global if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
)

export class PlainReader {
  /** Where reading goes on; blanks may come first. */
  protected pos = 0
  /** The end of the last token read. */
  protected tokenEnd = 0
  /** How deep the expressions being read are nested. */
  protected nesting = 0
  /** Open brackets: inside, line ends and comments are blanks. */
  private brackets = 0

  constructor(
    protected readonly text: string,
    protected readonly builder: CodeBuilder,
  ) {}

  protected begin(at: number): void {
    this.pos = at
    this.brackets = 0
    this.nesting = 0
  }

  /** The offset of the next character that is no blank; `pos` stands there. */
  protected startOfNext(): number {
    const { text } = this
    for (;;) {
      const code = text.charCodeAt(this.pos)
      if (isBlankCode(code)) this.pos++
      else if (code === Code.backslash) {
        const next = continuation(text, this.pos, text.length)
        if (next < 0) return this.pos
        this.pos = next
      } else if (this.brackets === 0) return this.pos
      else if (code === Code.newline) this.pos++
      else if (code === Code.hash) {
        const newline = text.indexOf('\n', this.pos)
        this.pos = newline < 0 ? text.length : newline
      } else return this.pos
    }
  }

  /** The next character that is no blank; undefined at the end. `pos` stands at it. */
  protected peek(): string | undefined {
    return this.text[this.startOfNext()]
  }

  /** Takes the character if it comes next. */
  protected take(character: string): boolean {
    if (this.peek() !== character) return false
    this.tokenEnd = ++this.pos
    return true
  }

  /** Takes the opening bracket that comes next. */
  protected open(): void {
    this.brackets++
    this.tokenEnd = ++this.pos
  }

  /** Takes the closing bracket if it comes next. */
  protected close(bracket: string): boolean {
    if (this.peek() !== bracket) return false
    this.brackets--
    this.tokenEnd = ++this.pos
    return true
  }

  /** The identifier or keyword that comes next; '' where there is none or it has letters beyond ASCII. */
  protected word(): string {
    const { text } = this
    const start = this.startOfNext()
    let code = text.charCodeAt(start)
    if (!isWordCode(code) || (code >= Code.digit0 && code <= Code.digit9)) return ''
    let end = start
    while (code < 128 && isWordCode(code)) code = text.charCodeAt(++end)
    return code >= 128 ? '' : ownString(text.slice(start, end))
  }

  /** Whether a quote touches the word that comes next. */
  protected isPrefix(word: string): boolean {
    const after = this.text.charCodeAt(this.pos + word.length)
    return after === Code.quote || after === Code.apostrophe
  }

  /** Takes the token that comes next. */
  protected takeToken(token: string): void {
    this.pos += token.length
    this.tokenEnd = this.pos
  }

  /** Takes the keyword if it comes next. */
  protected takeKeyword(keyword: string): boolean {
    const at = this.startOfNext()
    if (!this.text.startsWith(keyword, at) || isWordCode(this.text.charCodeAt(at + keyword.length)))
      return false
    this.takeToken(keyword)
    return true
  }

  /** Takes an identifier that is no keyword; null otherwise. */
  protected identifier(): string | null {
    const word = this.word()
    if (word === '' || KEYWORDS.has(word) || this.isPrefix(word)) return null
    this.takeToken(word)
    return word
  }
}
