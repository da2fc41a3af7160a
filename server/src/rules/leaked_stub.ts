/** An earlier file left a stand-in in sys.modules, and a later import runs into it, or takes it for the real one. */
import type { Cause } from './causes.ts'
import { others } from './impact.ts'
import { victims, without } from './leanings.ts'
import { causesOf, type Draft, type Rule, type RuleContext, tell } from './rule.ts'

const ID = 'leaked-stub'

export const leakedStub: Rule = {
  id: ID,
  summary: 'a stand-in is left in sys.modules, and later imports run into it',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks:
      'A test file or conftest puts an object such as `MagicMock()` or `ModuleType("x")` into `sys.modules` and ' +
      'leaves it there. In every file that is collected later, imports of its submodules fail, and so do names that ' +
      'a `ModuleType` was not given; other imports silently get the stand-in in place of the module.',
    why:
      'All test files are imported into one process, and `sys.modules` is asked before any file is. A stand-in has ' +
      "no `__path__` (a mock refuses it, as it does every name of that form), so Python says that it 'is not a " +
      "package'. Alone, or in another order, the failing file may collect.",
    todo:
      'Put stand-ins in place for the time of a test only: `monkeypatch.setitem(sys.modules, ...)` or ' +
      '`patch.dict(sys.modules, ...)` in a fixture, with the import of the code under test inside. Where one is ' +
      'needed at import, use `with patch.dict(sys.modules, {...}):` around the imports, which puts everything back. ' +
      'One that has to stay belongs in a conftest, with an entry for each submodule that is imported; a ' +
      '`__path__` is not needed then.',
    pytest:
      "E   ModuleNotFoundError: No module named '{name}.{submodule}'; '{name}' is not a package\nE   ImportError: cannot import name '{symbol}' from '{name}' (unknown location)",
    limits:
      'An error where an import fails. A stand-in that a later file gets in place of a module which exists is a ' +
      'warning; where the module does not exist, so that the later file collects only thanks to the stand-in, a ' +
      'note. Files that write to `sys.modules` themselves are taken to help themselves.',
  },
  *check(context) {
    for (const cause of causesOf(context, ID)) yield broken(context, cause)
    for (const [by, leaning] of victims(context, 'stub')) {
      const [first] = leaning
      if (!first || context.causes.some(({ rule, span }) => rule === ID && span === by.span)) continue
      const real = leaning.filter(({ alone }) => alone === 'differs')
      const told = real[0] ?? first
      yield {
        span: by.span,
        subject: told.name,
        severity: real.length > 0 ? 'warning' : 'info',
        what: `the stand-in for '${told.name}' stays in sys.modules`,
        why:
          real.length > 0
            ? `${others(context, real)} and ${real.length === 1 ? 'gets' : 'get'} it in place of the module, which exists`
            : `${others(context, leaning)}, which nothing else provides: ${without(context, leaning)}`,
        todo:
          real.length > 0
            ? 'put it in for the time of a test, with monkeypatch.setitem(sys.modules, ...) in a fixture'
            : 'put it in from a conftest above all files that need it',
        related: leaning.map(({ name, span }) => ({ span, message: `'${name}' is the stand-in here` })),
      }
    }
  },
}

function broken(context: RuleContext, cause: Cause): Draft {
  const { detail, exception, focus } = cause.failure
  const name = cause.subject
  const wanted =
    detail.kind === 'missing-symbol'
      ? `'${detail.name}' cannot be imported from '${name}'`
      : detail.kind === 'missing-attribute'
        ? `parts of '${name}' cannot be imported`
        : `'${detail.kind === 'module-not-found' ? detail.module : name}' cannot be found`
  const here = cause.span !== focus
  const more =
    detail.kind === 'missing-symbol'
      ? `the name '${detail.name}'`
      : detail.kind === 'missing-attribute'
        ? `the attribute '${detail.name}'`
        : detail.kind === 'module-not-found' && detail.module !== name
          ? `an entry for '${detail.module}' in sys.modules`
          : 'something that can be imported'
  return tell(context, cause, {
    what: here
      ? `the stand-in for '${name}' stays in sys.modules: ${wanted} after it`
      : `${wanted}: an earlier file left a stand-in for '${name}' in sys.modules`,
    todo:
      'where it is put in, take it out again, or use monkeypatch.setitem(sys.modules, ...) in a fixture; ' +
      `a stand-in that has to stay needs ${more} as well`,
    related: here
      ? cause.failures.map(({ focus: span, message }) => ({ span, message: message || exception }))
      : [],
  })
}
