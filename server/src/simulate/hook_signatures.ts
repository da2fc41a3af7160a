/**
 * What pluggy refuses of the hooks in a conftest: arguments that the hook does not have, when the conftest is
 * registered, and functions named like hooks that are none, after collection. The hooks are those of the installed
 * pytest, as its `hookspec.py` declares them. Follows `PluginManager._verify_hook` and `check_pending`.
 */
import { exceptionClass, nativeClass } from './classes.ts'
import { foreignFiles } from './foreign.ts'
import type { Machine } from './machine.ts'
import { actionFor, REMOVED_IN_9 } from './models/warnings.ts'
import type { Exc, Func, Module } from './values.ts'

interface Hook {
  readonly args: ReadonlySet<string>
  /** Arguments that are warned of, with the words of the warning. */
  readonly legacy: ReadonlyMap<string, string>
}

const PLUGIN_VALIDATION_ERROR = nativeClass('PluginValidationError', 'pluggy._manager', [
  exceptionClass('Exception'),
])
const PREFIX = 'pytest_'
const OWN_HOOKS = /\bpytest_addhooks\b|\badd_hookspecs\b/
const PYTESTS_OWN = /\/_pytest\//

const known = new WeakMap<Machine, ReadonlyMap<string, Hook>>()

/** Raises what registering the conftest raises, and keeps what pytest will say after collection. */
export function verifyHooks(m: Machine, module: Module): void {
  const hooks = hooksOf(m)
  if (hooks.size === 0) return
  for (const [name, { value, maybe }] of module.ns.slots) {
    if (!name.startsWith(PREFIX) || maybe || value.t !== 'func' || isDeclaredOtherwise(value)) continue
    const hook = hooks.get(name)
    if (hook) verifyArguments(m, name, hook, value)
    else keepPending(m, name, value)
  }
}

/** Functions named like hooks that no plugin declares: the first one ends the run. */
export function refusePending(m: Machine): void {
  for (const { name, exc } of m.pendingHooks) if (!mayBeHookOfPlugin(m, name)) m.throwUnlessHealed(exc)
}

function verifyArguments(m: Machine, name: string, hook: Hook, fn: Func): void {
  const asked = fn.code.params
    .filter(({ kind, default: value }) => (kind === 'normal' || kind === 'positional') && value === null)
    .map(param => param.name)
  const absent = asked.filter(arg => !hook.args.has(arg))
  if (absent.length > 0) {
    const words = `Plugin '${fn.code.unit.path}' for hook '${name}'\nhookimpl definition: ${name}(${asked.join(', ')})\nArgument(s) {${absent.map(arg => `'${arg}'`).join(', ')}} are declared in the hookimpl but can not be found in the hookspec`
    m.throwUnlessHealed(refusal(m, fn, words))
  }
  for (const arg of asked) {
    const words = hook.legacy.get(arg)
    if (words === undefined || actionFor(m, REMOVED_IN_9, words) !== 'error') continue
    m.throwUnlessHealed({ ...refusal(m, fn, words), cls: REMOVED_IN_9 })
  }
}

function keepPending(m: Machine, name: string, fn: Func): void {
  const words = `unknown hook '${name}' in plugin <module '${fn.module.name}' from '${fn.code.unit.path}'>`
  m.pendingHooks.push({ name, exc: refusal(m, fn, words) })
}

function refusal(m: Machine, fn: Func, message: string): Exc {
  const { def, unit } = fn.code
  const place = def ? m.spanOf(unit, def.nameAt) : m.here()
  const detail = { kind: 'hook' as const, hook: fn.name }
  return m.exception(PLUGIN_VALIDATION_ERROR, message, detail, { span: place, focus: place })
}

/** `specname` gives it another hook, `optionalhook` makes it one that need not be there. */
function isDeclaredOtherwise({ code: { def } }: Func): boolean {
  return def === null || /specname|optionalhook/.test(JSON.stringify(def.decorators))
}

/** Does a plugin declare hooks of its own, as far as its text shows? */
function mayBeHookOfPlugin(m: Machine, name: string): boolean {
  for (const file of foreignFiles(m)) {
    if (PYTESTS_OWN.test(file)) continue
    const text = m.world.text(file) ?? ''
    if (OWN_HOOKS.test(text) || text.includes(name)) return true
  }
  return [...m.modules.values()].some(
    each =>
      each?.t === 'module' &&
      each.kind === 'project' &&
      each.file !== null &&
      OWN_HOOKS.test(m.world.text(each.file) ?? ''),
  )
}

function hooksOf(m: Machine): ReadonlyMap<string, Hook> {
  const before = known.get(m)
  if (before) return before
  const [folder] = m.finder.findTopLevel('_pytest', m.environment.sysPath)?.path ?? []
  const text = folder === undefined ? null : m.world.text(`${folder}/hookspec.py`)
  const hooks = readHooks(text ?? '')
  known.set(m, hooks)
  return hooks
}

/** The functions of `hookspec.py`, each with what its decorator says of old arguments. */
function readHooks(text: string): ReadonlyMap<string, Hook> {
  const hooks = new Map<string, Hook>()
  let behind = 0
  for (const { 0: whole, 1: name, 2: params, index } of text.matchAll(/^def (pytest_\w+)\(([^)]*)\)/gm)) {
    const before = text.slice(behind, index)
    const decorator = before.slice(Math.max(0, before.lastIndexOf('\n@hookspec')))
    behind = index + whole.length
    hooks.set(name!, {
      args: new Set(
        [...params!.replace(/#.*/g, '').matchAll(/(?:^|,)\s*(\w+)\s*(?=[:,=]|$)/g)].map(([, arg]) => arg!),
      ),
      legacy: new Map([...decorator.matchAll(LEGACY)].map(([, old, now]) => [old!, legacyWords(old!, now!)])),
    })
  }
  return hooks
}

const LEGACY = /HOOK_LEGACY_PATH_ARG\.format\(\s*pylib_path_arg="(\w+)",\s*pathlib_path_arg="(\w+)"/g

function legacyWords(old: string, now: string): string {
  return `The (${old}: py.path.local) argument is deprecated, please use (${now}: pathlib.Path)\nsee https://docs.pytest.org/en/latest/deprecations.html#py-path-local-arguments-for-hooks-replaced-with-pathlib-path`
}
