/**
 * What the `import ...` lines of `.pth` files do to the import system. site.py executes them; here they are
 * recognised by what they say. Not understood is an answer too.
 */
import type { FileSystem } from '../files/file_system.ts'
import { dirname, join } from '../files/paths.ts'
import type { EditableFinder } from './environment.ts'
import { type Literal, readLiteral } from './literals.ts'
import { readText } from './look.ts'

export type PthEffect =
  | { readonly kind: 'none' }
  /** Raises ImportError: site.py leaves out the rest of the file. */
  | { readonly kind: 'fails' }
  | { readonly kind: 'finder'; readonly finder: EditableFinder }
  | { readonly kind: 'namespace'; readonly name: string; readonly folder: string }
  | { readonly kind: 'distutils' }
  /** easy-install.pth: the paths added since `mark` move in front of those added before. */
  | { readonly kind: 'mark' | 'move' }
  | { readonly kind: 'opaque' }

export interface PthContext {
  readonly fs: FileSystem
  /** The folder that the .pth file lies in. */
  readonly siteFolder: string
  /** sys.path as it is when the line runs. */
  readonly searchPath: readonly string[]
  readonly isStandard: (module: string) => boolean
  readonly variable: (name: string) => string | null
}

/** Modules that `.pth` lines import and that add no name anyone could import, whatever their text looks like. */
const HARMLESS: Readonly<Record<string, string>> = {
  coverage: 'starts measuring in child processes',
  pytest_cov: 'starts measuring in child processes',
  _virtualenv: 'its finder only patches distutils.dist and setuptools.dist',
  pywin32_bootstrap: 'adds a folder for DLLs',
}

/** Whatever can change what is importable, in the line itself or in what it imports. */
const CHANGES_IMPORTS =
  /\bsys\s*\.\s*(?:path|modules)\b|\bfrom\s+sys\b|meta_path|path_hooks|path_importer_cache|addsitedir|addpackage|__path__|\bsetattr\b/
const RUNS_MORE = /\b(?:exec|eval|compile|import_module|runpy|execfile|ctypes|imp)\b|__import__/

const IMPORT =
  /\bfrom\s+([\w.]+)\s+import\b|\bimport\s+([\w.]+(?:\s+as\s+\w+)?(?:\s*,\s*[\w.]+(?:\s+as\s+\w+)?)*)/g

/** How far imports of imports are followed. */
const DEPTH = 3

const NONE: PthEffect = { kind: 'none' }
const OPAQUE: PthEffect = { kind: 'opaque' }

/** The effect of one line that site.py would execute. */
export function effectOf(line: string, context: PthContext): PthEffect {
  const finder = /^import\s+(__editable___\w+_finder)\s*;\s*\1\.install\(\)\s*;?\s*$/.exec(line)
  if (finder) return editableFinder(finder[1]!, context)
  if (/\bmodule_from_spec\b|\btypes\.ModuleType\b/.test(line)) return namespacePackage(line, context)
  if (line.includes('_distutils_hack')) return distutilsHack(line, context)
  if (/^import sys\s*;\s*sys\.__plen\s*=\s*len\(sys\.path\)\s*$/.test(line)) return { kind: 'mark' }
  if (/^import sys\s*;\s*new\s*=\s*sys\.path\[sys\.__plen:\]/.test(line)) return { kind: 'move' }
  const first = /^import\s+(\w+)/.exec(line)?.[1]
  if (first && !context.isStandard(first) && !isInstalled(first, context)) return { kind: 'fails' }
  return isHarmless(line, context) ? NONE : OPAQUE
}

/** setuptools' finder: two literals in a generated module beside the .pth file. */
function editableFinder(module: string, context: PthContext): PthEffect {
  const source = moduleText(module, context)
  if (source === null) return { kind: 'fails' }
  const literal = (name: string): Literal | undefined => {
    const start = new RegExp(`^${name}\\s*(?::[^=\\n]*)?=`, 'm').exec(source)
    return start ? readLiteral(source, start.index + start[0].length) : undefined
  }
  const mapping = literal('MAPPING')
  const namespaces = literal('NAMESPACES') ?? {}
  if (!isRecordOf(mapping, isString) || !isRecordOf(namespaces, isStrings)) return OPAQUE
  return { kind: 'finder', finder: { mapping, namespaces } }
}

/** The line of a `-nspkg.pth`: os.path.join(<folder>, *('google', 'cloud')). */
function namespacePackage(line: string, { siteFolder }: PthContext): PthEffect {
  const parts =
    /os\.path\.join\((sys\._getframe\(1\)\.f_locals\['sitedir'\]|'[^']*'),\s*\*(\([^)]*\))\)/.exec(line)
  const names = parts && readLiteral(parts[2]!)
  if (!parts || !isStrings(names) || names.length === 0) return OPAQUE
  const root = parts[1]!.startsWith("'") ? readLiteral(parts[1]!) : siteFolder
  if (typeof root !== 'string') return OPAQUE
  return { kind: 'namespace', name: names.join('.'), folder: join(root, ...names) }
}

/** distutils-precedence.pth; the default of its variable was 'stdlib' before setuptools 60. */
function distutilsHack(line: string, { variable }: PthContext): PthEffect {
  const fallback = /os\.environ\.get\(var,\s*'(\w+)'\)\s*==\s*'local'/.exec(line)?.[1]
  if (fallback === undefined || !line.includes('add_shim()')) return OPAQUE
  return (variable('SETUPTOOLS_USE_DISTUTILS') ?? fallback) === 'local' ? { kind: 'distutils' } : NONE
}

/** Does neither the line nor the text of what it imports name a way to change what is importable? */
function isHarmless(line: string, context: PthContext): boolean {
  if (CHANGES_IMPORTS.test(line) || /\bimport_module\b|__import__|\brunpy\b/.test(line)) return false
  return importedModules(line).every(module => isHarmlessModule(module, context.siteFolder, context, DEPTH))
}

/** `module` as a file in `folder` names it; one that is not installed can't do anything. */
function isHarmlessModule(module: string, folder: string, context: PthContext, depth: number): boolean {
  const relative = module.startsWith('.')
  const [top = ''] = module.split('.', 1)
  if (!relative && (Object.hasOwn(HARMLESS, top) || context.isStandard(top) || !isInstalled(top, context)))
    return true
  if (depth === 0 || module.startsWith('..')) return false
  const place = join(relative ? folder : context.siteFolder, ...module.split('.').filter(Boolean))
  const plain = readText(context.fs, `${place}.py`)
  const text = plain ?? readText(context.fs, join(place, '__init__.py'))
  if (text === null || CHANGES_IMPORTS.test(text) || RUNS_MORE.test(text)) return false
  const inner = importedModules(text)
  const parent = relative ? '' : module.slice(0, Math.max(module.lastIndexOf('.'), 0))
  if (parent) inner.push(parent)
  return inner.every(name =>
    isHarmlessModule(name, plain === null ? place : dirname(place), context, depth - 1),
  )
}

/** The modules of all import statements in a text, also within strings: 'a.b', '.sibling'. */
function importedModules(text: string): string[] {
  const found: string[] = []
  for (const [, from, plain] of text.matchAll(IMPORT)) {
    if (from !== undefined) found.push(from)
    else found.push(...plain!.split(',').map(name => name.trim().split(/\s/, 1)[0]!))
  }
  return found
}

/** Is there anything, in any form, that could be the module? */
function isInstalled(module: string, { fs, searchPath }: PthContext): boolean {
  const isIt = ({ name }: { name: string }) => name === module || name.startsWith(`${module}.`)
  return searchPath.some(folder => fs.list(folder)?.some(isIt))
}

function moduleText(module: string, { fs, siteFolder }: PthContext): string | null {
  return (
    readText(fs, join(siteFolder, `${module}.py`)) ?? readText(fs, join(siteFolder, module, '__init__.py'))
  )
}

const isString = (value: unknown): value is string => typeof value === 'string'

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isString)
}

function isRecordOf<T>(
  value: unknown,
  isItem: (item: unknown) => item is T,
): value is Readonly<Record<string, T>> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isItem)
  )
}
