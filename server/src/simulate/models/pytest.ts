/** pytest's own calls at import: skips, importorskip, the objects that hooks get. Marks and fixtures have files of their own. */

import { parseMarkerLine } from '../../pytest/markers.ts'
import { atLeast, isNewer } from '../../pytest/version.ts'
import { exceptionClass, isSubclass } from '../classes.ts'
import { stringOf } from '../evaluate.ts'
import { importModule } from '../importer.ts'
import type { Machine } from '../machine.ts'
import { representation } from '../representation.ts'
import {
  type Args,
  type Class,
  constant,
  type Exc,
  HARMLESS,
  NONE,
  native,
  PyRaise,
  truth,
  tuple,
  UNKNOWN,
  type Value,
} from '../values.ts'
import { contextObject, swallowing } from './contexts.ts'
import { DECORATOR, fixtureDecorator, yieldFixture } from './fixtures.ts'
import { HIDDEN_PARAM, markGenerator, param } from './marks.ts'
import { argument, callSpan, type Model, textArgument } from './model.ts'
import { monkeyPatch } from './monkeypatch.ts'
import { EXIT, FAILED, SKIPPED, XFAILED } from './outcomes.ts'
import { pluginManager } from './plugin_manager.ts'
import { DEPRECATED, PYTEST_WARNINGS, recordsWarnings, USAGE_ERROR, warn } from './warnings.ts'

export const pytestModels: readonly Model[] = [{ modules: ['pytest'], names: pytestNames }]

function pytestNames(m: Machine): Record<string, Value> {
  const outcome = (name: string, cls: Class, call: (args: Args) => Value) =>
    native(name, call, { attribute: attribute => (attribute === 'Exception' ? cls : UNKNOWN) })
  const version = m.plan.pytestVersion
  return {
    mark: markGenerator(m),
    skip: outcome('pytest.skip', SKIPPED, args => skip(m, args)),
    fail: outcome('pytest.fail', FAILED, args =>
      raiseOutcome(m, FAILED, textArgument(args, 0, 'reason') ?? ''),
    ),
    xfail: outcome('pytest.xfail', XFAILED, args =>
      raiseOutcome(m, XFAILED, textArgument(args, 0, 'reason') ?? ''),
    ),
    exit: outcome('pytest.exit', EXIT, args => raiseOutcome(m, EXIT, textArgument(args, 0, 'reason') ?? '')),
    importorskip: native('pytest.importorskip', args => importOrSkip(m, args)),
    fixture: native(DECORATOR, args => fixtureDecorator(m, args)),
    yield_fixture: native('pytest.yield_fixture', args => yieldFixture(m, args)),
    hookimpl: native('pytest.hookimpl', handBack),
    hookspec: native('pytest.hookspec', handBack),
    param: native('pytest.param', args => param(m, args)),
    ...(atLeast(version, '8.4') ? { HIDDEN_PARAM } : {}),
    raises: native('pytest.raises', args =>
      contextObject(m, 'raises', () => swallowing(args.positional.slice(0, 1))),
    ),
    warns: native('pytest.warns', () => recordsWarnings(m, 'warns')),
    deprecated_call: native('pytest.deprecated_call', () => recordsWarnings(m, 'deprecated_call')),
    approx: native('pytest.approx', () => HARMLESS),
    register_assert_rewrite: native('pytest.register_assert_rewrite', () => NONE),
    MonkeyPatch: monkeyPatch(m),
    UsageError: USAGE_ERROR,
    ...PYTEST_WARNINGS,
    __version__: constant(version),
    version_tuple: tuple(version.split('.').map(part => constant(/^\d+$/.test(part) ? Number(part) : part))),
  }
}

/** Decorators that give back what they decorate, with or without arguments. */
function handBack(args: Args): Value {
  const [object] = args.positional
  if (object?.t === 'func' || object?.t === 'class' || object?.t === 'bound') return object
  return native('decorator', inner => inner.positional[0] ?? UNKNOWN)
}

function raiseOutcome(m: Machine, cls: Class, message: string): never {
  throw new PyRaise(m.exception(cls, message, { kind: 'raised' }, { focus: callSpan(m) }))
}

function skip(m: Machine, args: Args): never {
  const allowed = args.keywords.get('allow_module_level')
  const misused = !allowed || truth(allowed) === false
  const reason = textArgument(args, 0, 'reason') ?? textArgument(args, 0, 'msg') ?? ''
  const message = misused
    ? "Using pytest.skip outside of a test will skip the entire module. If that's your intention, pass `allow_module_level=True`. If you want to skip a specific test or an entire class, use the @pytest.mark.skip or @pytest.mark.skipif decorators."
    : reason
  throw new PyRaise(
    m.exception(SKIPPED, message, misused ? { kind: 'skip-misused' } : { kind: 'other' }, {
      focus: callSpan(m),
    }),
  )
}

/** Which failures of the import skip depends on the version: from 9.1 on only ModuleNotFoundError. */
function importOrSkip(m: Machine, args: Args): Value {
  const name = textArgument(args, 0, 'modname')
  if (name === null) {
    m.mayRaise(SKIPPED)
    return UNKNOWN
  }
  const given = args.keywords.get('exc_type')
  const version = m.plan.pytestVersion
  const caught =
    given?.t === 'class'
      ? given
      : exceptionClass(atLeast(version, '9.1') && !given ? 'ModuleNotFoundError' : 'ImportError')
  const frames = m.frames.length
  const depth = m.importDepth
  try {
    const module = importModule(m, name, callSpan(m))
    const least = textArgument(args, 1, 'minversion')
    return least === null ? module : orSkip(m, name, module, least)
  } catch (error) {
    if (!(error instanceof PyRaise) || isSubclass(error.exc.cls, caught) !== true) throw error
    m.frames.length = frames
    m.importDepth = depth
    warnOfFound(m, name, error.exc, given !== undefined)
    const reason = textArgument(args, 2, 'reason') ?? `could not import '${name}': ${error.exc.message}`
    throw new PyRaise(m.exception(SKIPPED, reason, { kind: 'other' }))
  }
}

/** Of a module that is there and fails, pytest warns from 8.2 up to 9.0, unless it is told what to catch. */
function warnOfFound(m: Machine, name: string, exc: Exc, told: boolean): void {
  const version = m.plan.pytestVersion
  if (told || !atLeast(version, '8.2') || atLeast(version, '9.1')) return
  if (isSubclass(exc.cls, exceptionClass('ModuleNotFoundError')) !== false) return
  const message = `\nModule '${name}' was found, but when imported by pytest it raised:\n    ${exc.cls.name}(${representation(constant(exc.message))})\nIn pytest 9.1 this warning will become an error by default.\nYou can fix the underlying problem, or alternatively overwrite this behavior and silence this warning by passing exc_type=ImportError explicitly.\nSee https://docs.pytest.org/en/stable/deprecations.html#pytest-importorskip-default-behavior-regarding-importerror`
  warn(m, DEPRECATED, message)
}

/** `minversion` against the module's `__version__`; what isn't known may skip. */
function orSkip(m: Machine, name: string, module: Value, least: string): Value {
  const version = versionOf(m, name, module)
  const older = version === null ? null : isNewer(least, version)
  if (older === null) {
    m.mayRaise(SKIPPED)
    return UNKNOWN
  }
  if (!older) return module
  const reason = `module '${name}' has __version__ '${version}', required is: '${least}'`
  throw new PyRaise(m.exception(SKIPPED, reason, { kind: 'other' }))
}

function versionOf(m: Machine, name: string, module: Value): string | null {
  if (module.t !== 'module') return null
  const bound = module.ns.slots.get('__version__')?.value
  if (bound?.t === 'const' && typeof bound.v === 'string') return bound.v
  const written = /^__version__\s*(?::[^=\n]*)?=\s*["']([^"'\n]+)["']/m.exec(
    (module.file && m.world.text(module.file)) || '',
  )
  if (written) return written[1]!
  return m.environment.distributions.find(d => d.topLevel?.includes(name))?.version ?? null
}

/** The `config` object that hooks are handed: markers registered, options asked for. */
export function configObject(m: Machine): Value {
  return native('config', null, {
    attribute: name => {
      switch (name) {
        case 'addinivalue_line':
          return native('config.addinivalue_line', args => {
            const key = textArgument(args, 0, 'name')
            const line = textArgument(args, 1, 'line')
            if (key === 'markers' || key === null) {
              if (line === null) m.markersOpen = true
              else {
                const name = parseMarkerLine(line)
                m.markers.add(name)
                if (key !== null) m.registeredMarkers.push({ name, line, span: m.here() })
              }
            }
            if (key === 'filterwarnings' || key === null) m.addedFilters = [...m.addedFilters, line]
            return NONE
          })
        case 'getoption':
          return native('config.getoption', args =>
            option(m, textArgument(args, 0, 'name'), argument(args, 1, 'default')),
          )
        case 'getini':
          return native('config.getini', () => UNKNOWN)
        case 'option':
          return native('config.option', null, { attribute: dest => option(m, dest, undefined) })
        case 'pluginmanager':
          return pluginManager(m)
        case 'rootpath':
          return { t: 'path', path: m.plan.rootdir }
        case 'rootdir':
          return { t: 'path', path: m.plan.rootdir }
        default:
          return HARMLESS
      }
    },
  })
}

/** `config.getoption`: what the command line gave, else the default that `addoption` named. */
function option(m: Machine, name: string | null, fallback: Value | undefined): Value {
  if (name === null) return UNKNOWN
  const dest = name.replace(/^--?/, '').replaceAll('-', '_')
  const given = m.plan.options[dest]?.value ?? m.plan.options[name]?.value
  if (typeof given === 'string' || typeof given === 'boolean' || typeof given === 'number')
    return constant(given)
  if (given === null) return NONE
  return m.optionDefaults.get(dest) ?? (fallback && stringOf(fallback) === null ? fallback : UNKNOWN)
}

/** The `parser` of `pytest_addoption`: it remembers defaults, and which names are taken. */
export function parserObject(m: Machine): Value {
  return native('parser', null, {
    attribute: name => {
      if (name === 'addoption') return adder(m, '')
      if (name === 'getgroup' || name === 'addgroup')
        return native('parser.getgroup', args => groupObject(m, textArgument(args, 0, 'name')))
      if (name === 'addini') return native('parser.addini', () => NONE)
      return HARMLESS
    },
  })
}

function groupObject(m: Machine, group: string | null): Value {
  return native('group', null, {
    attribute: name => (name === 'addoption' || name === '_addoption' ? adder(m, group) : HARMLESS),
  })
}

/** OptionGroup.addoption: '' is the group of those that name none, null one that isn't known. */
function adder(m: Machine, group: string | null): Value {
  return native('parser.addoption', args => {
    const names = args.positional.flatMap(v => (v.t === 'const' && typeof v.v === 'string' ? [v.v] : []))
    const taken = group === null ? [] : names.filter(name => m.optionNames.has(`${group} ${name}`))
    if (taken.length > 0)
      m.raise('ValueError', `option names {${taken.map(name => `'${name}'`).join(', ')}} already added`, {
        kind: 'other',
      })
    if (group !== null && !m.heap.doubtful)
      for (const name of names) m.optionNames.set(`${group} ${name}`, true)
    const long = names.find(n => n.startsWith('--')) ?? names[0]
    const dest = args.keywords.get('dest')
    const key =
      dest?.t === 'const' && typeof dest.v === 'string'
        ? dest.v
        : long?.replace(/^--?/, '').replaceAll('-', '_')
    if (!key) return NONE
    const action = args.keywords.get('action')
    const flag = action?.t === 'const' ? action.v : null
    const fallback = flag === 'store_true' ? constant(false) : flag === 'store_false' ? constant(true) : NONE
    m.optionDefaults.set(key, args.keywords.get('default') ?? (action && flag === null ? UNKNOWN : fallback))
    if (names.some(n => m.plan.argv.some(arg => arg === n || arg.startsWith(`${n}=`))))
      m.optionDefaults.set(key, UNKNOWN)
    return NONE
  })
}
