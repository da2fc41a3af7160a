/** An earlier file left a stand-in in sys.modules, and a later import runs into it. */
import { wholeFile } from './classify.ts'
import { shown } from './impact.ts'
import { detailsOf, type Rule, tell } from './rule.ts'

export const leakedStub: Rule = {
  id: 'leaked-stub',
  summary: 'an import runs into a stand-in that an earlier file left in sys.modules',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks:
      'A test file or conftest put an object such as `MagicMock()` into `sys.modules` and left it there. Imports of ' +
      'its submodules fail in every file that is collected later.',
    why:
      'All test files are imported into one process. `import a.b` looks for `b` in `a.__path__`, which a stand-in ' +
      'does not have. Alone, or in another order, the failing file may collect.',
    todo:
      'Put stand-ins in place for the time of a test only: `monkeypatch.setitem(sys.modules, ...)` in a fixture. If ' +
      'it must be there at import, give it `__path__ = []` and add the submodules too, and take all of them out ' +
      'again at the end of the file.',
    pytest: "E   ModuleNotFoundError: No module named '{name}.{submodule}'; '{name}' is not a package",
    limits:
      'The failure is reported where it shows; the file that left the stand-in is named where it is known.',
  },
  *check(context) {
    for (const { cause, detail } of detailsOf(context, 'leaked-stub', 'module-not-found')) {
      const { blocker } = detail
      const name = blocker?.name ?? cause.subject
      const origin = blocker?.path ?? null
      const by = origin === null ? 'an earlier file' : shown(context, origin)
      yield tell(context, cause, {
        what: `'${detail.module}' cannot be found: ${by} left a stand-in for '${name}' in sys.modules`,
        todo:
          `where it is put in, take it out again, or use monkeypatch.setitem(sys.modules, ...) in a fixture; ` +
          `a stand-in that has to stay needs a __path__ and an entry for '${detail.module}' as well`,
        related:
          origin === null
            ? []
            : [{ span: wholeFile(origin), message: `the stand-in for '${name}' is put in here` }],
      })
    }
  },
}
