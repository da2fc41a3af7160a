/** What leaked-stub says. */
import { expect, test } from 'vitest'
import { notFound, one, told } from './telling.ts'
import { World } from './world.ts'

test('leaked-stub', () => {
  const message = "ModuleNotFoundError: No module named 'torch.nn'; 'torch' is not a package"
  const detail = notFound('torch.nn', { blocker: { name: 'torch', path: null, stub: true } })
  expect(one('import torch.nn', 'torch.nn', message, detail)).toMatchInlineSnapshot(`
    [
      "error leaked-stub in test_a.py at torch.nn
    'torch.nn' cannot be found: an earlier file left a stand-in for 'torch' in sys.modules
    pytest cannot collect this test file
    where it is put in, take it out again, or use monkeypatch.setitem(sys.modules, ...) in a fixture; a stand-in that has to stay needs an entry for 'torch.nn' in sys.modules as well
    breaks test_a.py",
    ]
  `)
})

const leak = {
  'test_a.py': 'sys.modules["engine"] = MagicMock()\n',
  'test_b.py': 'import engine.parts\n',
  'test_c.py': 'from engine import start\n',
}

test('leaked-stub: at the statement that leaves it, with all that run into it', () => {
  const world = new World(leak)
  const by = { span: world.at('test_a.py', 'sys.modules["engine"] = MagicMock()'), collector: '/p/test_a.py' }
  const message = "ModuleNotFoundError: No module named 'engine.parts'; 'engine' is not a package"
  const detail = notFound('engine.parts', { blocker: { name: 'engine', path: null, stub: true, by } })
  const first = world.failure(message, detail, ['test_b.py', 'import engine.parts', 'engine.parts'])
  const second = world.failure(
    "ImportError: cannot import name 'start' from 'engine' (unknown location)",
    { kind: 'missing-symbol', module: 'engine', file: null, name: 'start', cycle: null, has: [], by },
    ['test_c.py', 'from engine import start', 'start'],
  )
  expect(told(world, { collectors: { 'test_b.py': [first], 'test_c.py': [second] } })).toMatchInlineSnapshot(`
    [
      "error leaked-stub in test_a.py at sys.modules["engine"] = MagicMock()
    the stand-in for 'engine' stays in sys.modules: 'engine.parts' cannot be found after it
    test_b.py and one more test file run into it and are not collected
    where it is put in, take it out again, or use monkeypatch.setitem(sys.modules, ...) in a fixture; a stand-in that has to stay needs an entry for 'engine.parts' in sys.modules as well
    breaks test_b.py, test_c.py
    see test_b.py: No module named 'engine.parts'; 'engine' is not a package
    see test_c.py: cannot import name 'start' from 'engine' (unknown location)",
    ]
  `)
})

test('leaked-stub: taken for the module, or for one that does not exist', () => {
  const world = new World(leak)
  const by = { span: world.at('test_a.py', 'sys.modules["engine"] = MagicMock()'), collector: '/p/test_a.py' }
  const span = world.at('test_c.py', 'engine')
  const leaning = { event: 'leaning', kind: 'stub', name: 'engine', entry: null, by, meant: null } as const
  const use = { ...leaning, collector: '/p/test_c.py', span }
  expect([
    ...told(world, { events: [{ ...use, alone: 'differs' }] }),
    ...told(world, { events: [{ ...use, alone: 'fails' }] }),
  ]).toMatchInlineSnapshot(`
    [
      "warning leaked-stub in test_a.py at sys.modules["engine"] = MagicMock()
    the stand-in for 'engine' stays in sys.modules
    test_c.py imports 'engine' and gets it in place of the module, which exists
    put it in for the time of a test, with monkeypatch.setitem(sys.modules, ...) in a fixture
    see test_c.py: 'engine' is the stand-in here",
      "info leaked-stub in test_a.py at sys.modules["engine"] = MagicMock()
    the stand-in for 'engine' stays in sys.modules
    test_c.py imports 'engine', which nothing else provides: alone, test_c.py fails
    put it in from a conftest above all files that need it
    see test_c.py: 'engine' is the stand-in here",
    ]
  `)
})
