/** `@pytest.mark.parametrize` with arguments that pytest refuses when it collects the test. */
import type { FailureDetail } from '../simulate/trace.ts'
import { said } from './classify.ts'
import { detailsOf, type Rule, tell } from './rule.ts'

type Detail = Extract<FailureDetail, { kind: 'parametrize' }>

export const invalidParametrize: Rule = {
  id: 'invalid-parametrize',
  summary: 'pytest refuses the arguments of @pytest.mark.parametrize',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks:
      'The file, or the class that the test stands in: none of its tests is collected, not this one alone.',
    why:
      'Tests are multiplied while they are collected. Each set of values must have as many values as there are ' +
      'names, each name must be an argument of the test or of a fixture that it uses, no name may be given twice, ' +
      'and as many ids as sets. Marks of a class or in `pytestmark` apply to every test below them.',
    todo: 'Correct the names, values or ids of the mark, or the arguments of the test.',
    pytest:
      '{nodeid}: in "parametrize" the number of names ({n}):\n  {names}\nmust be equal to the number of values ({m}):\n  {values}\n\n' +
      "In {test}: function uses no argument '{name}'\n\nIn {test}: function already takes an argument '{name}' with a default value\n\n" +
      "{nodeid}: duplicate parametrization of '{name}'\n\nIn {test}: {n} parameter sets specified, with different number of ids: {m}",
    limits:
      'Values that are computed in ways that cannot be followed, and tests behind decorators that are not known, ' +
      'are not judged. A fixture that does not exist fails when the test runs, not when it is collected.',
  },
  *check(context) {
    for (const { cause, failure, detail } of detailsOf(context, 'invalid-parametrize', 'parametrize')) {
      yield tell(context, cause, {
        what: `${detail.test}: ${words(said(failure.message, context.plan.rootdir))}`,
        todo: remedy(detail),
      })
    }
  },
}

/** pytest's words without the test that they begin with. */
function words(message: string): string {
  return message.replace(/^(?:In )?\S+: (?=\S)/, '')
}

function remedy({ problem, argument, test }: Detail): string {
  const name = test.split('::').at(-1)!
  switch (problem) {
    case 'call':
      return 'give it the names and a list of values: parametrize("a, b", [(1, 2), (3, 4)])'
    case 'counts':
      return 'give each set as many values as there are names, as a tuple'
    case 'unused':
      return `add the argument '${argument}' to ${name}, or correct the name in the mark`
    case 'default':
      return `take the default of '${argument}' away: pytest fills in only arguments without one`
    case 'duplicate':
      return `parametrize '${argument}' in one place: a mark on the class or module counts as well`
    case 'ids':
      return 'give one id for each set of values, a text or a number, or leave ids out'
    case 'alike':
      return 'give the sets ids of their own, or take out the one that stands there twice'
    case 'indirect':
      return 'name in indirect only what the first argument names, or give it True'
    case 'scope':
      return 'use one of session, package, module, class and function'
    case 'reserved':
      return "call the argument something else: 'request' is pytest's own fixture"
    case 'marks':
      return 'give marks of pytest.param as pytest.mark.NAME, not by their names'
    case 'empty':
      return 'give it values, or set empty_parameter_set_mark to skip'
  }
}
