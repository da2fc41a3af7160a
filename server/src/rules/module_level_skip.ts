/** `pytest.skip()` at module level without saying that the whole file is meant. */
import { causesOf, type Rule, tell } from './rule.ts'

export const moduleLevelSkip: Rule = {
  id: 'module-level-skip',
  summary: 'pytest.skip() at module level without allow_module_level=True',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks: 'The file that was to be skipped is an error instead.',
    why:
      '`pytest.skip()` outside a test would skip the whole file. pytest wants to hear that this is meant; `@pytest.skip` ' +
      'as a decorator is the usual mistake.',
    todo:
      'Write `pytest.skip("why", allow_module_level=True)` for the whole file, or `@pytest.mark.skip(reason="why")` for one ' +
      'test.',
    pytest:
      "Using pytest.skip outside of a test will skip the entire module. If that's your intention, pass `allow_module_level=True`. If you want to skip a specific test or an entire class, use the @pytest.mark.skip or @pytest.mark.skipif decorators.",
    limits: 'None known.',
  },
  *check(context) {
    for (const cause of causesOf(context, 'module-level-skip')) {
      yield tell(context, cause, {
        what: 'pytest.skip() at module level without allow_module_level=True',
        todo: 'pass allow_module_level=True, or use @pytest.mark.skip on the test',
      })
    }
  },
}
