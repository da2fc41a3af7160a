/** One small project in which everything happens, as the reports get it. */
import { compileModule } from '../../server/src/compile/compile.ts'
import { initParser } from '../../server/src/compile/parser.ts'
import type { ReportInput } from '../../server/src/report/report_input.ts'
import { writtenTests } from '../../server/src/report/written_tests.ts'
import { runRules } from '../../server/src/rules/run_rules.ts'
import { type Happened, World } from '../rules/world.ts'

export const world = new World({
  'app/models.py': 'class Groups: ...\n',
  'app/api.py': '# café ☕\nfrom app.models import User, Group\n',
  'app/metrics.py': 'hits = Counter("hits")\n',
  'tests/test_a.py': 'import app.api\r\nimport nowhere\r\n',
  'tests/test_b.py': 'import app.api\n',
  'tests/test_c.py': '\timport nowhere\n',
  'tests/test_d.py': '',
  'tests/test_e.py': '',
  'tests/test_f.py': '',
})

/** A name that is gone, a module that is nowhere, and what waits, skips and can't be told. */
export function broken(): Happened {
  const missing = world.failure(
    "ImportError: cannot import name 'Group' from 'app.models' (/p/app/models.py)",
    {
      kind: 'missing-symbol',
      module: 'app.models',
      file: '/p/app/models.py',
      name: 'Group',
      cycle: null,
      has: ['Groups'],
    },
    ['app/api.py', 'from app.models import User, Group', 'Group'],
    { cause: { exception: 'KeyError', message: "'Group'", span: world.at('app/models.py', 'Groups') } },
  )
  const nowhere = (test: string) =>
    world.failure(
      "ModuleNotFoundError: No module named 'nowhere'",
      { kind: 'module-not-found', module: 'nowhere', searched: ['/p/tests'], has: [], blocker: null },
      [test, 'import nowhere', 'nowhere'],
    )
  const through = (test: string) => ({ ...missing, chain: [world.at(test, 'import app.api'), missing.span] })
  return {
    collectors: {
      'tests/test_a.py': [through('tests/test_a.py'), nowhere('tests/test_a.py')],
      'tests/test_b.py': [through('tests/test_b.py')],
      'tests/test_c.py': [nowhere('tests/test_c.py')],
      'tests/test_d.py': 'collects',
      'tests/test_e.py': 'skips',
      'tests/test_f.py': 'unknown',
    },
    events: [
      {
        event: 'metric',
        name: 'hits',
        kind: 'Counter',
        span: world.at('app/metrics.py', 'Counter("hits")'),
        module: 'app.metrics',
      },
    ],
    environment: { unknown: ['site.pth runs code that could not be followed'] },
  }
}

await initParser()

export function input(happened: Happened, of = world): ReportInput {
  const given = of.input(happened)
  const tests = (path: string) => {
    const text = given.text(path)
    return text === null ? 0 : writtenTests(compileModule(text), given.plan)
  }
  return { ...given, ...runRules(given), tests }
}

/** The same files, and nothing is wrong with them. */
export const clean: Happened = {
  collectors: Object.fromEntries(
    'abcdef'.split('').map(name => [`tests/test_${name}.py`, 'collects'] as const),
  ),
}

/** The same suite with two bridges in it, and the steps that a plan found. */
export function planned(): ReportInput {
  const of = input(broken())
  const [cause] = of.causes
  const step = {
    ...{
      id: 'a',
      safety: 'unsafe' as const,
      rule: cause!.rule,
      subject: 'Group',
      cause: cause!.id,
      tests: 2,
    },
    ...{ path: 'app/api.py', line: 2, writes: ['app/api.py'], testFiles: ['tests/test_b.py'], further: 1 },
    because: 'it is spelt almost like it',
  } as const
  return {
    ...of,
    bridges: [
      {
        ...{ path: '/p/app/old.py', module: 'app.old', state: 'needed', because: null },
        ...{ names: ['Thing'], users: ['/p/tests/test_d.py', '/p/tests/test_e.py'] },
      },
      {
        ...{ path: '/p/app/older.py', module: 'app.older', state: 'overtaken' },
        ...{ because: "app/older/__init__.py serves 'app.older' as well", names: [], users: [] },
      },
    ],
    rescue: {
      ...{ version: 1, root: '/p', target: 0, limit: 10, reached: true, errors: { now: 3, after: 0 } },
      steps: [
        { ...step, kind: 'edit', title: "Write 'Groups'", command: null, errorsAfter: 2 },
        {
          ...step,
          id: 'b',
          kind: 'command',
          title: 'Install nowhere',
          command: 'pip install nowhere',
          errorsAfter: 0,
        },
      ],
    },
  }
}
