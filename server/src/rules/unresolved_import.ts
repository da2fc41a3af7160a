/** An import names a module that nothing on sys.path serves. */
import { basename, dirname, join } from '../files/paths.ts'
import type { Span } from '../files/span.ts'
import type { FailureDetail } from '../simulate/trace.ts'
import { providerOf } from './distributions.ts'
import { shown } from './impact.ts'
import { nearest } from './nearest.ts'
import { python3Name } from './python2_names.ts'
import removedModules from './removed_stdlib.ts'
import { howTo, requirementFor } from './requirement.ts'
import { detailsOf, type Rule, type RuleContext, tell } from './rule.ts'

type NotFound = Extract<FailureDetail, { kind: 'module-not-found' }>

export const unresolvedImport: Rule = {
  id: 'unresolved-import',
  summary: 'an imported module cannot be found',
  severity: 'error',
  since: '0.1.0',
  doc: {
    breaks:
      'A module imports another one that no entry of `sys.path` serves. Every test file that runs the import ' +
      'while it is collected is lost with all its tests.',
    why:
      'Python walks `sys.path` in order and finds neither a module, nor a package, nor a folder of that name. ' +
      'Either a distribution is not installed for this interpreter, or a module of the project was moved or ' +
      'deleted, or its folder is not on `sys.path` under the way pytest is started: `python -m pytest` adds the ' +
      'working directory, `pytest` does not.',
    todo:
      'Install the distribution, correct the name, or put the folder on `sys.path` with the `pythonpath` setting ' +
      'of pytest. If the import is optional, say so: `pytest.importorskip("name")` in a test file, ' +
      '`try: ... except ImportError:` elsewhere.',
    pytest:
      "ImportError while importing test module '{test file}'.\nHint: make sure your test modules/packages have valid Python names.\nTraceback:\n...\nE   ModuleNotFoundError: No module named '{module}'",
    limits:
      'Imports inside functions that are not called at import, and imports that the code catches, are not ' +
      'reported. Where code changes `sys.path` or the import system in a way that cannot be followed, the rule ' +
      'stays silent.',
  },
  *check(context) {
    for (const { cause, detail } of detailsOf(context, 'unresolved-import', 'module-not-found')) {
      const name = undotted(cause.span)
      yield tell(context, cause, {
        what: `module '${detail.module}' cannot be found${notAPackage(context, detail)}`,
        todo:
          name === null
            ? `${leftOver(context, detail)}${remedy(context, detail)}`
            : `rename ${basename(cause.span.path)} to ${basename(name)}: Python takes what stands before a dot for a package`,
      })
    }
  },
}

/**
 * What a test file should be called that pytest cannot import by its own name, as there are dots in it; null where it is
 * another name that is missing: that has a place in the text.
 */
export function undotted({ path, end }: Span): string | null {
  const stem = basename(path).replace(/\.py$/, '')
  return end === 0 && stem.includes('.') ? join(dirname(path), `${stem.replaceAll('.', '_')}.py`) : null
}

function notAPackage(context: RuleContext, { blocker }: NotFound): string {
  if (!blocker) return ''
  const file = blocker.path === null ? '' : ` (${shown(context, blocker.path)})`
  return `: '${blocker.name}' is a single module${file}, not a package`
}

/** The most likely cure, by what is known of the name. */
function remedy(context: RuleContext, { module, blocker, searched, has }: NotFound): string {
  if (blocker) return `turn '${blocker.name}' into a package that holds it, or import from where it lives now`
  const [top] = module.split('.') as [string]
  const gone = removedModules.get(top)
  if (gone && atLeast(context.environment.version, gone)) {
    return `'${top}' left the standard library in Python ${gone.join('.')}: stop using it or install a replacement`
  }
  const today = python3Name(top)
  if (today !== null) return `'${top}' is called '${today}' in Python 3`
  const folder = module === top ? folderOf(context, top, searched) : null
  if (folder !== null) return folder
  const near = nearest(module.slice(module.lastIndexOf('.') + 1), has)
  if (near !== null) return `did you mean '${module.slice(0, module.lastIndexOf('.') + 1)}${near}'?`
  const asked = requirementFor(context, module)
  if (asked) return `install ${asked.name}: ${asked.group} asks for it (${howTo(asked)})`
  const provider = providerOf(module)
  if (provider !== null) {
    return `install ${provider}, which provides '${module}', or correct the import if it is a module of the project`
  }
  if (module === top) {
    return `install the distribution that provides '${top}', or correct the import if it is a module that moved`
  }
  const parent = module.slice(0, module.lastIndexOf('.'))
  return `'${parent}' exists but has no such submodule: create it, or import from where it lives now`
}

/** Byte code in `__pycache__` tells that the module was there, and is of no use without its source. */
function leftOver({ environment, exists }: RuleContext, { module, searched }: NotFound): string {
  const [major, minor] = environment.version
  const name = module.slice(module.lastIndexOf('.') + 1)
  const stale = searched.some(at => exists(join(at, '__pycache__', `${name}.cpython-${major}${minor}.pyc`)))
  return stale ? `it was there once, only its byte code is left in __pycache__: ` : ''
}

/** The name lies in a folder of the project that is simply not on sys.path. */
function folderOf(context: RuleContext, top: string, searched: readonly string[]): string | null {
  const { cwd, kind } = context.plan.invocation
  const root = context.plan.rootdir
  for (const folder of new Set([cwd, root, join(root, 'src'), join(root, 'lib')])) {
    if (searched.includes(folder)) continue
    const place = [join(folder, `${top}.py`), join(folder, top, '__init__.py')].find(context.exists)
    if (place === undefined) continue
    const entry = shown(context, folder)
    const setting = `set pythonpath to "${entry}" in the configuration of pytest`
    const start = folder === cwd && kind === 'pytest' ? ', or start it as python -m pytest' : ''
    return `${shown(context, place)} is there, but ${folderName(entry)} is not on sys.path: ${setting}${start}`
  }
  return null
}

function folderName(entry: string): string {
  return entry === '.' ? 'the root folder' : `${basename(entry)}/`
}

function atLeast(version: readonly number[], [major, minor]: readonly [number, number]): boolean {
  return version[0]! > major || (version[0] === major && version[1]! >= minor)
}
