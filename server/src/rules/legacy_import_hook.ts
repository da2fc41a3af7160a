/** Import hooks and modules of the past that this Python, or this setuptools, no longer has. */
import { shown } from './impact.ts'
import { causesOf, type Rule, type RuleContext, tell } from './rule.ts'

const ID = 'legacy-import-hook'

export const legacyImportHook: Rule = {
  id: ID,
  summary: 'an import counts on a hook or a module that this Python no longer has',
  severity: 'error',
  since: '0.1.0',
  tag: 'deprecated',
  doc: {
    breaks:
      'Imports of `six.moves` with a six older than 1.16, installed or copied into the project; of `distutils` ' +
      "without setuptools; of `pkg_resources` with a new setuptools or none; of whatever a project's own finder " +
      'used to provide. Often the import stands in a library.',
    why:
      'From 3.12 on Python asks a finder on `sys.meta_path` for `find_spec` only, and passes over one that has ' +
      '`find_module` alone without a word; the hook of old versions of six is such a one. `distutils` left the ' +
      'standard library in 3.12: setuptools serves a copy, unless `SETUPTOOLS_USE_DISTUTILS` is `stdlib`. New ' +
      'environments come without setuptools, and setuptools 82 left `pkg_resources` out.',
    todo:
      'Upgrade six to 1.16 or later, or replace the copy. Use `importlib.metadata` and `importlib.resources` in ' +
      'place of `pkg_resources`, or pin `setuptools<82`. Replace `distutils` (`shutil`, `sysconfig`, `packaging`), ' +
      'or install setuptools. Give a finder of your own `find_spec(name, path, target=None)`. Upgrade a library ' +
      'that does these things.',
    pytest:
      "E   ModuleNotFoundError: No module named 'six.moves'\nE   ModuleNotFoundError: No module named 'distutils'\nE   ModuleNotFoundError: No module named 'pkg_resources'",
    limits:
      'An error where an import fails; a finder without `find_spec` by itself is a warning, on 3.12 and later. A ' +
      'failing import is put down to such a finder only if its code names what is imported.',
  },
  *check(context) {
    for (const cause of causesOf(context, ID)) {
      const { detail, focus, message } = cause.failure
      const module = detail.kind === 'module-not-found' ? detail.module : cause.subject
      const [what, todo] = remedy(context, module)
      yield tell(context, cause, {
        what:
          cause.span === focus || cause.span === cause.failure.span
            ? `module '${module}' cannot be found: ${what}`
            : `this finder has no find_spec and is never asked: module '${module}' cannot be found`,
        todo: cause.span === focus || cause.span === cause.failure.span ? todo : FINDER,
        related: cause.span === focus ? [] : [{ span: focus, message }],
      })
    }
    for (const event of context.trace.events) {
      if (event.event !== 'ignored-finder' || context.causes.some(({ span }) => span === event.span)) continue
      yield {
        span: event.span,
        subject: event.name,
        severity: 'warning',
        what: `the finder ${event.name} has no find_spec: this Python never asks it`,
        why: 'what it is there to provide cannot be imported',
        todo: FINDER,
      }
    }
  },
}

const FINDER = 'give it find_spec(name, path, target=None), which returns a ModuleSpec or None'

/** What is gone, and what to do. */
function remedy({ environment, plan, ...context }: RuleContext, module: string): readonly [string, string] {
  const installed = (name: string) =>
    environment.distributions.find(each => each.name.toLowerCase() === name)?.version ?? null
  const python = environment.version.slice(0, 2).join('.')
  const setuptools = installed('setuptools')
  switch (module.split('.', 1)[0]) {
    case 'distutils':
      return [
        `it left the standard library in Python 3.12${setuptools ? ', and the copy of setuptools is switched off' : ''}`,
        setuptools
          ? 'take SETUPTOOLS_USE_DISTUTILS=stdlib away, or replace distutils (shutil, sysconfig, packaging)'
          : 'replace it (shutil, sysconfig, packaging), or install setuptools, which serves a copy',
      ]
    case 'pkg_resources':
      return [
        setuptools
          ? `setuptools ${setuptools} no longer has it`
          : 'it belongs to setuptools, which is not installed',
        "use importlib.metadata and importlib.resources in its place, or install 'setuptools<82'",
      ]
    default: {
      const six = module.replace(/\.moves(?:\..*)?$/, '')
      const version = six === 'six' ? installed('six') : null
      const copy = `${plan.rootdir}/${six.replaceAll('.', '/')}.py`
      const file = context.exists(copy) ? shown({ environment, plan, ...context }, copy) : `'${six}'`
      return [
        `the import hook of ${version ? `six ${version}` : file} does not work with Python ${python}`,
        version
          ? 'upgrade six to 1.16 or later'
          : `replace ${file} by six 1.16 or later, or use the installed one`,
      ]
    }
  }
}
