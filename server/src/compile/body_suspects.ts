/**
 * Syntax errors inside function bodies, which are cut out before anything is parsed. A few looks that broken
 * code has are searched for in the text; only a file that shows one is parsed as a whole.
 */

/** Looks of code that no Python 3 takes, each at the beginning of a line. */
const LOOKS: readonly string[] = [
  // Python 2: print "a", exec "a", except A, b:, raise A, "b"
  String.raw`[ \t]*(?:print|exec)[ \t]+(?:["'\w]|[rbu]["'])(?!\w*[ \t]*(?:=|\b(?:in|is|and|or|if|not)\b))`,
  String.raw`[ \t]*except[ \t]+[\w.]+[ \t]*,[ \t]*\w+[ \t]*:`,
  String.raw`[ \t]*raise[ \t]+[\w.]+[ \t]*,`,
  // what a merge left behind
  String.raw`(?:<{7}|={7}|>{7})(?: |$)`,
  // a header without its colon
  String.raw`([ \t]*)(?:if|elif|else|while|for|try|except|finally|with|def|class)\b[^\n:#"'\\([{]*\n\1[ \t]+\S`,
]

const BROKEN = new RegExp(`^(?:${LOOKS.join('|')})`, 'm')

/** Does the text show one of those looks anywhere? Strings and comments may, too: it is no verdict. */
export function looksBroken(text: string): boolean {
  return BROKEN.test(text)
}
