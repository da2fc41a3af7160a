/**
 * How pytest imports a test file or conftest: the three import modes and the check that the module found is
 * the file that was wanted. Follows `_pytest.pathlib.import_path`.
 */
import { basename, dirname, join, relative, stem } from '../files/paths.ts'
import type { Span } from '../files/span.ts'
import { atLeast } from '../pytest/version.ts'
import { exceptionClass, isSubclass, nativeClass } from './classes.ts'
import type { Spec } from './finder.ts'
import { execute, importModule } from './importer.ts'
import type { Machine } from './machine.ts'
import { constant, isString, type Module, PyRaise, type Value } from './values.ts'

/** The directory that goes on sys.path and the dotted name below it. */
interface Placement {
  readonly root: string
  readonly name: string
  readonly inPackage: boolean
}

/** Imports `path` as pytest would; the Python exception leaves as PyRaise. */
export function importPath(m: Machine, path: string): Value {
  const focus: Span = { path, start: 0, end: 0 }
  m.start = focus
  if (m.plan.importMode === 'importlib') return importByLocation(m, path, focus)
  const { root, name } = placeOf(m, path)
  const entries = m.sysPath.items
  const present = entries.some(entry => isString(entry) && entry.v === root)
  if (m.plan.importMode === 'append' ? !present : !(isString(entries[0]) && entries[0].v === root)) {
    m.heap.touch(m.sysPath)
    if (m.plan.importMode === 'append') entries.push(constant(root))
    else entries.unshift(constant(root))
  }
  const value = importModule(m, name, focus)
  checkIdentity(m, value, name, path, focus)
  return value
}

/** `resolve_pkg_root_and_module_name`: the top package is the highest folder of an unbroken chain. */
export function placeOf(m: Machine, path: string): Placement {
  let root = dirname(path)
  const parts = basename(path) === '__init__.py' ? [] : [stem(path)]
  let inPackage = false
  while (m.world.fs.stat(join(root, '__init__.py'))?.kind === 'file' && isIdentifier(basename(root))) {
    parts.unshift(basename(root))
    inPackage = true
    const up = dirname(root)
    if (up === root) break
    root = up
  }
  if (m.plan.considerNamespacePackages && atLeast(m.plan.pytestVersion, '8.1')) {
    // The first folder upwards from which the dotted name is importable becomes the root.
    for (let folder = root, names = parts; dirname(folder) !== folder; folder = dirname(folder)) {
      if (m.searchPath().includes(folder)) return { root: folder, name: names.join('.'), inPackage }
      names = [basename(folder), ...names]
    }
  }
  return { root, name: parts.join('.'), inPackage }
}

function isIdentifier(name: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)
}

/** `ImportPathMismatchError`: the name is taken by another file. */
function checkIdentity(m: Machine, value: Value, name: string, path: string, focus: Span): void {
  if (m.plan.invocation.env.PY_IGNORE_IMPORTMISMATCH === '1') return
  if (value.t !== 'module' || value.kind === 'model') return
  if (value.kind === 'stub') return checkStub(m, value, name, focus)
  const first = value.file
  if (first === null) {
    if (value.kind !== 'namespace') return
  } else if (first === path || m.world.fs.realpath(first) === m.world.fs.realpath(path)) return
  const shown = first ?? 'None'
  const message = `import file mismatch:\nimported module '${name}' has this __file__ attribute:\n  ${shown}\nwhich is not the same as the test file we want to collect:\n  ${path}`
  const exc = m.exception(
    mismatch,
    message,
    { kind: 'file-mismatch', name, first: shown, second: path },
    { span: focus, focus },
  )
  if (!m.isHealed(exc)) throw new PyRaise(exc)
}

/** pytest asks the module that stands there for its file before anything else: a stand-in that code made has none. */
function checkStub(m: Machine, { ns }: Module, name: string, focus: Span): void {
  const by = m.leaks.writerOf(name)
  if (!by || ns.open || ns.slots.has('__file__') || ns.slots.has('__getattr__')) return
  const message = `module '${name}' has no attribute '__file__'`
  const detail = {
    kind: 'missing-attribute' as const,
    module: name,
    name: '__file__',
    cycle: false,
    has: [],
    by,
  }
  m.throwUnlessHealed(m.exception(exceptionClass('AttributeError'), message, detail, { span: focus, focus }))
}

const mismatch = nativeClass('ImportPathMismatchError', '_pytest.pathlib', [exceptionClass('ImportError')])

function importByLocation(m: Machine, path: string, focus: Span): Value {
  const modern = atLeast(m.plan.pytestVersion, '8.0')
  const placement = placeOf(m, path)
  if (modern && placement.inPackage) {
    const known = m.modules.get(placement.name)
    if (known) return known
    return loadFrom(m, placement.name, path, placement.root, focus)
  }
  const inside = relative(m.plan.rootdir, path).replace(/\.py$/, '')
  const parts = inside.startsWith('..') ? [stem(path)] : inside.split('/')
  const name = (parts.at(-1) === '__init__' ? parts.slice(0, -1) : parts)
    .map(part => part.replaceAll('.', '_'))
    .join('.')
  const known = m.modules.get(name)
  if (known) return known
  if (modern) return loadFrom(m, name, path, m.plan.rootdir, focus)
  const module = execute(m, specOf(name, path, m.plan.rootdir), null, focus, true)
  insertMissing(m, name, focus)
  return module
}

/**
 * `insert_missing_modules` of pytest 7: once the file has been executed, the packages above it are imported by name,
 * from the innermost outwards; an empty module stands for what is not found.
 */
function insertMissing(m: Machine, name: string, focus: Span): void {
  let child = m.modules.get(name)
  for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
    const above = name.slice(0, dot)
    const parent = m.modules.get(above) ?? importOrMakeUp(m, above, focus)
    const tail = name.slice(dot + 1).split('.', 1)[0]!
    if (parent.t === 'module' && child && !parent.ns.slots.has(tail)) m.heap.set(parent.ns, tail, child)
    child = parent
  }
}

function importOrMakeUp(m: Machine, name: string, focus: Span): Value {
  const frames = m.frames.length
  try {
    return importModule(m, name, focus)
  } catch (error) {
    if (!(error instanceof PyRaise)) throw error
    if (isSubclass(error.exc.cls, exceptionClass('ModuleNotFoundError')) !== true) throw error
    m.frames.length = frames
    return makeUp(m, name)
  }
}

/** `ModuleType(name)`, in `sys.modules`. */
function makeUp(m: Machine, name: string): Module {
  const module: Module = {
    t: 'module',
    name,
    file: null,
    kind: 'stub',
    ns: m.heap.namespace(),
    path: null,
    doubtful: false,
  }
  m.heap.set(module.ns, '__name__', constant(name))
  m.modules.set(name, module)
  return module
}

/**
 * `_import_module_using_spec` loads a file under a dotted name, and leaves it loaded if it fails; parents are
 * imported by their place, or made up where they have none.
 */
function loadFrom(m: Machine, name: string, path: string, root: string, focus: Span): Value {
  const parts = name.split('.')
  let parent: Value | null = null
  for (let i = 1; i < parts.length; i++) {
    const parentName = parts.slice(0, i).join('.')
    const folder = join(root, ...parts.slice(0, i))
    const known = m.modules.get(parentName)
    if (known) {
      parent = known
      continue
    }
    const init = join(folder, '__init__.py')
    const spec: Spec = m.world.fs.stat(init)
      ? { name: parentName, kind: 'package', file: init, path: [folder], entry: root, hiddenBeside: null }
      : { name: parentName, kind: 'namespace', file: null, path: [folder], entry: root, hiddenBeside: null }
    parent = execute(m, spec, parent, focus, true)
  }
  return execute(m, specOf(name, path, root), parent, focus, true)
}

function specOf(name: string, path: string, root: string): Spec {
  const isPackage = basename(path) === '__init__.py'
  return {
    name,
    kind: isPackage ? 'package' : 'source',
    file: path,
    path: isPackage ? [dirname(path)] : null,
    entry: root,
    hiddenBeside: null,
  }
}

/** A conftest outside a package is imported anew as `conftest`: the previous one leaves sys.modules. */
export function importConftest(m: Machine, path: string): Module | null {
  if (!m.world.fs.stat(join(dirname(path), '__init__.py'))) m.modules.delete('conftest')
  const value = importPath(m, path)
  return value.t === 'module' ? value : null
}
