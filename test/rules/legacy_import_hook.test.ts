/** What legacy-import-hook says. */
import { expect, test } from 'vitest'
import { notFound, one, told } from './telling.ts'
import { environment, World } from './world.ts'

const dist = (name: string, version: string) => ({ ...environment.distributions[0]!, name, version })

test('legacy-import-hook: what is gone, by what is installed', () => {
  const missing = (module: string, ...distributions: (typeof environment.distributions)[number][]) =>
    one(`import ${module}`, module, `ModuleNotFoundError: No module named '${module}'`, notFound(module), {
      environment: { distributions },
    })
  expect([
    ...missing('distutils.core'),
    ...missing('pkg_resources', dist('setuptools', '82.0.1')),
    ...missing('pkg_resources'),
    ...missing('six.moves', dist('six', '1.15.0')),
    ...missing('vendor.six.moves'),
  ]).toMatchInlineSnapshot(`
    [
      "error legacy-import-hook (deprecated) in test_a.py at distutils.core
    module 'distutils.core' cannot be found: it left the standard library in Python 3.12
    pytest cannot collect this test file
    replace it (shutil, sysconfig, packaging), or install setuptools, which serves a copy
    breaks test_a.py",
      "error legacy-import-hook (deprecated) in test_a.py at pkg_resources
    module 'pkg_resources' cannot be found: setuptools 82.0.1 no longer has it
    pytest cannot collect this test file
    use importlib.metadata and importlib.resources in its place, or install 'setuptools<82'
    breaks test_a.py",
      "error legacy-import-hook (deprecated) in test_a.py at pkg_resources
    module 'pkg_resources' cannot be found: it belongs to setuptools, which is not installed
    pytest cannot collect this test file
    use importlib.metadata and importlib.resources in its place, or install 'setuptools<82'
    breaks test_a.py",
      "error legacy-import-hook (deprecated) in test_a.py at six.moves
    module 'six.moves' cannot be found: the import hook of six 1.15.0 does not work with Python 3.12
    pytest cannot collect this test file
    upgrade six to 1.16 or later
    breaks test_a.py",
      "error legacy-import-hook (deprecated) in test_a.py at vendor.six.moves
    module 'vendor.six.moves' cannot be found: the import hook of 'vendor.six' does not work with Python 3.12
    pytest cannot collect this test file
    replace 'vendor.six' by six 1.16 or later, or use the installed one
    breaks test_a.py",
    ]
  `)
})

test('legacy-import-hook: a finder that is never asked', () => {
  const world = new World({ 'hooks.py': 'sys.meta_path.append(Finder())\n', 'test_a.py': 'import virtual\n' })
  const finder = world.at('hooks.py', 'sys.meta_path.append(Finder())')
  const failure = world.failure(
    "ModuleNotFoundError: No module named 'virtual'",
    notFound('virtual', { finder }),
    ['test_a.py', 'import virtual', 'virtual'],
  )
  const event = { event: 'ignored-finder', name: 'Finder', span: finder } as const
  expect([
    ...told(world, { collectors: { 'test_a.py': [failure] }, events: [event] }),
    ...told(world, { events: [event] }),
  ]).toMatchInlineSnapshot(`
    [
      "error legacy-import-hook (deprecated) in hooks.py at sys.meta_path.append(Finder())
    this finder has no find_spec and is never asked: module 'virtual' cannot be found
    test_a.py runs into it and is not collected
    give it find_spec(name, path, target=None), which returns a ModuleSpec or None
    breaks test_a.py
    see test_a.py: No module named 'virtual'",
      "warning legacy-import-hook (deprecated) in hooks.py at sys.meta_path.append(Finder())
    the finder Finder has no find_spec: this Python never asks it
    what it is there to provide cannot be imported
    give it find_spec(name, path, target=None), which returns a ModuleSpec or None",
    ]
  `)
})
