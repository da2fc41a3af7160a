/** An environment as read from files, corrected by what its interpreter says of itself. Pure. */
import { isAbsolute, normalize } from '../files/paths.ts'
import { frozenModules } from './compiled_modules.ts'
import type { Environment } from './environment.ts'
import type { ProbeResult } from './probe.ts'
import { assumedMicroSentence, opaqueSentence } from './unknown.ts'

/** Finders whose effect is in the environment already, or that serve no names of their own; by their modules. */
const UNDERSTOOD =
  /^(?:_frozen_importlib|_frozen_importlib_external|zipimport|_distutils_hack|_virtualenv|__editable___\w+)\./

/**
 * The probe wins; where it differs from the files, `unknown` says so. Lines of `.pth` files that were not
 * understood are no longer opaque once the interpreter shows that they left no finder and no module behind.
 */
export function confirmEnvironment(environment: Environment, probe: ProbeResult): Environment {
  const { executable, stdlib, opaquePth } = environment
  const told = probe.sysPath.filter(isAbsolute).map(normalize)
  const library = probe.stdlib.map(normalize)
  // PYTHONPATH was kept from the probe: its entries stand before the library.
  const first = environment.sysPath.findIndex(path => stdlib.includes(path))
  const fromVariable = environment.sysPath.slice(0, Math.max(first, 0))
  const explained = new Set(environment.sysPath)
  const extra = told.filter(path => !explained.has(path))
  const absent = environment.sysPath.slice(Math.max(first, 0)).filter(path => !told.includes(path))
  const strange = probe.finders.filter(finder => !UNDERSTOOD.test(finder))
  const stillOpaque = strange.length > 0 || probe.injected.length > 0 ? opaquePth : []
  const version = environment.version.join('.')
  const answered = new Set([
    ...opaquePth.filter(line => !stillOpaque.includes(line)).map(opaqueSentence),
    assumedMicroSentence(executable ?? '', environment.version.slice(0, 2)),
  ])
  const differs =
    version !== probe.version.join('.') && !environment.unknown.some(sentence => answered.has(sentence))
  return {
    ...environment,
    version: probe.version,
    implementation: implementationOf(probe),
    prefix: normalize(probe.prefix),
    basePrefix: normalize(probe.basePrefix),
    sysPath: [...new Set([...fromVariable, ...told])],
    stdlib: library.length > 0 ? library : stdlib,
    builtinModules: [...new Set([...probe.builtinModules, ...frozenModules(probe.version[1])])],
    extensionSuffixes: probe.extensionSuffixes,
    namespacePth: { ...environment.namespacePth, ...probe.namespaces },
    opaquePth: stillOpaque,
    unknown: [
      ...environment.unknown.filter(sentence => !answered.has(sentence)),
      ...(differs ? [`The interpreter is ${probe.version.join('.')}; its files say ${version}.`] : []),
      ...extra.map(
        path => `${path} is on the interpreter's sys.path; no file says why, and it was not read.`,
      ),
      ...absent.map(path => `${path} is not on the interpreter's sys.path, though its files put it there.`),
      ...(opaquePth.length > 0 ? strange : []).map(
        finder => `It is not known what the finder ${finder} serves.`,
      ),
    ],
  }
}

function implementationOf({ implementation }: ProbeResult): Environment['implementation'] {
  return implementation === 'cpython' || implementation === 'pypy' ? implementation : 'other'
}
