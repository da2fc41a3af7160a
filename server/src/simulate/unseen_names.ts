/**
 * Names that a third-party module has without its file spelling them. It may bind them itself in ways that no reading
 * of names shows; other files of its package, and of those that it imports from, may write into it; and so may compiled
 * code. Texts alone are read. What the file does spell is left to names.ts.
 */
import { scanImports } from '../compile/import_scan.ts'
import type { Environment } from '../environment/environment.ts'
import { remember } from '../files/memo.ts'
import { TextMemo } from '../files/text_memo.ts'
import { walkFiles } from '../files/walk.ts'
import { escapeRegExp } from '../files/words.ts'
import { type Machine, topLevel } from './machine.ts'
import { withoutStrictHook } from './strict_hook.ts'
import type { Module } from './values.ts'

/** Ways to bind module attributes that no reading of names shows, in code without its strings and comments. */
const UNSEEN_WRITES =
  /__getattr__|__dict__|\b(?:globals|vars|locals|setattr)\s*\(|(?<![.\w])exec\s*\(|\._convert_?\s*\(|global_enum|sys\.modules|^[ \t]*(?:\w+\.)*\w*lazy\w*(?:\.\w+)*\(|\battach\(|_from_spec|LazyLoader|__path__/im

/** Of these only objects are read or written, or the module's own names are read. */
const HARMLESS_USES =
  /^[ \t]+(?:async )?def __getattr__\(\s*(?:self|cls)\b|\.__getattr__(?=\s*\()|\b\w+\.__dict__\s*=(?!=)(?:\s*\w+\.__dict__)?|\b(?:self|cls|other|super\(\))\.__dict__|\bsetattr\s*\(\s*(?:self|cls|obj|type\(self\))\s*,|\bvars\s*\(\s*(?:self|cls)\s*\)|\bglobals\(\)\s*\.(?:get|keys|items|values|copy)\b|\bin\s+(?:globals\(\)|sys\.modules)|\bsys\.modules\.get\b/gm

/** What a library may hand its module to: any call that gets `__name__`, but for those that only read it. */
const HANDED_OUT = /(?<![.\w])__name__\b/

const READS_NAME =
  /\b(?:\w*get_?(?:logger|tracer|meter|child)|version|distribution|files|resource_\w+)\(\s*__name__\s*[,)]|\b__name__\s*(?:[=!]=|=|:)|[=!]=\s*__name__\b|\bdef __name__\b/gi

/** How a text may come to names of its module that it does not spell. */
export interface UnseenWays {
  /** It binds them itself. */
  readonly binds: boolean
  /** It hands its module to somebody who may. The standard library has nobody of that kind. */
  readonly hands: boolean
}

export function unseenWays(text: string): UnseenWays {
  const code = withoutStrings(withoutStrictHook(text))
  return {
    binds: UNSEEN_WRITES.test(code.replace(HARMLESS_USES, '')),
    hands: HANDED_OUT.test(code.replace(READS_NAME, '')),
  }
}

const STRING_OR_COMMENT =
  /#[^\n]*|("""|''')(?:\\[\s\S]|(?!\1)[\s\S])*\1|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'/g

function withoutStrings(text: string): string {
  return text.replace(STRING_OR_COMMENT, whole => (whole.startsWith('#') ? '' : "''"))
}

/** May another file give the module this name? `file`: the module's own. */
export function boundByOthers(m: Machine, { name: module }: Module, file: string, name: string): boolean {
  const known = remember(answers, m, () => new Map<string, boolean>())
  return remember(known, `${module}:${name}`, () => othersBind(m, module, file, name))
}

/** Many files ask for the same name. */
const answers = new WeakMap<Machine, Map<string, boolean>>()

function othersBind(m: Machine, module: string, file: string, name: string): boolean {
  const assigned = new RegExp(`(?<!\\bself|\\bcls)\\.${escapeRegExp(name)}[ \\t]*(?::[^=\\n]+)?=(?!=)`)
  for (const path of filesOf(m, topLevel(module))) {
    const compiled = !path.endsWith('.py')
    if (compiled ? namesModule(m, path, module) : mayWriteIntoOthers(m, path)) return true
    if (!compiled && path !== file && assigned.test(m.world.text(path)!)) return true
  }
  return [...importedFiles(m, file)].some(path => mayWriteIntoOthers(m, path))
}

/** May a library that a module of the project calls bind this name there, as it is told to? */
export function boundByLibrary(m: Machine, { file }: Module, name: string): boolean {
  const text = file?.endsWith('.py') ? m.world.text(file) : null
  const word = escapeRegExp(name)
  if (!text || !new RegExp(`[(,]\\s*${word}\\s*=(?!=)|(['"])${word}\\1`).test(text)) return false
  return [...importedFiles(m, file!, true)].some(path => mayWriteIntoOthers(m, path))
}

/** The files of other packages that the file takes names from; `handedOn`: and those that these have them from. */
function* importedFiles(m: Machine, file: string, handedOn = false): Iterable<string> {
  for (const { module, level, names } of scanImports(m.world.text(file) ?? '')) {
    if (level > 0) continue
    const [top = '', ...parts] = module.split('.')
    const spec = m.finder.isStandard(top) ? null : m.finder.findTopLevel(top, m.environment.sysPath)
    if (spec && !spec.path && spec.file?.endsWith('.py')) yield spec.file
    for (const folder of spec?.path ?? []) {
      const place = [folder, ...parts].join('/')
      yield* sourcesAt(m, place)
      for (const name of names === '*' ? [] : names) yield* sourcesAt(m, `${place}/${name}`)
      const again = handedOn ? (m.world.text(`${place}/__init__.py`) ?? '') : ''
      for (const from of scanImports(again))
        if (
          from.level === 1 &&
          from.module &&
          (names === '*' || names.some(name => from.names.includes(name)))
        )
          yield* sourcesAt(m, `${place}/${from.module.replaceAll('.', '/')}`)
    }
  }
}

function* sourcesAt(m: Machine, place: string): Iterable<string> {
  for (const path of [`${place}.py`, `${place}/__init__.py`]) if (m.world.text(path) !== null) yield path
}

/** Larger compiled files are not read: they may name any module. */
const LARGEST_EXTENSION = 50_000_000

const named = new WeakMap<Environment, Map<string, boolean>>()

/** Does compiled code speak of the module? */
function namesModule(m: Machine, path: string, module: string): boolean {
  const known = remember(named, m.environment, () => new Map<string, boolean>())
  return remember(known, `${path}:${module}`, () => {
    if ((m.world.fs.stat(path)?.size ?? 0) > LARGEST_EXTENSION) return true
    const bytes = m.world.fs.read(path)
    return bytes === null || new TextDecoder('latin1').decode(bytes).includes(module)
  })
}

const writers = new TextMemo<boolean>()

/** The modules of whoever calls are written to, those that a class or function is of, or those that are looked up. */
const WRITES_INTO_OTHERS =
  /(?<!\b(?:tb_frame|def |self))[.\s]f_globals\b(?!\s*(?:\.(?:get|copy|keys|items|values)\b|\[[^\]\n]*\](?!\s*=[^=])|,[^,\n]*\bf_locals\b|and\b|if\b|else\b|is\b|:|=))|\bsetattr\s*\(\s*sys\.modules\b|(?<!\.update\s*\(\s*)\bsys\.modules\s*\[[^\]\n]*\]\.__dict__\b(?!\s*\.(?:(?:get|keys|items|values|copy)\b|setdefault\(\s*''))|\bvars\s*\(\s*sys\.modules\b/

/** A module that was looked up is handed to a call that may write into it, other than one that only asks. */
const HANDS_MODULE_OUT =
  /(?<!\b(?:\w*(?:get|has|reload|assert|append)\w*|bool|dir|hash|id|isinstance|print|repr|str|type|vars))\(\s*sys\.modules\s*\[(?!\s*__name__\s*\])[^\]\n]*\]\s*[,)]/i

function mayWriteIntoOthers(m: Machine, path: string): boolean {
  const text = m.world.text(path)
  return text === null || writers.of(path, text, writesIntoOthers)
}

function writesIntoOthers(text: string): boolean {
  if (!/f_globals|sys\.modules/.test(text)) return false
  const code = withoutStrings(text)
  return WRITES_INTO_OTHERS.test(code) || HANDS_MODULE_OUT.test(code)
}

/** Folders of a package that importing it does not lead to. */
const NO_CODE = /^(?:tests?|__pycache__|\..*)$/

const contents = new WeakMap<Environment, Map<string, readonly string[]>>()

/** The sources and compiled modules of an installed top-level package, without its tests. */
function filesOf(m: Machine, top: string): readonly string[] {
  const known = remember(contents, m.environment, () => new Map<string, readonly string[]>())
  return remember(known, top, () => {
    const spec = m.finder.findTopLevel(top, m.environment.sysPath)
    const files: string[] = []
    if (m.finder.isStandard(top)) return files
    if (!spec?.path && spec?.file) files.push(spec.file)
    for (const folder of spec?.path ?? []) {
      for (const { path } of walkFiles(m.world.fs, folder, (_, { name }) => !NO_CODE.test(name))) {
        if (/\.(?:py|so|pyd)$/.test(path)) files.push(path)
      }
    }
    return files
  })
}
