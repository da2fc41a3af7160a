/** A warning that the filters make an error of: a filter for this one, behind all others. */
import { escapeRegExp } from '../../files/words.ts'
import { addToList } from '../config_edit.ts'
import { causeOf, type Fixer, type Proposal } from '../fix.ts'

/** What may stand in the message part of a filter without being taken for something else. */
const PLAIN = /^[\w ,.'"()/-]+/

export const warningAsError: Fixer = {
  rule: 'warning-as-error',
  *propose(finding, context): Iterable<Proposal> {
    const failure = causeOf(context, finding)?.failure
    if (failure?.detail.kind !== 'warning') return
    const { category } = failure.detail
    // The message of a filter is a pattern for how the text begins; a colon would end it.
    const begin = PLAIN.exec(failure.message)?.[0].trimEnd() ?? ''
    const known = BUILT_IN.has(category)
      ? category
      : /^Pytest\w+$/.test(category)
        ? `pytest.${category}`
        : null
    if (begin === '' || known === null) return
    yield {
      key: `ignore ${category}`,
      title: `Ignore this ${category} in filterwarnings`,
      safety: 'unsafe',
      edit: addToList(context, {
        key: 'filterwarnings',
        item: `ignore:${escapeRegExp(begin)}:${known}`,
        words: false,
      }),
      command: null,
      because: 'the last filter that matches wins; what the warning is about stays as it is',
    }
  },
}

const BUILT_IN = new Set(
  'BytesWarning DeprecationWarning EncodingWarning FutureWarning ImportWarning PendingDeprecationWarning ResourceWarning RuntimeWarning SyntaxWarning UnicodeWarning UserWarning Warning'.split(
    ' ',
  ),
)
