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
