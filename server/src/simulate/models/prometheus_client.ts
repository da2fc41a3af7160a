/**
 * prometheus_client: which names one constructor call claims in which registry, and when that collides.
 * The predicate is the library's own (`CollectorRegistry.register`), by version.
 */

import { remember } from '../../files/memo.ts'
import type { Span } from '../../files/span.ts'
import { atLeast } from '../../pytest/version.ts'
import { exceptionClass, nativeClass, OBJECT } from '../classes.ts'
import type { Machine } from '../machine.ts'
import { type Args, type Instance, isString, NONE, native, PyRaise, UNKNOWN, type Value } from '../values.ts'
import { argument, callSpan, type Model } from './model.ts'

type Kind = 'Counter' | 'Gauge' | 'Histogram' | 'Summary' | 'Info' | 'Enum'

const SUFFIXES: Readonly<Record<Kind, readonly string[]>> = {
  Counter: ['_total', '_created'],
  Gauge: [],
  Histogram: ['_bucket', '_sum', '_count', '_created'],
  Summary: ['_sum', '_count', '_created'],
  Info: ['_info'],
  Enum: [],
}

/** What one registry holds: claimed series -> the call that claimed it. */
interface Registry {
  readonly claimed: Map<string, Claim>
  /** Something unknown may have emptied or filled it: nothing is proved about it any more. */
  open: boolean
}

interface Claim {
  readonly span: Span
  readonly metric: Value
}

const registries = new WeakMap<Machine, { default: Registry; others: Map<Value, Registry> }>()

export const prometheusModels: readonly Model[] = [
  {
    modules: [
      'prometheus_client',
      'prometheus_client.metrics',
      'prometheus_client.registry',
      'prometheus_client.core',
    ],
    names,
  },
]

const tables = new WeakMap<Machine, Record<string, Value>>()

function names(m: Machine): Record<string, Value> {
  return remember(tables, m, () => makeNames(m))
}

function makeNames(m: Machine): Record<string, Value> {
  const version =
    m.environment.distributions.find(d => d.name.toLowerCase().replace('_', '-') === 'prometheus-client')
      ?.version ?? '0.26.0'
  const registryClass = nativeClass('CollectorRegistry', 'prometheus_client.registry', [OBJECT], () => {
    const instance: Instance = {
      t: 'instance',
      cls: registryClass,
      attributes: m.heap.namespace(),
      exception: null,
    }
    stateOf(m).others.set(instance, emptyRegistry(m))
    return instance
  })
  registryClass.ns.slots.set('register', { value: native('register', () => UNKNOWN), maybe: false })
  const registry = defaultRegistry(m)
  const out: Record<string, Value> = { REGISTRY: registry, CollectorRegistry: registryClass }
  for (const kind of Object.keys(SUFFIXES) as Kind[])
    out[kind] = nativeClass(kind, 'prometheus_client.metrics', [OBJECT], args =>
      construct(m, kind, args, version, out[kind]!),
    )
  return out
}

function emptyRegistry(m: Machine): Registry {
  return { claimed: m.map(), open: false }
}

function stateOf(m: Machine): { default: Registry; others: Map<Value, Registry> } {
  return remember(registries, m, () => ({ default: emptyRegistry(m), others: m.map<Value, Registry>() }))
}

function defaultRegistry(m: Machine): Value {
  const open = () => {
    m.heap.journal.lose()
    stateOf(m).default.open = true
    return NONE
  }
  return native('REGISTRY', null, {
    attribute: name => {
      if (name === 'unregister') return native('REGISTRY.unregister', args => unregister(m, args))
      if (name === 'register') return native('REGISTRY.register', () => NONE)
      if (name === '_names_to_collectors') return collectors(m, open)
      // What else there is behind it: whoever asks for it may empty it.
      if (name.startsWith('_')) open()
      return UNKNOWN
    },
  })
}

/** The collectors of the default registry by the names that they claim: read by who wants the one that is there. */
function collectors(m: Machine, open: () => Value): Value {
  const { default: registry } = stateOf(m)
  const claimed = (key: Value | undefined) =>
    isString(key) ? registry.claimed.get(key.v)?.metric : undefined
  const others: Record<string, () => Value> = {
    keys: () => UNKNOWN,
    values: () => UNKNOWN,
    items: () => UNKNOWN,
  }
  return native('REGISTRY._names_to_collectors', null, {
    attribute: name => {
      if (name === 'get') return native('get', args => claimed(args.positional[0]) ?? UNKNOWN)
      return native(name, others[name] ?? open)
    },
    mapping: {
      get: key => {
        const metric = claimed(key)
        if (!metric) m.mayRaise(exceptionClass('KeyError'))
        return metric ?? UNKNOWN
      },
      set: open,
      remove: open,
      // What the project registered is known; of the library's own there is no talk here.
      has: key => (!isString(key) || registry.open ? null : registry.claimed.has(key.v)),
    },
    handed: open,
  })
}

function unregister(m: Machine, args: Args): Value {
  const { default: registry } = stateOf(m)
  const [metric] = args.positional
  let found = false
  for (const [series, claim] of registry.claimed) {
    if (claim.metric !== metric) continue
    registry.claimed.delete(series)
    found = true
  }
  m.heap.journal.lose()
  if (!found || m.heap.doubtful) registry.open = true
  return NONE
}

function construct(m: Machine, kind: Kind, args: Args, version: string, cls: Value): Value {
  const metric: Instance = {
    t: 'instance',
    cls: cls as never,
    attributes: m.heap.namespace(),
    exception: null,
  }
  const registry = registryOf(m, args)
  if (registry === null) return metric
  const name = fullName(kind, args, version)
  if (registry === 'unknown' || name === null) {
    m.mayRaise(exceptionClass('ValueError'))
    return metric
  }
  const span = callSpan(m)
  const series = claimedSeries(kind, name, version)
  const clash = series.filter(s => registry.claimed.has(s))
  if (clash.length > 0 && !registry.open) return collide(m, name, series, registry, span, metric, version)
  if (m.heap.doubtful) {
    m.mayRaise(exceptionClass('ValueError'))
    return metric
  }
  for (const s of series) registry.claimed.set(s, { span, metric })
  // Who catches what a second registration raises has thought of it.
  if (registry === stateOf(m).default && m.watches.at(-1)?.guards !== true)
    m.note({ event: 'metric', name, kind, span, module: m.frame.scope.module.name })
  return metric
}

/** The registry a call names; null for `registry=None`. */
function registryOf(m: Machine, args: Args): Registry | null | 'unknown' {
  const given = argument(args, 6, 'registry')
  const state = stateOf(m)
  if (!given) return args.open ? 'unknown' : state.default
  if (given.t === 'const' && given.v === null) return null
  if (given.t === 'native' && given.name === 'REGISTRY') return state.default
  return state.others.get(given) ?? 'unknown'
}

function fullName(kind: Kind, args: Args, version: string): string | null {
  const part = (position: number, name: string): string | null => {
    const value = argument(args, position, name)
    return value === undefined ? '' : isString(value) ? value.v : null
  }
  if (args.open) return null
  const [name, namespace, subsystem, unit] = [
    part(0, 'name'),
    part(3, 'namespace'),
    part(4, 'subsystem'),
    part(5, 'unit'),
  ]
  if (name === null || namespace === null || subsystem === null || unit === null || name === '') return null
  let full = (namespace ? `${namespace}_` : '') + (subsystem ? `${subsystem}_` : '') + name
  const strip = () => {
    if (kind === 'Counter' && full.endsWith('_total')) full = full.slice(0, -'_total'.length)
  }
  const append = () => {
    if (unit && !full.endsWith(`_${unit}`)) full += `_${unit}`
  }
  if (!atLeast(version, '0.4')) append()
  else if (atLeast(version, '0.8')) {
    strip()
    append()
  } else {
    append()
    strip()
  }
  return full
}

function claimedSeries(kind: Kind, name: string, version: string): string[] {
  if (!atLeast(version, '0.4')) {
    const old: Partial<Record<Kind, readonly string[]>> = {
      Histogram: ['_bucket', '_sum', '_count'],
      Summary: ['', '_sum', '_count'],
    }
    return (old[kind] ?? ['']).map(suffix => name + suffix)
  }
  const bare = atLeast(version, '0.9') || kind === 'Gauge' || kind === 'Summary' || kind === 'Enum'
  return [...(bare ? [name] : []), ...SUFFIXES[kind].map(suffix => name + suffix)]
}

function collide(
  m: Machine,
  name: string,
  series: readonly string[],
  registry: Registry,
  span: Span,
  metric: Value,
  version: string,
): Value {
  const clash = series.filter(s => registry.claimed.has(s))
  const first = registry.claimed.get(clash[0]!)!
  const shown = `{${clash.map(s => `'${s}'`).join(', ')}}`
  const cls = atLeast(version, '0.26') ? duplicateClass : exceptionClass('ValueError')
  const twice = first.span.path === span.path && first.span.start === span.start
  const exc = m.exception(
    cls,
    `Duplicated timeseries in CollectorRegistry: ${shown}`,
    { kind: 'duplicate-metric', metric: name, first: first.span, twice },
    { focus: span },
  )
  if (m.isHealed(exc)) return metric
  throw new PyRaise(exc)
}

const duplicateClass = nativeClass('DuplicateTimeseries', 'prometheus_client.registry', [
  exceptionClass('ValueError'),
])
