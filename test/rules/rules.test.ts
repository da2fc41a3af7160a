/** What each rule says of a failure or event: the words are the product, so they stand here in full. */
import { expect, test } from 'vitest'
import type { Finding } from '../../server/src/rules/finding.ts'
import { runRules } from '../../server/src/rules/run_rules.ts'
import type { FailureDetail } from '../../server/src/simulate/trace.ts'
import { type Happened, ROOT, World } from './world.ts'

/** A finding in a few lines, places as the text that stands there. */
function told(world: World, happened: Happened): string[] {
  return runRules(world.input(happened)).findings.map(finding => show(world, finding))
}

function show(world: World, { severity, rule, span, what, why, todo, breaks, related }: Finding): string {
  const path = span.path.slice(ROOT.length + 1)
  const place = world.files[path]?.slice(span.start, span.end) || 'the file'
  return [
    `${severity} ${rule} in ${path} at ${place}`,
    what,
    why,
    todo,
    ...(breaks.length > 0
      ? [`breaks ${breaks.map(each => each.slice(ROOT.length + 1) || 'the session').join(', ')}`]
      : []),
    ...related.map(({ span, message }) => `see ${span.path.replace(`${ROOT}/`, '')}: ${message}`),
  ].join('\n')
}

const notFound = (module: string, more: Partial<Extract<FailureDetail, { kind: 'module-not-found' }>> = {}) =>
  ({ kind: 'module-not-found', module, searched: [], has: [], blocker: null, ...more }) as const

/** One test file that fails with one failure. */
function one(
  text: string,
  focus: string,
  kind: string,
  detail: FailureDetail,
  more: Happened = {},
): string[] {
  const world = new World({ 'test_a.py': `${text}\n` })
  const failure = world.failure(kind, detail, ['test_a.py', text, focus])
  return told(world, { collectors: { 'test_a.py': [failure] }, ...more })
}

test('unresolved-import: an absent distribution with another name', () => {
  expect(
    one('import yaml', 'yaml', "ModuleNotFoundError: No module named 'yaml'", notFound('yaml')),
  ).toMatchInlineSnapshot(`
      [
        "error unresolved-import in test_a.py at yaml
      module 'yaml' cannot be found
      pytest cannot collect this test file
      install PyYAML, which provides 'yaml', or correct the import if it is a module of the project
      breaks test_a.py",
      ]
    `)
})

test('unresolved-import: nothing known of the name', () => {
  expect(
    one('import nowhere', 'nowhere', "ModuleNotFoundError: No module named 'nowhere'", notFound('nowhere')),
  ).toMatchInlineSnapshot(`
      [
        "error unresolved-import in test_a.py at nowhere
      module 'nowhere' cannot be found
      pytest cannot collect this test file
      install the distribution that provides 'nowhere', or correct the import if it is a module that moved
      breaks test_a.py",
      ]
    `)
})

test('unresolved-import: a submodule of a package that exists', () => {
  const message = "ModuleNotFoundError: No module named 'app.old'"
  expect(one('import app.old', 'app.old', message, notFound('app.old'))).toMatchInlineSnapshot(`
    [
      "error unresolved-import in test_a.py at app.old
    module 'app.old' cannot be found
    pytest cannot collect this test file
    'app' exists but has no such submodule: create it, or import from where it lives now
    breaks test_a.py",
    ]
  `)
})

test('unresolved-import: removed from the standard library', () => {
  const message = "ModuleNotFoundError: No module named 'imp'"
  expect(one('import imp', 'imp', message, notFound('imp'))).toMatchInlineSnapshot(`
    [
      "error unresolved-import in test_a.py at imp
    module 'imp' cannot be found
    pytest cannot collect this test file
    'imp' left the standard library in Python 3.12: stop using it or install a replacement
    breaks test_a.py",
    ]
  `)
})

test('unresolved-import: a module that still is in the standard library is not called removed', () => {
  const [text] = one('import imp', 'imp', "ModuleNotFoundError: No module named 'imp'", notFound('imp'), {
    environment: { version: [3, 11, 7] },
  })
  expect(text).not.toContain('standard library')
})

test('unresolved-import: the folder is there but not on sys.path', () => {
  const world = new World({ 'src/app/__init__.py': '', 'tests/test_a.py': 'import app\n', 'tool.py': '' })
  const failure = world.failure("ModuleNotFoundError: No module named 'app'", notFound('app'), [
    'tests/test_a.py',
    'import app',
    'app',
  ])
  expect(told(world, { collectors: { 'tests/test_a.py': [failure] } })).toMatchInlineSnapshot(`
    [
      "error unresolved-import in tests/test_a.py at app
    module 'app' cannot be found
    pytest cannot collect this test file
    src/app/__init__.py is there, but src/ is not on sys.path: set pythonpath to "src" in the configuration of pytest
    breaks tests/test_a.py",
    ]
  `)
})

test('unresolved-import: python -m pytest would find it', () => {
  const world = new World({ 'app.py': '', 'tests/test_a.py': 'import app\n' })
  const failure = world.failure("ModuleNotFoundError: No module named 'app'", notFound('app'), [
    'tests/test_a.py',
    'import app',
    'app',
  ])
  expect(told(world, { collectors: { 'tests/test_a.py': [failure] } })).toMatchInlineSnapshot(`
    [
      "error unresolved-import in tests/test_a.py at app
    module 'app' cannot be found
    pytest cannot collect this test file
    app.py is there, but the root folder is not on sys.path: set pythonpath to "." in the configuration of pytest, or start it as python -m pytest
    breaks tests/test_a.py",
    ]
  `)
})

test('unresolved-import: the parent is a plain module of the project', () => {
  const world = new World({ 'app.py': '', 'test_a.py': 'import app.models\n' })
  const failure = world.failure(
    "ModuleNotFoundError: No module named 'app.models'; 'app' is not a package",
    notFound('app.models', { blocker: { name: 'app', path: '/p/app.py', stub: false } }),
    ['test_a.py', 'import app.models', 'app.models'],
  )
  expect(told(world, { collectors: { 'test_a.py': [failure] } })).toMatchInlineSnapshot(`
    [
      "error unresolved-import in test_a.py at app.models
    module 'app.models' cannot be found: 'app' is a single module (app.py), not a package
    pytest cannot collect this test file
    turn 'app' into a package that holds it, or import from where it lives now
    breaks test_a.py",
    ]
  `)
})

const helper = {
  'app/models.py': 'class Groups: ...\n',
  'app/api.py': 'from app.models import Group\n',
  'tests/test_a.py': 'import app.api\n',
  'tests/test_b.py': 'import app.api\n',
  'tests/test_c.py': 'import app.api\n',
}

function throughHelper(world: World, test: string) {
  const cannot = "ImportError: cannot import name 'Group' from 'app.models' (/p/app/models.py)"
  const detail = { kind: 'missing-symbol', module: 'app.models', name: 'Group', cycle: null } as const
  const failure = world.failure(cannot, { ...detail, file: '/p/app/models.py', has: ['Groups', 'os'] }, [
    'app/api.py',
    'from app.models import Group',
    'Group',
  ])
  return { ...failure, chain: [world.at(test, 'import app.api'), failure.span] }
}

test('missing-symbol: many test files have one cause', () => {
  const world = new World(helper)
  const collectors = Object.fromEntries(
    ['a', 'b', 'c'].map(name => [`tests/test_${name}.py`, [throughHelper(world, `tests/test_${name}.py`)]]),
  )
  expect(told(world, { collectors })).toMatchInlineSnapshot(`
    [
      "error missing-symbol in app/api.py at Group
    module 'app.models' has no name 'Group'
    tests/test_a.py and 2 more test files run into it and are not collected
    define it in app/models.py, or import it from where it lives now; did you mean 'Groups'?
    breaks tests/test_a.py, tests/test_b.py, tests/test_c.py
    see app/models.py: 'app.models' is this file",
    ]
  `)
})

test('an error behind another one is a warning that says so', () => {
  const world = new World({ ...helper, 'tests/test_a.py': 'import nowhere\nimport app.api\n' })
  const first = world.failure("ModuleNotFoundError: No module named 'nowhere'", notFound('nowhere'), [
    'tests/test_a.py',
    'import nowhere',
    'nowhere',
  ])
  const behind = throughHelper(world, 'tests/test_a.py')
  expect(told(world, { collectors: { 'tests/test_a.py': [first, behind] } })).toMatchInlineSnapshot(`
    [
      "warning missing-symbol in app/api.py at Group
    module 'app.models' has no name 'Group'
    it waits behind an earlier error in tests/test_a.py and shows once that is cured
    define it in app/models.py, or import it from where it lives now; did you mean 'Groups'?
    see app/models.py: 'app.models' is this file",
      "error unresolved-import in tests/test_a.py at nowhere
    module 'nowhere' cannot be found
    pytest cannot collect this test file
    install the distribution that provides 'nowhere', or correct the import if it is a module that moved
    breaks tests/test_a.py",
    ]
  `)
})

test('circular-import', () => {
  const world = new World({
    'a.py': 'from b import y\nx = 1\n',
    'b.py': 'from a import x\n',
    'test_a.py': 'import a\n',
  })
  const failure = world.failure(
    "ImportError: cannot import name 'x' from partially initialized module 'a'",
    {
      kind: 'missing-symbol',
      module: 'a',
      file: '/p/a.py',
      name: 'x',
      cycle: ['/p/a.py', '/p/b.py', '/p/a.py'],
      has: [],
    },
    ['b.py', 'from a import x', 'x'],
  )
  expect(told(world, { collectors: { 'test_a.py': [failure] } })).toMatchInlineSnapshot(`
    [
      "error circular-import in b.py at x
    'a' is still being imported here and has no 'x' yet
    test_a.py runs into it and is not collected
    break the circle (a.py > b.py > a.py): move what both sides need into a module of its own, or import 'x' where it is used
    breaks test_a.py
    see a.py: part of the circle
    see b.py: part of the circle",
    ]
  `)
})

test('circular-import: an attribute', () => {
  const message = "AttributeError: partially initialized module 'a' has no attribute 'x'"
  const detail = { kind: 'missing-attribute', module: 'a', name: 'x', cycle: true, has: [] } as const
  expect(one('a.x', 'a.x', message, detail)).toMatchInlineSnapshot(`
    [
      "error circular-import in test_a.py at a.x
    'a' is still being imported here and has no 'x' yet
    pytest cannot collect this test file
    break the circle: move what both sides need into a module of its own, or import 'x' where it is used
    breaks test_a.py",
    ]
  `)
})

test('missing-attribute', () => {
  const detail = {
    kind: 'missing-attribute',
    module: 'app',
    name: 'sub',
    cycle: false,
    has: ['subs'],
  } as const
  const message = "AttributeError: module 'app' has no attribute 'sub'"
  expect(one('app.sub', 'app.sub', message, detail)).toMatchInlineSnapshot(`
    [
      "error missing-attribute in test_a.py at app.sub
    module 'app' has no attribute 'sub'
    pytest cannot collect this test file
    correct the name, or write 'import app.sub' if it is a submodule; did you mean 'subs'?
    breaks test_a.py",
    ]
  `)
})

test('missing-attribute: of the standard library', () => {
  const more = { cycle: false, has: ['getcwd', 'getcwdb'], standard: true } as const
  const detail = { kind: 'missing-attribute', module: 'os', name: 'getcw', ...more } as const
  const message = "AttributeError: module 'os' has no attribute 'getcw'"
  expect(one('os.getcw', 'os.getcw', message, detail)).toMatchInlineSnapshot(`
    [
      "error missing-attribute in test_a.py at os.getcw
    module 'os' has no attribute 'getcw'
    pytest cannot collect this test file
    use a name that the standard library of Python 3.12 has; did you mean 'getcwd'?
    breaks test_a.py",
    ]
  `)
})

test('relative-import-beyond-top-level: both forms', () => {
  const message = 'ImportError: attempted relative import'
  const detail = { kind: 'relative-import', reason: 'no parent package' } as const
  const beyond = { kind: 'relative-import', reason: 'beyond top-level' } as const
  expect([
    ...one('from . import x', '.', message, detail),
    ...one('from ... import x', '...', message, beyond),
  ]).toMatchInlineSnapshot(`
    [
      "error relative-import-beyond-top-level in test_a.py at .
    relative import in test_a.py, which belongs to no package
    pytest cannot collect this test file
    import by the full name, or make its folder a package with an __init__.py
    breaks test_a.py",
      "error relative-import-beyond-top-level in test_a.py at ...
    relative import with more dots than there are packages above test_a.py
    pytest cannot collect this test file
    import by the full name, or take away the dots that are too many
    breaks test_a.py",
    ]
  `)
})

test('broken-import: the innermost error and what to install', () => {
  const world = new World({ 'test_a.py': 'from starlette.testclient import TestClient\n' })
  const line = 'from starlette.testclient import TestClient'
  const place = ['test_a.py', line, 'starlette.testclient'] as const
  const needed = world.failure('RuntimeError: The testclient needs httpx', { kind: 'raised' }, place, {
    foreign: true,
    cause: {
      exception: 'ModuleNotFoundError',
      message: "No module named 'httpx'",
      span: world.at('test_a.py'),
    },
  })
  const plain = world.failure(
    "ModuleNotFoundError: No module named 'multipart'",
    notFound('multipart'),
    place,
    {
      foreign: true,
    },
  )
  expect([
    ...told(world, { collectors: { 'test_a.py': [needed] } }),
    ...told(world, { collectors: { 'test_a.py': [plain] } }),
  ]).toMatchInlineSnapshot(`
    [
      "error broken-import in test_a.py at starlette.testclient
    what is imported here fails inside itself: RuntimeError: The testclient needs httpx
    pytest cannot collect this test file
    install the distribution that provides 'httpx', which it needs
    breaks test_a.py",
      "error broken-import in test_a.py at starlette.testclient
    what is imported here fails inside itself: ModuleNotFoundError: No module named 'multipart'
    pytest cannot collect this test file
    install python-multipart, which it needs
    breaks test_a.py",
    ]
  `)
})

test('syntax-error: proved, and suspected only', () => {
  const world = new World({ 'test_a.py': 'def f(:\n', 'test_b.py': 'print "x"\n' })
  const failure = world.failure('SyntaxError: invalid syntax (test_a.py, line 1)', { kind: 'syntax' }, [
    'test_a.py',
    'def f(:',
    ':',
  ])
  const happened = {
    collectors: { 'test_a.py': [failure], 'test_b.py': 'unknown' },
    suspects: ['test_b.py'],
  } as const
  expect(told(world, happened)).toMatchInlineSnapshot(`
    [
      "error syntax-error in test_a.py at :
    SyntaxError: invalid syntax
    pytest cannot collect this test file
    correct the line; Python 3.12 has to compile it
    breaks test_a.py",
      "warning syntax-error in test_b.py at the file
    test_b.py may not compile
    its syntax could not be followed, and no interpreter was there to decide
    look at the file, or name an interpreter that may be started",
    ]
  `)
})

test('undefined-name', () => {
  const message = "NameError: name 'Optional' is not defined"
  expect(
    one('x: Optional[int]', 'Optional', message, { kind: 'undefined-name', name: 'Optional' }),
  ).toMatchInlineSnapshot(`
      [
        "error undefined-name in test_a.py at Optional
      name 'Optional' is not defined when this line runs
      pytest cannot collect this test file
      import or define 'Optional' before this line
      breaks test_a.py",
      ]
    `)
})

test('import-time-exception: raised, and an exit', () => {
  expect([
    ...one('raise ValueError("no /p/data")', 'raise', 'ValueError: no /p/data', { kind: 'raised' }),
    ...one('sys.exit(2)', 'sys.exit(2)', 'SystemExit: 2', { kind: 'exit', code: 2 }),
  ]).toMatchInlineSnapshot(`
    [
      "error import-time-exception in test_a.py at raise
    this line raises ValueError while the file is imported: no data
    pytest cannot collect this test file
    cure its reason, or move the code into a function or fixture, so that importing does not run it
    breaks test_a.py",
      "error import-time-exception in test_a.py at sys.exit(2)
    this line ends the process while the file is imported (SystemExit: 2)
    pytest cannot collect this test file
    put it under if __name__ == "__main__":, or into a function
    breaks test_a.py",
    ]
  `)
})

test('import-time-exception: raised over a module that is missing, in many lines', () => {
  const world = new World({ 'test_a.py': 'raise RuntimeError\n' })
  const failure = world.failure(
    'RuntimeError: needs httpx.\n    $ pip install httpx\n',
    { kind: 'raised' },
    ['test_a.py', 'raise RuntimeError'],
    {
      cause: {
        exception: 'ModuleNotFoundError',
        message: "No module named 'httpx'",
        span: world.at('test_a.py'),
      },
    },
  )
  expect(told(world, { collectors: { 'test_a.py': [failure] } })).toMatchInlineSnapshot(`
    [
      "error import-time-exception in test_a.py at raise RuntimeError
    this line raises RuntimeError while the file is imported: needs httpx. $ pip install httpx
    pytest cannot collect this test file
    install the distribution that provides 'httpx', which it asks for, or move the code into a function or fixture, so that importing does not run it
    breaks test_a.py",
    ]
  `)
})

test('broken-import: stands in the project, where the token lies below it', () => {
  const world = new World({ 'test_a.py': 'import lib\n' })
  const failure = world.failure('RuntimeError: no', { kind: 'raised' }, ['test_a.py', 'import lib'], {
    foreign: true,
    focus: { path: '/p/.venv/lib/python3.12/site-packages/lib.py', start: 3, end: 9 },
  })
  const [text] = told(world, { collectors: { 'test_a.py': [failure] } })
  expect(text?.split('\n')[0]).toBe('error broken-import in test_a.py at import lib')
})

test('warning-as-error: names the filter', () => {
  const world = new World({ 'test_a.py': 'import old\n', 'pytest.ini': '[pytest]\nfilterwarnings = error\n' })
  const detail = { kind: 'warning', category: 'DeprecationWarning', marker: null } as const
  const failure = world.failure('DeprecationWarning: old is old', detail, ['test_a.py', 'import old', 'old'])
  const filter = { value: 'error', span: world.at('pytest.ini', 'error'), origin: 'file' as const }
  expect(
    told(world, { collectors: { 'test_a.py': [failure] }, plan: { filterwarnings: [filter] } }),
  ).toMatchInlineSnapshot(`
      [
        "error warning-as-error in test_a.py at old
      DeprecationWarning at import is an error here: old is old
      pytest cannot collect this test file
      cure it, or add 'ignore:...:DeprecationWarning' to the end of filterwarnings
      breaks test_a.py
      see pytest.ini: 'error' makes errors of warnings",
      ]
    `)
})

test('module-package-collision: an error where the module has the name, else a warning', () => {
  const world = new World({
    'tools.py': 'def helper(): ...\n',
    'tools/__init__.py': '',
    'test_a.py': 'from tools import helper\n',
  })
  const event = {
    event: 'collision',
    name: 'tools',
    package: '/p/tools/__init__.py',
    module: '/p/tools.py',
    span: world.at('test_a.py', 'tools'),
  } as const
  const missing = (name: string) =>
    world.failure(
      `ImportError: cannot import name '${name}' from 'tools'`,
      { kind: 'missing-symbol', module: 'tools', file: '/p/tools/__init__.py', name, cycle: null, has: [] },
      ['test_a.py', 'from tools import helper', 'helper'],
    )
  expect(
    told(world, { collectors: { 'test_a.py': [missing('helper')] }, events: [event] }),
  ).toMatchInlineSnapshot(`
    [
      "error module-package-collision in tools.py at the file
    'helper' is in this file, but 'tools' means the package beside it
    test_a.py runs into it and is not collected
    move what is still needed into the package, then delete or rename this file
    breaks test_a.py
    see test_a.py: 'helper' is imported here",
    ]
  `)
  const other = told(world, { collectors: { 'test_a.py': [missing('help')] }, events: [event] })
  expect(other.map(text => text.split('\n')[0])).toEqual([
    'error missing-symbol in test_a.py at helper',
    'warning module-package-collision in tools.py at the file',
  ])
})

test('basename-conflict: two test files, and a name that something else has', () => {
  const world = new World({ 'a/test_x.py': '', 'b/test_x.py': '', 'tests/test_json.py': '' })
  const mismatch = (name: string, first: string, second: string) =>
    world.failure(
      'ImportPathMismatchError: import file mismatch',
      { kind: 'file-mismatch', name, first, second: `/p/${second}` },
      [second, ''],
    )
  expect(
    told(world, {
      collectors: {
        'a/test_x.py': 'collects',
        'b/test_x.py': [mismatch('test_x', '/p/a/test_x.py', 'b/test_x.py')],
        'tests/test_json.py': [
          mismatch('test_json', '/usr/lib/python3.12/test_json.py', 'tests/test_json.py'),
        ],
      },
    }),
  ).toMatchInlineSnapshot(`
    [
      "error basename-conflict in b/test_x.py at the file
    b/test_x.py is imported as 'test_x', which is already a/test_x.py
    pytest cannot collect this test file
    rename one of the two files; an __init__.py in a and b or --import-mode=importlib also keeps them apart
    breaks b/test_x.py
    see a/test_x.py: 'test_x' is this file",
      "error basename-conflict in tests/test_json.py at the file
    tests/test_json.py is imported as 'test_json', which is already /usr/lib/python3.12/test_json.py
    pytest cannot collect this test file
    rename it: 'test_json' is imported from /usr/lib/python3.12/test_json.py before this file is collected
    breaks tests/test_json.py
    see /usr/lib/python3.12/test_json.py: 'test_json' is this file",
    ]
  `)
})

test('shadowed-module: the project hides an installed package and its parts are missing', () => {
  const world = new World({
    'requests.py': '',
    'test_a.py': 'import requests.adapters\n',
    'test_b.py': 'import requests.auth\n',
  })
  const missing = (test: string, part: string) =>
    world.failure(
      `ModuleNotFoundError: No module named 'requests.${part}'; 'requests' is not a package`,
      notFound(`requests.${part}`, { blocker: { name: 'requests', path: '/p/requests.py', stub: false } }),
      [test, `import requests.${part}`, `requests.${part}`],
    )
  const collectors = {
    'test_a.py': [missing('test_a.py', 'adapters')],
    'test_b.py': [missing('test_b.py', 'auth')],
  }
  expect(told(world, { collectors })).toMatchInlineSnapshot(`
    [
      "error shadowed-module in requests.py at the file
    requests.py hides the installed module 'requests'
    test_a.py and one more test file run into it and are not collected
    rename requests.py: the import meant the module that it hides
    breaks test_a.py, test_b.py
    see test_a.py: No module named 'requests.adapters'; 'requests' is not a package",
    ]
  `)
})

test('shadowed-module: a standard module is hidden', () => {
  const world = new World({ 'random.py': '', 'test_a.py': 'from random import choice\n' })
  const event = {
    event: 'shadowed',
    name: 'random',
    by: '/p/random.py',
    hidden: '/usr/lib/python3.12/random.py',
    hiddenKind: 'standard library',
    span: world.at('test_a.py', 'random'),
  } as const
  const detail = {
    kind: 'missing-symbol',
    module: 'random',
    file: '/p/random.py',
    name: 'choice',
    cycle: null,
  } as const
  const failure = world.failure(
    "ImportError: cannot import name 'choice' from 'random'",
    { ...detail, has: [] },
    ['test_a.py', 'from random import choice', 'choice'],
  )
  expect(told(world, { collectors: { 'test_a.py': [failure] }, events: [event] })).toMatchInlineSnapshot(`
    [
      "error shadowed-module in random.py at the file
    random.py hides the standard module 'random'
    test_a.py runs into it and is not collected
    rename random.py: the import meant the module that it hides
    breaks test_a.py
    see test_a.py: cannot import name 'choice' from 'random'
    see /usr/lib/python3.12/random.py: the hidden 'random'",
    ]
  `)
  expect(told(world, { collectors: { 'test_a.py': 'collects' }, events: [event] })).toMatchInlineSnapshot(`
    [
      "warning shadowed-module in random.py at the file
    random.py hides the standard module 'random'
    every import of 'random' gets this file, also those of installed libraries
    rename it
    see test_a.py: 'random' is imported here
    see /usr/lib/python3.12/random.py: the hidden 'random'",
    ]
  `)
})

test('shadowed-module: a package of the project that may be installed too is not blamed for a missing name', () => {
  const world = new World({ 'requests/__init__.py': '', 'test_a.py': 'from requests import nope\n' })
  const event = {
    event: 'shadowed',
    name: 'requests',
    by: '/p/requests/__init__.py',
    hidden: '/p/.venv/lib/python3.12/site-packages/requests/__init__.py',
    hiddenKind: 'installed',
    span: world.at('test_a.py', 'requests'),
  } as const
  const detail = {
    kind: 'missing-symbol',
    module: 'requests',
    file: event.by,
    name: 'nope',
    cycle: null,
  } as const
  const failure = world.failure(
    "ImportError: cannot import name 'nope' from 'requests'",
    { ...detail, has: [] },
    ['test_a.py', 'from requests import nope', 'nope'],
  )
  const findings = told(world, { collectors: { 'test_a.py': [failure] }, events: [event] })
  expect(findings.map(text => text.split('\n')[0])).toEqual([
    'info shadowed-module in requests/__init__.py at the file',
    'error missing-symbol in test_a.py at nope',
  ])
})

test('leaked-stub', () => {
  const message = "ModuleNotFoundError: No module named 'torch.nn'; 'torch' is not a package"
  const detail = notFound('torch.nn', { blocker: { name: 'torch', path: null, stub: true } })
  expect(one('import torch.nn', 'torch.nn', message, detail)).toMatchInlineSnapshot(`
    [
      "error leaked-stub in test_a.py at torch.nn
    'torch.nn' cannot be found: an earlier file left a stand-in for 'torch' in sys.modules
    pytest cannot collect this test file
    where it is put in, take it out again, or use monkeypatch.setitem(sys.modules, ...) in a fixture; a stand-in that has to stay needs a __path__ and an entry for 'torch.nn' as well
    breaks test_a.py",
    ]
  `)
})

test('unregistered-marker: strict, made an error by a filter, and only warned of', () => {
  const world = new World({ 'test_a.py': '@mark.slwo\n@mark.asyncio\n@mark.mine\ndef test(): ...\n' })
  const strict = world.failure("Failed: 'slwo' not found", { kind: 'unknown-marker', name: 'slwo' }, [
    'test_a.py',
    '@mark.slwo',
    'mark.slwo',
  ])
  const filtered = world.failure(
    'PytestUnknownMarkWarning: Unknown pytest.mark.asyncio',
    { kind: 'warning', category: 'PytestUnknownMarkWarning', marker: 'asyncio' },
    ['test_a.py', '@mark.asyncio', 'mark.asyncio'],
  )
  const warned = {
    event: 'unknown-marker',
    name: 'mine',
    span: world.at('test_a.py', 'mark.mine'),
    strict: false,
  } as const
  expect(
    told(world, { collectors: { 'test_a.py': [strict, filtered] }, events: [warned] }),
  ).toMatchInlineSnapshot(`
    [
      "error unregistered-marker in test_a.py at mark.slwo
    marker 'slwo' is not registered, and markers are strict here
    pytest cannot collect this test file
    register it under markers in the configuration of pytest; did you mean 'slow'?
    breaks test_a.py",
      "warning unregistered-marker in test_a.py at mark.asyncio
    marker 'asyncio' is not registered, and filterwarnings makes an error of the warning
    it waits behind an earlier error in test_a.py and shows once that is cured
    install pytest-asyncio, which registers it, or register it under markers",
      "warning unregistered-marker in test_a.py at mark.mine
    marker 'mine' is not registered
    pytest warns, and selecting by a mistyped marker selects nothing
    register it under markers in the configuration of pytest",
    ]
  `)
})

test('duplicate-metric: a second definition, and one that an earlier error left behind', () => {
  const world = new World({
    'app.py': 'hits = Counter("hits")\nimport nowhere\n',
    'web.py': 'jobs = Counter("hits")\n',
    'test_a.py': 'import app\n',
    'test_b.py': 'import app\n',
    'test_c.py': 'import web\n',
  })
  const first = world.at('app.py', 'Counter("hits")')
  const again = (path: string, twice: boolean) =>
    world.failure(
      "ValueError: Duplicated timeseries in CollectorRegistry: {'hits'}",
      { kind: 'duplicate-metric', metric: 'hits', first, twice },
      [path, 'Counter("hits")'],
    )
  const missing = world.failure("ModuleNotFoundError: No module named 'nowhere'", notFound('nowhere'), [
    'app.py',
    'import nowhere',
    'nowhere',
  ])
  const collectors = {
    'test_a.py': [missing],
    'test_b.py': [again('app.py', true)],
    'test_c.py': [again('web.py', false)],
  }
  expect(told(world, { collectors })).toMatchInlineSnapshot(`
    [
      "error duplicate-metric in app.py at Counter("hits")
    metric 'hits' is registered a second time by the same line
    test_b.py runs into it and is not collected
    cure the error at app.py first: this one goes with it
    breaks test_b.py
    see app.py: this error left the file half executed",
      "error unresolved-import in app.py at nowhere
    module 'nowhere' cannot be found
    test_a.py runs into it and is not collected
    install the distribution that provides 'nowhere', or correct the import if it is a module that moved
    breaks test_a.py",
      "error duplicate-metric in web.py at Counter("hits")
    metric 'hits' is already registered in app.py
    test_c.py runs into it and is not collected
    define the metric in one place and import it from there, or rename one of the two
    breaks test_c.py
    see app.py: 'hits' is registered here first",
    ]
  `)
})

test('import-time-metric', () => {
  const world = new World({ 'app.py': 'hits = Counter("hits")\n', 'test_a.py': 'import app\n' })
  const span = world.at('app.py', 'Counter("hits")')
  const event = { event: 'metric', name: 'hits', kind: 'Counter', span, module: 'app' } as const
  expect(told(world, { collectors: { 'test_a.py': 'collects' }, events: [event] })).toMatchInlineSnapshot(`
    [
      "info import-time-metric in app.py at Counter("hits")
    Counter 'hits' is registered while 'app' is imported
    if the file is executed twice in one process, the second import fails
    register it from a function, or in a registry that is passed in",
    ]
  `)
})

test('broken-conftest: pytest refuses it, and everything below is lost', () => {
  const world = new World({
    'x/conftest.py': 'pytest_plugins = ["a"]\n',
    'x/test_a.py': '',
    'x/test_b.py': '',
    'test_c.py': '',
  })
  const message = "Failed: Defining 'pytest_plugins' in a non-top-level conftest is no longer supported"
  const failure = world.failure(message, { kind: 'other' }, ['x/conftest.py', ''])
  expect(told(world, { collectors: { x: [failure], 'test_c.py': 'collects' } })).toMatchInlineSnapshot(`
    [
      "error broken-conftest in x/conftest.py at the file
    pytest refuses this conftest: Failed: Defining 'pytest_plugins' in a non-top-level conftest is no longer supported
    x/conftest.py fails, and the 2 test files below it are not collected
    change the line as the message says
    breaks x",
    ]
  `)
})

test('module-level-skip', () => {
  const message = 'CollectError: Using pytest.skip outside of a test'
  expect(
    one('pytest.skip("x")', 'pytest.skip("x")', message, { kind: 'skip-misused' }),
  ).toMatchInlineSnapshot(`
    [
      "error module-level-skip in test_a.py at pytest.skip("x")
    pytest.skip() at module level without allow_module_level=True
    pytest cannot collect this test file
    pass allow_module_level=True, or use @pytest.mark.skip on the test
    breaks test_a.py",
    ]
  `)
})

test('a conftest that is loaded first stops the run: its own rule tells it', () => {
  const world = new World({
    'conftest.py': 'import app.fixtures\n',
    'app/fixtures.py': 'import nowhere\n',
    'test_a.py': '',
  })
  const inner = world.failure("ModuleNotFoundError: No module named 'nowhere'", notFound('nowhere'), [
    'app/fixtures.py',
    'import nowhere',
    'nowhere',
  ])
  const failure = { ...inner, chain: [world.at('conftest.py', 'import app.fixtures'), inner.span] }
  const session = { outcome: 'stops', exitCode: 4, failure, reason: null } as const
  expect(told(world, { session })).toMatchInlineSnapshot(`
    [
      "error unresolved-import in app/fixtures.py at nowhere
    module 'nowhere' cannot be found
    conftest.py runs into it and the whole run stops (exit code 4): no test is collected
    install the distribution that provides 'nowhere', or correct the import if it is a module that moved
    breaks the session",
    ]
  `)
})

test('missing-plugin: by an option, by a name, and a failure of that kind', () => {
  const world = new World({
    'pytest.ini': '[pytest]\naddopts = --cov=app\n',
    'test_a.py': 'pytest_plugins = "gone"\n',
  })
  const stop = (message: string, subject: string, text: string | null) => ({
    exitCode: 4,
    exception: 'UsageError',
    message,
    span: text === null ? null : world.at('pytest.ini', text),
    rule: 'missing-plugin',
    subject,
    phase: 'options' as const,
  })
  const failure = world.failure(
    'ImportError: Error importing plugin "gone"',
    { kind: 'plugin', plugin: 'gone' },
    ['test_a.py', 'pytest_plugins = "gone"', '"gone"'],
  )
  expect(
    told(world, {
      plan: {
        stops: [
          stop('unrecognized arguments: --cov=app', '--cov=app', '--cov=app'),
          stop('Missing required plugins: pytest-foo', 'pytest-foo', null),
        ],
      },
      collectors: { 'test_a.py': [failure] },
    }),
  ).toMatchInlineSnapshot(`
    [
      "error missing-plugin in pytest.ini at the file
    Missing required plugins: pytest-foo
    the whole run stops: pytest ends before it collects anything (exit code 4)
    install 'pytest-foo', correct its name, or no longer ask for it
    breaks the session",
      "error missing-plugin in pytest.ini at --cov=app
    unrecognized arguments: --cov=app
    the whole run stops: pytest ends before it collects anything (exit code 4)
    install pytest-cov, which has that option, or take the option out
    breaks the session",
      "error missing-plugin in test_a.py at "gone"
    Error importing plugin "gone"
    pytest cannot collect this test file
    install 'gone', correct its name, or no longer ask for it
    breaks test_a.py",
    ]
  `)
})

test('unknown-config-option and invalid-configuration: stops and warnings of the plan', () => {
  const world = new World({ 'pytest.ini': '[pytest]\nfoo = 1\ntestpaths = none\n', 'test_a.py': '' })
  const warning = (rule: string, message: string, subject: string) => ({
    rule,
    message,
    subject,
    span: world.at('pytest.ini', subject),
  })
  expect(
    told(world, {
      plan: {
        stops: [
          {
            exitCode: 4,
            exception: 'UsageError',
            message: '/p/pytest.ini: minversion requires pytest-10',
            span: null,
            rule: 'some-rule-to-come',
            subject: 'minversion',
            phase: 'config',
          },
        ],
        warnings: [
          warning('unknown-config-option', 'Unknown config option: foo', 'foo'),
          warning('unmatched-testpath', 'No files were found in testpaths', 'testpaths'),
        ],
      },
    }),
  ).toMatchInlineSnapshot(`
    [
      "error invalid-configuration in pytest.ini at the file
    pytest.ini: minversion requires pytest-10
    the whole run stops: pytest ends before it collects anything (exit code 4)
    correct it where pytest is started, or in its configuration
    breaks the session",
      "warning unknown-config-option in pytest.ini at foo
    Unknown config option: foo
    pytest warns of it and goes on
    correct or remove 'foo', or install the plugin that reads it (this is pytest 9.0.2)",
      "warning unmatched-testpath in pytest.ini at testpaths
    No files were found in testpaths
    pytest warns of it and goes on
    correct testpaths, or take it out",
    ]
  `)
})
