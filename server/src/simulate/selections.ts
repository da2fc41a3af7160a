/**
 * What node ids on the command line ask for (`test_a.py::TestA::test_x`). pytest imports the files that they name while
 * it still looks for start points, and refuses to go on where one of them gives nothing of that name
 * (`Session.collect`). Which of the items that are there would be taken is no matter here.
 */
import { relative } from '../files/paths.ts'
import type { Selection } from '../pytest/plan.ts'
import { atLeast } from '../pytest/version.ts'
import { resolutionOrder } from './base_order.ts'
import type { Plugin } from './hooks.ts'
import { matchesName } from './items/names.ts'
import { collectsDifferently, mayHaveHook } from './items/plugins.ts'
import type { Machine } from './machine.ts'
import { isDefined } from './remade.ts'
import { placeOfNobody, SessionEnds } from './session_ends.ts'
import type { CollectorTrace, Failure } from './trace.ts'
import type { Class, Module, Namespace, Value } from './values.ts'

/** Is something asked for in the module that it does not have for certain? Then the run ends once all are looked for. */
export function lookForSelections(
  m: Machine,
  module: Module,
  path: string,
  plugins: readonly Plugin[],
): void {
  if (module.kind !== 'project' || module.file !== path || module.doubtful || m.doubts.length > 0) return
  for (const selection of m.plan.selections) {
    if (selection.path !== path) continue
    const missing = missingIn(m, module, selection)
    if (!missing || m.plan.doctestModules) continue
    const mayHave = (hook: string) => mayHaveHook(m, plugins, hook)
    if (missing.bound && mayHave('pytest_pycollect_makeitem')) continue
    const own = module.ns.slots.get('pytest_generate_tests')?.value
    if (collectsDifferently(m, plugins, [own]) || mayHave('pytest_collect_file')) continue
    m.notFound.set(textOf(selection), missing.node)
  }
}

/** A file that gives nothing at all, for it fails or is skipped, does not have what is asked for. */
export function loseSelections(m: Machine, { path, outcome }: CollectorTrace): void {
  if (outcome !== 'fails' && outcome !== 'skips') return
  for (const selection of m.plan.selections)
    if (selection.path === path) m.notFound.set(textOf(selection), null)
}

/** Ends the run where something was not found. Files that no node id names are not imported then. */
export function refuseSelections(m: Machine): void {
  if (m.notFound.size === 0) return
  const span = placeOfNobody(m)
  const lines = [...m.notFound].map(([text, node]) => {
    if (!atLeast(m.plan.pytestVersion, '8.0')) return `not found: ${text}`
    return node === null
      ? `found no collectors for ${text}`
      : `not found: ${text}\n(no match in any of [${node}])`
  })
  const failure: Failure = {
    exception: 'UsageError',
    message: lines.join('\n'),
    span,
    focus: span,
    chain: [span],
    detail: { kind: 'configuration', subject: relative(m.plan.rootdir, [...m.notFound.keys()][0]!) },
    cause: null,
    foreign: false,
  }
  const end = new SessionEnds({ outcome: 'stops', exitCode: 4, failure, reason: null })
  end.imported = path => m.plan.selections.some(selection => selection.path === path)
  throw end
}

function textOf({ path, parts }: Selection): string {
  return [path, ...parts].join('::')
}

interface Missing {
  /** The collector that has nothing of the name, as pytest prints it. */
  readonly node: string
  /** The name is bound, to what pytest itself makes no item of. */
  readonly bound: boolean
}

/** Where the module certainly has nothing of the name; null where something may be there. */
function missingIn(m: Machine, module: Module, { parts }: Selection): Missing | null {
  let shown = `<Module ${module.file?.split('/').at(-1) ?? module.name}>`
  let namespaces: readonly Namespace[] = [module.ns]
  for (const [index, part] of parts.entries()) {
    if (namespaces.some(ns => ns.open)) return null
    const slot = namespaces.map(ns => ns.slots.get(part)).find(Boolean)
    if (!slot || (!slot.maybe && isNoTest(m, part, slot.value))) return { node: shown, bound: Boolean(slot) }
    const classes = slot.value.t === 'class' && !slot.maybe ? resolutionOrder(slot.value) : null
    if (!classes || index === parts.length - 1) return null
    namespaces = classes.map(cls => cls.ns)
    shown = `<Class ${part}>`
  }
  return null
}

/** What pytest certainly makes no item of, by its name or its type. */
function isNoTest({ plan }: Machine, name: string, value: Value): boolean {
  switch (value.t) {
    case 'const':
    case 'module':
      return true
    case 'func':
      return !matchesName(name, plan.pythonFunctions) && !value.attributes.slots.has('__test__')
    case 'class':
      return !matchesName(name, plan.pythonClasses) && isPlain(value)
    default:
      return false
  }
}

/** A class of the project alone: none that `unittest` would make tests of. */
function isPlain(cls: Class): boolean {
  const classes = resolutionOrder(cls)
  return classes?.every(each => isDefined(each) && !each.ns.slots.has('__test__')) === true
}
