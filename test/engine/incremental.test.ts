/**
 * Analysing again after edits says what analysing from scratch says: random rows of edits in projects whose files lean
 * on each other in every way that the simulated process has. What is edited is open in the editor; files that come and
 * go, and settings, change on the disk. So does trying an edit of the workspace, whatever was tried or analysed before it.
 */
import { expect, test } from 'vitest'
import { changeOf, editOf, overlaid } from '../../server/src/bridges/edit.ts'
import {
  type Analysis,
  type AnalysisRequest,
  analyze,
  type FirstWordListener,
  Remembered,
} from '../../server/src/engine/analyze.ts'
import { GivenUp } from '../../server/src/engine/job.ts'
import { DiskFileSystem } from '../../server/src/files/disk.ts'
import type { FileSystem } from '../../server/src/files/file_system.ts'
import { contentHash } from '../../server/src/files/hash.ts'
import { OverlayFileSystem } from '../../server/src/files/overlay.ts'
import { join, relative } from '../../server/src/files/paths.ts'
import type { Finding } from '../../server/src/rules/finding.ts'
import { siteOf } from '../../server/src/simulate/machine.ts'
import type { CollectorTrace } from '../../server/src/simulate/trace.ts'
import { standardPython } from '../support/pythons.ts'

const ROWS = Number(process.env.PRECOLLECT_ROWS ?? 12)
const FIRST = Number(process.env.PRECOLLECT_FIRST_ROW ?? 1)
const EDITS = 12
/** Edits that are tried after each of them. */
const TRIALS = 4
const ROOT = '/made/project'

/** The same row of numbers below `limit` each time. */
function dice(seed: number): (limit: number) => number {
  let state = seed * 7919
  return limit => {
    state = (state * 1103515245 + 12345) % 2147483648
    return Math.floor((state / 2147483648) * limit)
  }
}

/** Modules that files import, and names in them: some are there, some come and go. */
const MODULES = [
  'helpers',
  'pkg',
  'pkg.a',
  'pkg.b',
  'pkg.deep.c',
  'lib_only',
  'ghost',
  'tests.test_a',
  'tests.test_c',
  'tests.support',
]
const NAMES = ['VALUE', 'Base', 'made', 'REGISTRY', 'added', 'nothing']

/** Statements at module level: `{m}` and `{o}` are modules, `{n}` a name, `{#}` a number. */
const STATEMENTS = [
  'import {m}',
  'import {m} as alias{#}',
  'from {m} import {n}',
  'from {m} import *',
  'from pkg import a, b',
  'from . import support',
  'import {m}, {o}',
  'try:\n    import {m}\nexcept ImportError:\n    {n} = None',
  'try:\n    from {m} import {n}\nexcept ImportError:\n    raise ValueError("x")',
  '{n} = {#}',
  '{n} = []',
  'class {n}: pass',
  'class Child{#}({n}): pass',
  'def made():\n    import {m}\n    return {m}',
  'made()',
  'import pkg.a\npkg.a.{n} = {#}',
  'import pkg.b\nprint(pkg.b.{n})',
  'import helpers\nhelpers.REGISTRY.append({#})',
  'import helpers\nif helpers.REGISTRY:\n    import {m}',
  'import helpers\nassert len(helpers.REGISTRY) < 3',
  'import helpers\nhelpers.TABLE["k{#}"] = {#}',
  'import helpers\nhelpers.TABLE["k{#}"]',
  'import helpers\nhelpers.{n}',
  'import helpers\ndel helpers.{n}',
  'import helpers\nhelpers.register("{n}")',
  'import sys\nsys.path.insert(0, "lib")',
  'import sys\nsys.path.append("/made/project/lib")',
  'import sys\nsys.modules["ghost"] = None',
  'import sys, types\nsys.modules["ghost"] = types.ModuleType("ghost")',
  'import sys\nsys.modules.pop("{m}", None)',
  'import sys\nif "{m}" in sys.modules:\n    raise RuntimeError("x")',
  'import os\nos.environ["X"] = "{#}"',
  'import os\nos.environ["X"]',
  'import os\nif os.environ.get("X"):\n    import {m}',
  'import warnings\nwarnings.simplefilter("error")',
  'import warnings\nwarnings.warn("x")',
  'import pytest\npytestmark = pytest.mark.mark{#}',
  'import pytest\npytest.importorskip("{m}")',
  'import pytest\n@pytest.mark.parametrize("a", [1, 2])\ndef test_one(b): ...',
  'import pytest\n@pytest.fixture\ndef fix(): ...',
  'def test_it():\n    assert {#}',
  'def pytest_configure(config):\n    config.addinivalue_line("markers", "mark{#}: x")',
  'collect_ignore = ["test_{l}.py"]',
  'pytest_plugins = ["{m}"]',
  'import unknown_lib\nunknown_lib.call({n})',
  'import json\njson.nothing{#}',
  'from unittest import mock\nwith mock.patch.dict("sys.modules", {"ghost": mock.Mock()}):\n    import {m}',
  'if undefined{#}:\n    import {m}',
  '# precollect: ignore',
  'import {m} # precollect: ignore[unresolved-import]',
  'import pytest\n@pytest.mark.mark{#}\n@pytest.fixture\ndef fix(): ...',
  'import pytest\npytest_mark = pytest.mark.mark{#}',
  'def pytest_addoption(parser):\n    parser.addoption("--opt{#}")\n    parser.addini("{n}", "x")',
  'raise ValueError("x")',
  'from dataclasses import dataclass\n@dataclass\nclass {n}:\n    a: int\n    b: int = {#}',
  'from dataclasses import dataclass\nfrom {m} import {n}\n@dataclass\nclass Child{#}({n}):\n    c: int',
  'from abc import ABC, abstractmethod\nclass {n}(ABC):\n    @abstractmethod\n    def run(self): ...',
  'from {m} import {n}\nclass {n}Child({n}): pass\n{n}Child()',
  'class {n}:\n    x = {#}\n    def go(self, y={#}): return y',
  'from {m} import {n}\n{n}().go()\nassert {n}.x != {#}',
  'from {m} import {n}\n{n}.x = {#}',
  'def made(a, b={#}): ...',
  'from {m} import made\nmade(1, 2, 3)',
  'from {m} import made\n@made\ndef test_two(): ...',
  'import pytest\n@pytest.fixture\ndef made(fix): ...',
  'import pytest\n@pytest.fixture(params=[{#}])\ndef made(): ...',
  'from {m} import made\ndef test_two(made): ...',
  '{n} = ["a", {#}]',
  '{n} = {"a": {#}}',
  'from {m} import {n}\n{n}.append(1)',
  'from {m} import {n}\n{n}["a"] = {#}',
  'from {m} import {n}\nassert len({n}) != {#}',
  'import random\nif random.random() > 1:\n    import {m}',
  '# {#}',
]

const START: Readonly<Record<string, string>> = {
  'pytest.ini': '[pytest]\nmarkers =\n    mark1: one\n',
  'conftest.py': 'import helpers\n',
  'helpers.py':
    'REGISTRY = []\nTABLE = {}\nVALUE = 1\ndef register(name):\n    REGISTRY.append(name)\n    TABLE[name] = name\n',
  'pkg/__init__.py': 'VALUE = 1\n',
  'pkg/a.py': 'VALUE = 1\nclass Base: pass\n',
  'pkg/b.py': 'from pkg.a import Base\n',
  'pkg/deep/c.py': 'made = 1\n',
  'lib/lib_only.py': 'VALUE = 1\n',
  'tests/__init__.py': '',
  'tests/support.py': 'VALUE = 2\n',
  'tests/test_a.py': 'import pkg.a\ndef test_a(): ...\n',
  'tests/test_b.py': 'from pkg.b import Base\ndef test_b(): ...\n',
  'tests/test_c.py': 'from . import support\ndef test_c(): ...\n',
  'tests/test_d.py': 'import helpers\ndef test_d(): ...\n',
  ...Object.fromEntries(
    Array.from('hijklm', letter => [`tests/test_${letter}.py`, `def test_${letter}(): ...\n`]),
  ),
  'flat/conftest.py': 'VALUE = 1\n',
  'flat/test_e.py': 'import conftest\ndef test_e(): ...\n',
  'flat/test_f.py': 'import pkg.deep.c\ndef test_f(): ...\n',
  'other/test_g.py': 'import test_e\ndef test_g(): ...\n',
}

const ADDED = [
  'tests/test_new.py',
  'lib/ghost.py',
  'pkg/nothing.py',
  'other/conftest.py',
  'flat/helpers.py',
  'pkg/a/__init__.py',
  'ghost.py',
]
const SETTINGS = [
  'addopts = -p helpers',
  'addopts = --strict-markers',
  'pythonpath = lib',
  'filterwarnings = error',
  'testpaths = tests flat',
  'addopts = --import-mode=importlib',
  'norecursedirs = flat',
]

const disk = new DiskFileSystem()

class Project {
  /** On the disk. */
  readonly files = new Map(Object.entries(START))
  /** In the editor. */
  readonly open = new Map<string, string>()

  constructor(private readonly roll: (limit: number) => number) {
    for (const path of this.files.keys())
      if (path.endsWith('.py') && roll(3) > 0) this.open.set(path, this.files.get(path)!)
    for (let n = 0; n < 12; n++) this.type()
  }

  /** Types in an open file; true. */
  type(): true {
    const { roll } = this
    // What is imported before the first test file touches everything: less often.
    const paths = [...this.open.keys()].filter(each => roll(3) === 0 || each.includes('test_'))
    const path = pick(paths.length > 0 ? paths : [...this.open.keys()], roll)
    const lines = this.open.get(path)!.split('\n')
    const starts = lines.flatMap((line, at) =>
      /^\S|^$/.test(line) && !/^(?:except|else)/.test(line) ? [at] : [],
    )
    const at = starts[roll(starts.length)]!
    if (roll(3) === 0 && lines.length > 1) {
      const end = starts.find(start => start > at) ?? lines.length
      lines.splice(at, end - at)
    } else lines.splice(at, 0, ...this.statement().split('\n'))
    this.open.set(path, lines.join('\n'))
    return true
  }

  /** Something else than typing; false: something on the disk has changed. */
  change(): boolean {
    const { roll } = this
    switch (roll(4)) {
      case 0: {
        const path = pick(ADDED, roll)
        if (!this.files.delete(path)) this.files.set(path, `${this.statement()}\n`)
        break
      }
      case 1:
        this.files.set('pytest.ini', `${START['pytest.ini']}${pick(SETTINGS, roll)}\n`)
        break
      case 2: {
        const path = pick(
          [...this.files.keys()].filter(each => each.endsWith('.py')),
          roll,
        )
        if (!this.open.delete(path)) this.open.set(path, this.files.get(path)!)
        return true
      }
      default: {
        const path = pick(
          [...this.files.keys()].filter(each => each.endsWith('.py')),
          roll,
        )
        this.files.set(path, `${this.files.get(path)}${this.statement()}\n`)
      }
    }
    return false
  }

  get fs(): FileSystem {
    return new OverlayFileSystem(
      disk,
      new Map([...this.files].map(([path, text]) => [join(ROOT, path), text])),
    )
  }

  get texts(): Map<string, string> {
    return new Map([...this.open].map(([path, text]) => [join(ROOT, path), text]))
  }

  statement(): string {
    const { roll } = this
    return pick(STATEMENTS, roll)
      .replaceAll('{m}', pick(MODULES, roll))
      .replaceAll('{o}', pick(MODULES, roll))
      .replaceAll('{n}', pick(NAMES, roll))
      .replaceAll('{l}', pick(['a', 'b', 'e'], roll))
      .replaceAll('{#}', String(roll(3)))
  }
}

function pick<T>(from: readonly T[], roll: (limit: number) => number): T {
  return from[roll(from.length)]!
}

/** What an analysis tells of the edited file before its end. */
class FirstWordHeard implements FirstWordListener {
  readonly afterMs = -1
  private findings: readonly Finding[] = []

  constructor(readonly path: string) {}

  tell(findings: readonly Finding[]): void {
    this.findings = findings
  }

  /** What is found in the end, or was before, bears out whatever was told. */
  isBorneOutBy({ findings }: Analysis, before: Analysis | null): boolean {
    const key = ({ rule, span, what }: Finding) => JSON.stringify([rule, span, what])
    const known = new Set([...findings, ...(before?.findings ?? [])].map(key))
    return this.findings.every(finding => known.has(key(finding)))
  }
}

function editedSince(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string[] {
  return [...now].flatMap(([path, text]) => (before.get(path) === text ? [] : [path]))
}

/** What there is to compare of an analysis. */
function plain({ trace, findings, causes }: Analysis) {
  return { trace, findings, causes }
}

const REQUEST: AnalysisRequest = {
  cwd: ROOT,
  paths: [],
  pytestArgs: [],
  invocation: 'pytest',
  python: standardPython().interpreter,
  trusted: false,
  env: {},
  envIsExact: true,
  select: [],
  ignore: [],
}

const MOVES = [
  ['pkg', 'moved'],
  ['pkg/a.py', 'pkg/ghost.py'],
  ['helpers.py', 'pkg/helpers.py'],
  ['tests/support.py', 'tests/supporting.py'],
  ['flat/test_e.py', 'flat/test_new.py'],
  ['lib', 'ghost'],
] as const

/** An edit as a fix may make it; null where the dice ask for one that can't be made. */
function someEdit({ text, fs: files }: Analysis, project: Project, roll: (limit: number) => number) {
  const isThere = (path: string) => files.stat(join(ROOT, path)) !== null
  const there = [...project.files.keys()].filter(path => path.endsWith('.py') && isThere(path))
  const changing = (path: string) => {
    const before = text(join(ROOT, path))
    if (before === null) return []
    const put = { start: before.length, end: before.length, text: `\n${project.statement()}\n` }
    return [changeOf(join(ROOT, path), before, [put])]
  }
  const changed = changing(pick(there, roll))
  const fresh = ADDED.filter(path => !isThere(path) && !isThere(path.replace('/__init__.py', '.py')))
  switch (roll(5)) {
    case 0:
      return editOf({ changed })
    case 1:
      return editOf({ changed: [...changed, ...changing('tests/test_b.py')].slice(0, 1 + roll(2)) })
    case 2: {
      const path = join(ROOT, pick(fresh.length > 0 ? fresh : ['pkg/new.py'], roll))
      const created = [{ path, text: `${project.statement()}\n` }]
      return editOf({ created, changed: roll(2) === 0 ? changed : [] })
    }
    case 3: {
      const path = join(ROOT, pick(there, roll))
      return editOf({ deleted: [{ path, content: contentHash(text(path) ?? '') }] })
    }
    default: {
      const [from, to] = pick(MOVES, roll)
      return isThere(from) ? editOf({ renamed: [{ from: join(ROOT, from), to: join(ROOT, to) }] }) : null
    }
  }
}

/**
 * Tries edits of an analysis, one after another, against an analysis of the edited files. Some are taken, as by a plan:
 * the next ones are edits of what they made.
 */
async function compareTrials(
  first: Analysis,
  remembered: Remembered,
  project: Project,
  roll: (limit: number) => number,
  where: string,
): Promise<void> {
  let analysis = first
  for (let trial = 0; trial < TRIALS; trial++) {
    const edit = someEdit(analysis, project, roll)
    const files = edit && overlaid(analysis.fs, edit, analysis.text)
    if (!edit || !files) continue
    const failures = analysis.trace.collectors.flatMap(({ failure }) => failure ?? [])
    const sites = failures.filter(() => roll(4) === 0).map(siteOf)
    const cured = { sites: new Set(sites), installed: new Set(roll(3) === 0 ? ['unknown_lib'] : []) }
    const tried = analysis.simulateWith(edit, cured)
    const request = { ...analysis.request, layers: false, cured }
    const fresh = await analyze(files, request)
    const told = `${where}, trial ${trial}: ${JSON.stringify({ edit, sites })}`
    // A standard module may come to light, which nobody is asked about.
    if (!tried) continue
    expect(tried.trace, told).toEqual(fresh.trace)
    if (roll(3) === 0) analysis = await analyze(files, request, remembered, undefined, tried.trace)
  }
}

async function compare(seed: number): Promise<void> {
  const roll = dice(seed)
  const project = new Project(roll)
  const request: AnalysisRequest = {
    ...REQUEST,
    invocation: seed % 2 === 0 ? 'pytest' : 'python -m pytest',
  }
  let breaths = Number.POSITIVE_INFINITY
  const remembered = new Remembered(project.fs, () => {
    if (--breaths < 0) throw new GivenUp()
  })
  let last: Analysis | null = null
  let texts: ReadonlyMap<string, string> = new Map()
  for (let edit = 0; edit <= EDITS; edit++) {
    const typed = edit > 0 && (roll(8) > 0 ? project.type() : project.change())
    if (!typed) remembered.changed()
    remembered.kept.begin(project.texts, (path, text) => project.files.get(relative(ROOT, path)) === text)
    remembered.kept.open = project.texts
    const now = new OverlayFileSystem(project.fs, project.texts)
    // The analysis that an edit gives up leaves nothing that shows in the next one.
    breaths = roll(3) === 0 ? roll(60) : Number.POSITIVE_INFINITY
    const [edited, ...others] = editedSince(texts, project.texts)
    const word = edited !== undefined && others.length === 0 ? new FirstWordHeard(edited) : null
    remembered.firstWord = word
    const tried = await analyze(now, request, remembered).catch(() => null)
    if (tried === null) {
      breaths = Number.POSITIVE_INFINITY
      if (roll(2) === 0) continue
    }
    const kept = tried ?? (await analyze(now, request, remembered))
    expect(word?.isBorneOutBy(kept, last) ?? true, `the first word, row ${seed}, edit ${edit}`).toBe(true)
    last = kept
    texts = project.texts
    const fresh = await analyze(now, request)
    expect(
      plain(kept),
      `row ${seed}, edit ${edit}: ${JSON.stringify([...project.files, ...project.open])}`,
    ).toEqual(plain(fresh))
    breaths = Number.POSITIVE_INFINITY
    if (roll(3) === 0) await compareTrials(kept, remembered, project, roll, `row ${seed}, edit ${edit}`)
  }
}

/** Rows that were wrong once. */
const KNOWN = [300374, 500386]

const rows = Array.from({ length: ROWS }, (_, at) => FIRST + at)
for (const row of new Set([...rows, ...KNOWN])) test(`row ${row}`, () => compare(row), 60_000)

test('an edit at module level of a test file runs it again and those that look into it, and no others', async () => {
  const texts = new Map(Object.entries(START).map(([path, text]) => [join(ROOT, path), text]))
  const remembered = new Remembered(disk)
  let before = new Map<string, CollectorTrace>()
  const runAgain = async (path: string, text: string) => {
    texts.set(join(ROOT, path), text)
    remembered.kept.open = new Map(texts)
    const { trace } = await analyze(new OverlayFileSystem(disk, texts), REQUEST, remembered)
    const after = new Map(trace.collectors.map(collector => [collector.path, collector]))
    const run = [...after].flatMap(([path, collector]) =>
      before.get(path) === collector ? [] : [relative(ROOT, path)],
    )
    before = after
    return run
  }
  await runAgain('tests/test_a.py', '')
  expect(await runAgain('tests/test_a.py', 'x = 1\n')).toEqual(['tests/test_a.py'])
  expect(await runAgain('flat/test_e.py', 'import conftest\nx = 1\n')).toEqual(['flat/test_e.py'])
  // The next one finds another module there.
  expect(await runAgain('flat/test_e.py', 'import sys\nsys.modules["test_e"] = sys\n')).toEqual([
    'flat/test_e.py',
    'other/test_g.py',
  ])
  expect(await runAgain('tests/support.py', 'x = 1\n')).toEqual(['tests/test_c.py'])
  // What it defines is what it defined before, although its text has moved.
  const taker = 'from pkg.a import Base\nclass Child(Base): ...\n'
  expect(await runAgain('tests/test_d.py', taker)).toEqual(['tests/test_d.py'])
  expect(await runAgain('pkg/a.py', 'x = 1\nVALUE = 1\nclass Base: pass\n')).toEqual(['tests/test_b.py'])
  // Who imports an installed package does not look at all that was imported before.
  expect(await runAgain('tests/test_d.py', 'import iniconfig\n')).toEqual(['tests/test_d.py'])
  expect(await runAgain('tests/test_a.py', 'import colorsys\nx = 1\n')).toEqual(['tests/test_a.py'])
  // What fails is looked behind, and comes back as it was.
  expect(await runAgain('tests/test_a.py', 'import nothing\nx = 1\n')).toEqual(['tests/test_a.py'])
  expect(await runAgain('tests/test_a.py', 'x = 1\n')).toEqual(['tests/test_a.py'])
})

test('what a hook has changed of what its conftest made is not there when that is had again', async () => {
  const parts = Array.from({ length: 20 }, (_, n) => `part_${n}`)
  const texts = new Map(
    Object.entries({
      'pytest.ini': '[pytest]\naddopts = -p plugin\n',
      'plugin.py': '',
      'conftest.py': `import ${parts.join(', ')}\nMADE = []\ndef pytest_configure(config):\n    MADE.append(1)\n`,
      'test_it.py': 'from conftest import MADE\nassert len(MADE) == 1\n',
      ...Object.fromEntries(parts.map(name => [`${name}.py`, `class Of${name}: ...\n`])),
    }).map(([path, text]) => [join(ROOT, path), text]),
  )
  const request: AnalysisRequest = { ...REQUEST, invocation: 'python -m pytest' }
  const remembered = new Remembered(disk)
  for (const text of ['', 'x = 1\n', 'x = 2\n']) {
    texts.set(join(ROOT, 'plugin.py'), text)
    remembered.kept.open = new Map(texts)
    const { trace } = await analyze(new OverlayFileSystem(disk, texts), request, remembered)
    expect(trace.collectors.map(({ outcome }) => outcome)).toEqual(['collects'])
  }
})
