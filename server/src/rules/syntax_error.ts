/** A file that Python cannot compile. */
import { wholeFile } from './classify.ts'
import { shown } from './impact.ts'
import { causesOf, type Rule, tell } from './rule.ts'

export const syntaxError: Rule = {
  id: 'syntax-error',
  summary: 'a file does not compile under the chosen Python',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks:
      'A file that is imported while tests are collected cannot be compiled, so not one line of it runs.',
    why:
      'Besides typing errors: syntax that is newer than the interpreter (`match`, `except*`, `type X = ...`), code ' +
      'of Python 2, merge conflict markers, tabs mixed with spaces, or bytes that are no UTF-8.',
    todo: 'Correct the line, or run the tests with a Python that knows the syntax.',
    pytest: 'E     File "{file}", line {line}\nE       {source line}\nE       ^\nE   SyntaxError: {message}',
    limits:
      'The interpreter itself gives the verdict; it compiles the file and does not run it. Where it may not be ' +
      'started, a file that looks wrong is reported as a warning. Function bodies are not parsed: a fault in one is ' +
      'seen if it shows in the order of the tokens of a line, in its blocks and loops, targets, arguments, escapes or ' +
      '`global` and `nonlocal` statements. Parameters of inner functions, patterns and the insides of f-strings are not ' +
      'looked at there. Where warnings are errors, escapes that mean nothing are seen outside the fields of f-strings; ' +
      'what else the compiler warns of is not.',
  },
  *check(context) {
    const proved = new Set<string>()
    for (const cause of causesOf(context, 'syntax-error')) {
      proved.add(cause.span.path)
      const { exception, message } = cause.failure
      yield tell(context, cause, {
        // Python's own '(file.py, line 3)' says nothing that the place does not.
        what: `${exception}: ${message.replace(/\s*\([^()]*, line \d+\)$/, '')}`,
        todo: isInConflict(context.text(cause.span.path) ?? '')
          ? 'conflict markers: resolve the merge'
          : `correct the line; Python ${context.environment.version.slice(0, 2).join('.')} has to compile it`,
      })
    }
    for (const path of context.trace.suspects) {
      if (proved.has(path)) continue
      yield {
        span: wholeFile(path),
        subject: 'SyntaxError',
        severity: 'warning',
        what: `${shown(context, path)} may not compile`,
        why: 'its syntax could not be followed, and no interpreter was there to decide',
        todo: 'look at the file, or name an interpreter that may be started',
      }
    }
  },
}

/** Has a merge left its markers at the beginnings of lines, in their order? */
function isInConflict(text: string): boolean {
  return /^<{7}[ \r\n](?:.*\n)*?={7}\r?\n(?:.*\n)*?>{7}(?:[ \r\n]|$)/m.test(text)
}
