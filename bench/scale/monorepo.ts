/**
 * A made-up repository of many packages, as large as is wanted and the same each time: packages import from packages
 * below them, modules from modules before them, and each package has tests, conftests and helpers. Sizes of files are
 * spread like those of real projects (median 85 lines, mean 186). One test file in 500 asks for something absent.
 *
 * Only what matters to imports is like real code; what functions do is filler.
 */
import { Random } from '../../test/support/random.ts'

/** A file: path below the root, and text. */
export type MadeFile = readonly [path: string, text: string]

interface Module {
  /** As it is imported. */
  readonly name: string
  readonly lines: number
  readonly classes: readonly string[]
  readonly functions: readonly string[]
}

interface Package {
  readonly name: string
  readonly subpackages: readonly (readonly Module[])[]
  /** Those that it imports from. */
  readonly below: readonly Package[]
}

const MODULES = { least: 4, spread: 15 }
const SUBPACKAGES = { least: 8, spread: 29 }
const MOST_LINES = 4000
const NEWEST_BELOW = 40

const NOUNS =
  'account batch cache device event feed group hook index job ledger meter node order policy queue'.split(' ')
const VERBS =
  'apply build check drop encode fetch guard handle infer join keep load merge note open parse'.split(' ')
const STANDARD = [
  ...[
    'json',
    'os',
    're',
    'sys',
    'time',
    'logging',
    'functools',
    'itertools',
    'contextlib',
    'threading',
    'math',
  ],
  ...[
    'dataclasses',
    'datetime',
    'collections',
    'pathlib',
    'uuid',
    'hashlib',
    'enum',
    'typing',
    'abc',
    'random',
  ],
]

const INSTALLED = Array.from({ length: 40 }, (_, n) => `vendor_${NOUNS[n % NOUNS.length]}_${n}`)
const INSTALLED_MODULES = 30

/** About as many Python files as wanted (whole packages), one after another, and the configuration of pytest. */
export function* monorepo(files: number, seed: number): Generator<MadeFile> {
  yield [
    'pyproject.toml',
    '[tool.pytest.ini_options]\npythonpath = ["src"]\ntestpaths = ["tests"]\naddopts = "--strict-markers"\n' +
      'markers = ["slow: takes long", "db: wants a database"]\n',
  ]
  yield ['tests/__init__.py', '']
  yield ['tests/conftest.py', conftest(new Random(seed), null)]
  const packages: Package[] = []
  for (let made = 2, number = 0; made < files; number++) {
    const random = new Random(seed * 1_000_003 + number)
    const package_ = plan(random, number, packages)
    packages.push(package_)
    for (const file of packageFiles(random, package_)) {
      yield file
      made++
    }
  }
}

/** What is installed beside pytest: packages with their metadata, below site-packages. */
export function* installed(seed: number): Generator<MadeFile> {
  for (const [number, name] of INSTALLED.entries()) {
    const random = new Random(seed + number)
    const modules = Array.from({ length: INSTALLED_MODULES }, (_, n) => module(random, `${name}.part_${n}`))
    const offered = modules.slice(0, 5).map(each => `from .${last(each.name)} import ${each.classes[0]}\n`)
    yield [`${name}/__init__.py`, `"""A library."""\n${offered.join('')}\n__version__ = "1.${number}"\n`]
    for (const [at, each] of modules.entries())
      yield [`${name}/part_${at}.py`, source(random, each, [modules.slice(0, at)], false)]
    yield [
      `${name}-1.${number}.dist-info/METADATA`,
      `Metadata-Version: 2.1\nName: ${name.replaceAll('_', '-')}\nVersion: 1.${number}\n`,
    ]
    yield [`${name}-1.${number}.dist-info/top_level.txt`, `${name}\n`]
    const paths = ['__init__', ...modules.map(each => last(each.name))].map(part => `${name}/${part}.py,,\n`)
    yield [`${name}-1.${number}.dist-info/RECORD`, paths.join('')]
  }
}

function plan(random: Random, number: number, packages: readonly Package[]): Package {
  const name = `${random.of(NOUNS)}_${number}`
  // What came lately is imported most, and a few packages at the bottom by everybody.
  const below = [...random.some(packages.slice(-NEWEST_BELOW), 3), ...random.some(packages.slice(0, 5), 2)]
  const subpackages = Array.from(
    { length: SUBPACKAGES.least + random.below(SUBPACKAGES.spread) },
    (_, part) =>
      Array.from({ length: MODULES.least + random.below(MODULES.spread) }, (_, n) =>
        module(random, `${name}.${NOUNS[part % NOUNS.length]}s_${part}.${random.of(VERBS)}er_${n}`),
      ),
  )
  return { name, subpackages, below: [...new Set(below)] }
}

function module(random: Random, name: string): Module {
  const lines = random.logNormal(85, 1.25, MOST_LINES)
  const word = last(name)
    .split('_')
    .map(part => part[0]!.toUpperCase() + part.slice(1))
    .join('')
  return {
    name,
    lines,
    classes: Array.from(
      { length: 1 + Math.floor(lines / 120) },
      (_, n) => `${word}${capital(NOUNS[n % 16]!)}${n}`,
    ),
    functions: Array.from(
      { length: 1 + Math.floor(lines / 60) },
      (_, n) => `${VERBS[n % 16]}_${NOUNS[(n * 7) % 16]}_${n}`,
    ),
  }
}

function* packageFiles(random: Random, { name, subpackages, below }: Package): Generator<MadeFile> {
  yield [`src/${name}/__init__.py`, `"""${capital(name)}."""\n\n__version__ = "1.0"\n`]
  yield [`tests/${name}/__init__.py`, '']
  yield [`tests/${name}/conftest.py`, conftest(random, subpackages[0]![0]!)]
  yield [`tests/${name}/helpers.py`, `import json\n\n\ndef load(path):\n    return json.load(open(path))\n`]
  const others = below.flatMap(each => each.subpackages.flat())
  for (const [part, modules] of subpackages.entries()) {
    const folder = parent(modules[0]!.name).replace('.', '/')
    const before = subpackages.slice(Math.max(0, part - 6), part).flat()
    const lists = random.chance(0.5)
    const offered = lists ? modules.map(each => `from .${last(each.name)} import ${each.classes[0]}\n`) : []
    const all = lists ? `\n__all__ = [${modules.map(each => `"${each.classes[0]}"`).join(', ')}]\n` : ''
    yield [`src/${folder}/__init__.py`, offered.join('') + all]
    for (const [at, each] of modules.entries())
      yield [
        `src/${each.name.replaceAll('.', '/')}.py`,
        source(random, each, [modules.slice(0, at), before, others]),
      ]
    yield [`tests/${folder}/__init__.py`, '']
    for (const each of modules)
      if (random.chance(0.5))
        yield [`tests/${folder}/test_${last(each.name)}.py`, test(random, name, each, modules)]
  }
}

/** `circles`: what it may import from, the nearest first. */
function source(
  random: Random,
  { name, lines, classes, functions }: Module,
  circles: readonly (readonly Module[])[],
  installed = true,
): string {
  const out = [`"""${capital(last(name))} of ${parent(name)}."""`]
  if (random.chance(0.3)) out.push('from __future__ import annotations')
  for (const each of random.some(STANDARD, 1 + random.geometric(2))) out.push(`import ${each}`)
  out.push(
    'import logging',
    'from dataclasses import dataclass, field',
    'from typing import TYPE_CHECKING, Any, Optional',
  )
  if (installed && random.chance(0.6)) {
    const library = random.of(INSTALLED)
    out.push(
      random.chance(0.5)
        ? `import ${library}`
        : `from ${library} import part_${random.below(INSTALLED_MODULES)}`,
    )
  }
  const bases: string[] = []
  for (const circle of circles) {
    for (const other of random.some(circle, Math.min(circle.length, random.geometric(1.6)))) {
      const imported = [random.of(other.classes), random.of(other.functions)]
      const alias = `${imported[0]}_${bases.length}`
      bases.push(alias)
      const from = parent(other.name) === parent(name) ? `.${last(other.name)}` : other.name
      out.push(
        `from ${from} import ${imported[0]} as ${alias}, ${imported[1]} as ${imported[1]}_${bases.length}`,
      )
    }
  }
  if (random.chance(0.1))
    out.push('try:', '    import ujson as codec', 'except ImportError:', '    import json as codec')
  if (random.chance(0.2)) out.push('if TYPE_CHECKING:', `    from ${parent(name)}.later import Later`)
  out.push('', 'logger = logging.getLogger(__name__)', `TIMEOUT = ${random.below(90)}`)
  out.push(
    `NAMES = {${NOUNS.slice(0, 1 + random.below(15))
      .map(noun => `"${noun}": ${random.below(99)}`)
      .join(', ')}}`,
  )
  const each = Math.max(3, Math.floor((lines - out.length) / (classes.length * 3 + functions.length)))
  for (const class_ of classes) {
    out.push('', '')
    if (random.chance(0.3))
      out.push(
        '@dataclass',
        `class ${class_}:`,
        '    name: str = ""',
        '    items: list = field(default_factory=list)',
      )
    else {
      out.push(`class ${class_}${bases.length > 0 && random.chance(0.4) ? `(${random.of(bases)})` : ''}:`)
      out.push(`    """One ${class_}."""`, '', `    kind = "${random.of(NOUNS)}"`)
    }
    for (const method of random.some(VERBS, 3)) {
      out.push('')
      if (random.chance(0.1)) out.push('    @property', `    def ${method}(self):`)
      else out.push(`    def ${method}(self, ${random.of(NOUNS)}, limit: Optional[int] = None) -> Any:`)
      statements(random, out, each, '        ')
    }
  }
  for (const function_ of functions) {
    out.push('', '', `def ${function_}(first, *rest, limit=TIMEOUT):`, `    """What ${function_} does."""`)
    statements(random, out, each, '    ')
  }
  return `${out.join('\n')}\n`
}

function statements(random: Random, out: string[], count: number, indent: string): void {
  for (let n = 0; n < count; n++) {
    const [noun, other] = [random.of(NOUNS), random.of(NOUNS)]
    switch (random.below(8)) {
      case 0:
        out.push(
          `${indent}if limit is not None and limit > ${n}:`,
          `${indent}    logger.debug("no ${noun} left: %s", limit)`,
        )
        break
      case 1:
        out.push(
          `${indent}for ${noun} in range(${n}):`,
          `${indent}    ${other} = ${noun} * 2 + len("${noun} in (")`,
        )
        break
      case 2:
        out.push(`${indent}# The ${noun} comes before the ${other}, as it always did.`)
        break
      case 3:
        out.push(`${indent}${noun} = [item.strip() for item in "${noun}, ${other}".split(",") if item]`)
        break
      default:
        out.push(`${indent}${noun} = NAMES.get("${other}", ${n}) + sum([1, ${n}], ${random.below(9)})`)
    }
  }
  out.push(`${indent}return NAMES`)
}

function test(
  random: Random,
  name: string,
  { name: module, lines, classes, functions }: Module,
  beside: readonly Module[],
): string {
  const out = ['import pytest', '']
  if (random.chance(0.3)) out.push('from unittest import mock')
  if (random.chance(0.3)) out.push(`from tests.${name}.helpers import load`)
  out.push(`from ${module} import ${[...classes, ...functions.slice(0, 3)].join(', ')}`)
  for (const each of random.some(beside, random.geometric(1)))
    if (each.name !== module) out.push(`from ${parent(each.name)} import ${last(each.name)}`)
  const fault = random.below(1000)
  if (fault === 0) out.push(`from ${module} import gone_since_long`)
  if (fault === 1) out.push(`import ${parent(module)}.moved_elsewhere`)
  out.push('', '')
  out.push(
    `@pytest.fixture(params=[1, 2], ids=["one", "two"])`,
    'def thing(request):',
    `    return ${classes[0]}, request.param`,
  )
  const count = 1 + Math.floor(lines / 40)
  for (let n = 0; n < count; n++) {
    out.push('', '')
    if (random.chance(0.2)) out.push('@pytest.mark.slow')
    if (random.chance(0.3)) {
      out.push('@pytest.mark.parametrize("given, wanted", [(1, 2), (3, 4), pytest.param(5, 6, id="five")])')
      out.push(`def test_${random.of(VERBS)}_${n}(thing, given, wanted):`)
    } else out.push(`def test_${random.of(VERBS)}_${n}(thing, limit=None):`)
    statements(random, out, 4 + random.below(6), '    ')
  }
  if (random.chance(0.3))
    out.push('', '', `class Test${classes[0]}:`, '    def test_it(self, thing):', '        assert thing')
  return `${out.join('\n')}\n`
}

function conftest(random: Random, needed: Module | null): string {
  const out = ['import os', 'import pytest', '']
  if (needed) out.push(`from ${needed.name} import ${needed.classes[0]}`, '')
  for (const noun of random.some(NOUNS, 4))
    out.push('', '@pytest.fixture', `def ${noun}(tmp_path):`, '    return tmp_path, os.getpid()', '')
  return `${out.join('\n')}\n`
}

function parent(dotted: string): string {
  return dotted.slice(0, dotted.lastIndexOf('.'))
}

function last(dotted: string): string {
  return dotted.slice(dotted.lastIndexOf('.') + 1)
}

function capital(word: string): string {
  return word[0]!.toUpperCase() + word.slice(1)
}
