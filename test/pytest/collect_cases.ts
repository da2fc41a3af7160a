/** Trees, how pytest is started in them, and what it collects; compared with the real pytest of each version. */
import type { Setting } from './projects.ts'

export interface CollectCase extends Setting {
  readonly title: string
  readonly files: readonly string[] | Readonly<Record<string, string>>
  readonly collected: readonly string[]
}

const TREE = ['b/test_y.py', 'test_a.py', 'a/test_x.py', 'c_test.py', 'helper.py', 'z/sub/test_z.py']
const NESTED = ['t/test_a.py', 't/u/test_u.py', 'test_r.py']
const ini = (keys: string) => ({ 'pytest.ini': `[pytest]\n${keys}\n` })
export const empty = (paths: readonly string[]) => Object.fromEntries(paths.map(path => [path, '']))

export const collectCases: readonly CollectCase[] = [
  {
    title: 'files and folders mixed, by name, from 8.0 on',
    files: TREE,
    collected: ['a/test_x.py', 'b/test_y.py', 'c_test.py', 'test_a.py', 'z/sub/test_z.py'],
  },
  {
    title: 'files before folders in 7.x',
    files: TREE,
    version: '7.4.4',
    collected: ['c_test.py', 'test_a.py', 'a/test_x.py', 'b/test_y.py', 'z/sub/test_z.py'],
  },
  {
    title: 'names by code point, capitals first',
    files: ['test_b.py', 'test_A.py', 'test__.py'],
    collected: ['test_A.py', 'test__.py', 'test_b.py'],
  },
  {
    title: 'the order of arguments',
    files: TREE,
    args: ['z', 'a/test_x.py'],
    collected: ['z/sub/test_z.py', 'a/test_x.py'],
  },
  {
    title: 'a file of which one test is asked for is imported first',
    files: { 'a/test_x.py': '', 'b/test_y.py': 'def test_1(): pass\n' },
    args: ['a', 'b/test_y.py::test_1'],
    collected: ['b/test_y.py', 'a/test_x.py'],
  },
  { title: 'an explicit file need not match', files: TREE, args: ['helper.py'], collected: ['helper.py'] },
  {
    title: 'hidden and other unwanted folders',
    files: [
      '.x/test_a.py',
      'build/test_b.py',
      'dist/test_c.py',
      'a.egg/test_d.py',
      '{arch}/test_e.py',
      'node_modules/test_f.py',
      '__pycache__/test_g.py',
      'ok/test_h.py',
    ],
    collected: ['ok/test_h.py'],
  },
  {
    title: 'an argument is entered whatever its name',
    files: ['build/test_b.py', 'build/dist/test_c.py'],
    args: ['build'],
    collected: ['build/test_b.py'],
  },
  {
    title: 'so are the folders above it',
    files: ['build/dist/test_c.py', 'build/x/test_d.py'],
    args: ['build/dist'],
    collected: ['build/dist/test_c.py'],
  },
  {
    title: 'norecursedirs by name and by path',
    files: {
      ...ini('norecursedirs = skip */one/two'),
      ...empty(['skip/test_a.py', 'one/two/test_b.py', 'two/test_c.py', '.x/test_d.py']),
    },
    collected: ['.x/test_d.py', 'two/test_c.py'],
  },
  {
    title: 'a virtual environment by pyvenv.cfg from 8.3 on',
    files: [
      'e/pyvenv.cfg',
      'e/test_a.py',
      'f/bin/activate',
      'f/test_b.py',
      'g/conda-meta/history',
      'g/test_c.py',
    ],
    collected: ['f/test_b.py'],
  },
  {
    title: 'and by its scripts before',
    files: [
      'e/pyvenv.cfg',
      'e/test_a.py',
      'f/bin/activate',
      'f/test_b.py',
      'g/conda-meta/history',
      'g/test_c.py',
    ],
    version: '8.2.2',
    collected: ['e/test_a.py', 'g/test_c.py'],
  },
  {
    title: 'unless it is wanted',
    files: ['e/pyvenv.cfg', 'e/test_a.py'],
    args: ['--collect-in-virtualenv'],
    collected: ['e/test_a.py'],
  },
  {
    title: '--ignore and --ignore-glob',
    files: ['a/test_a.py', 'b/test_b.py', 'c/test_c1.py', 'c/test_c2.py', 'd/test_d.py'],
    args: ['--ignore=a', '--ignore', 'b/test_b.py', '--ignore-glob=*/test_c?.py'],
    collected: ['d/test_d.py'],
  },
  {
    title: 'which do not touch what is given',
    files: ['a/test_a.py'],
    args: ['--ignore=a', 'a/test_a.py'],
    collected: ['a/test_a.py'],
  },
  {
    title: 'python_files by name and by path',
    files: {
      ...ini('python_files = check_*.py tests/*.py'),
      ...empty(['check_a.py', 'test_b.py', 'x/tests/any.py', 'tests/deep/any.py']),
    },
    collected: ['check_a.py', 'tests/deep/any.py', 'x/tests/any.py'],
  },
  {
    title: '__init__.py first, and only if it matches',
    files: { ...ini('python_files = *.py'), ...empty(['p/__init__.py', 'p/a.py', 'p/Z.py']) },
    collected: ['p/__init__.py', 'p/Z.py', 'p/a.py'],
  },
  {
    title: '__init__.py given, from 8.0 on',
    files: ['p/__init__.py', 'p/test_a.py'],
    args: ['p/__init__.py'],
    collected: ['p/__init__.py'],
  },
  {
    title: '__init__.py given, in 7.x',
    files: ['p/__init__.py', 'p/test_a.py', 'p/test_b.py'],
    args: ['p/__init__.py', 'p/test_b.py'],
    version: '7.4.4',
    collected: ['p/test_a.py', 'p/test_b.py'],
  },
  {
    title: 'testpaths from the root',
    files: {
      ...ini('testpaths = b* a nope'),
      ...empty(['a/test_a.py', 'b1/test_b.py', 'b2/test_c.py', 'c/test_d.py']),
    },
    collected: ['b1/test_b.py', 'b2/test_c.py', 'a/test_a.py'],
  },
  {
    title: 'not from elsewhere',
    files: { ...ini('testpaths = b'), ...empty(['a/test_a.py', 'b/test_b.py']) },
    cwd: 'a',
    collected: ['a/test_a.py'],
  },
  {
    title: 'not if addopts names a path',
    files: { ...ini('testpaths = b\naddopts = a'), ...empty(['a/test_a.py', 'b/test_b.py']) },
    collected: ['a/test_a.py'],
  },
  {
    title: 'testpaths without a match',
    files: { ...ini('testpaths = nope'), ...empty(['a/test_a.py']) },
    collected: ['a/test_a.py'],
  },
  {
    title: 'doctests of all modules',
    files: {
      'test_a.py': '',
      'mod.py': '',
      '__main__.py': '',
      'setup.py': 'from setuptools import setup',
      'x/setup.py': '',
      'conftest.py': '',
    },
    args: ['--doctest-modules'],
    collected: ['conftest.py (doctest)', 'mod.py (doctest)', 'test_a.py', 'x/setup.py (doctest)'],
  },
  {
    title: 'not if the plugin is switched off in addopts',
    files: { ...ini('addopts = --doctest-modules -p no:doctest'), ...empty(['test_a.py', 'mod.py']) },
    collected: ['test_a.py'],
  },
  {
    title: 'overlapping arguments in 7.x',
    files: NESTED,
    args: ['t/u', 't'],
    version: '7.4.4',
    collected: ['t/u/test_u.py', 't/test_a.py'],
  },
  {
    title: 'overlapping arguments in 8.x: the outer folder is lost',
    files: NESTED,
    args: ['t', 't/u'],
    version: '8.4.2',
    collected: ['t/u/test_u.py'],
  },
  {
    title: 'a file within a folder in 8.x',
    files: NESTED,
    args: ['.', 't/test_a.py'],
    version: '8.0.2',
    collected: ['t/test_a.py'],
  },
  {
    title: 'kept there by --keep-duplicates',
    files: NESTED,
    args: ['--keep-duplicates', 't', 't/u'],
    version: '8.4.2',
    collected: ['t/test_a.py', 't/u/test_u.py'],
  },
  {
    title: 'a file in between makes new nodes in 8.x',
    files: ['k/k/x/test_b.py', 'k/test_b.py', 'test_a.py'],
    args: ['k/k/x', 'test_a.py', 'k'],
    version: '8.4.2',
    collected: ['k/k/x/test_b.py', 'test_a.py', 'k/test_b.py'],
  },
  {
    title: 'overlapping arguments from 9.0 on: the inner one is dropped',
    files: NESTED,
    args: ['t/u', '.'],
    collected: ['t/test_a.py', 't/u/test_u.py', 'test_r.py'],
  },
  {
    title: 'with it an explicit file that does not match',
    files: ['d/test_a.py', 'd/helper.py'],
    args: ['d', 'd/helper.py'],
    collected: ['d/test_a.py'],
  },
  {
    title: '--pyargs looks on the path',
    files: {
      '/env/lib/python3.11/site-packages/pkg/__init__.py': '',
      '/env/lib/python3.11/site-packages/pkg/test_a.py': '',
      'test_b.py': '',
    },
    args: ['--pyargs', 'pkg', 'test_b.py'],
    collected: ['/env/lib/python3.11/site-packages/pkg/test_a.py', 'test_b.py'],
  },
  {
    title: 'a value of a conftest option is no path',
    files: {
      'conftest.py': "def pytest_addoption(parser):\n    parser.addoption('--db')\n",
      'a/test_a.py': '',
      'test_b.py': '',
    },
    args: ['--db', 'a', 'test_b.py'],
    collected: ['test_b.py'],
  },
]

export interface ConftestCase extends Setting {
  readonly title: string
  readonly files: readonly string[]
  readonly initial: readonly string[]
  readonly collected: readonly string[]
}

const CONFTESTS = [
  'conftest.py',
  'tests/conftest.py',
  'tests/unit/conftest.py',
  'testing/conftest.py',
  'docs/conftest.py',
  'tests/unit/test_a.py',
]

export const conftestCases: readonly ConftestCase[] = [
  {
    title: 'the root and test folders right below it',
    files: CONFTESTS,
    initial: ['conftest.py', 'testing/conftest.py', 'tests/conftest.py'],
    collected: ['docs/conftest.py', 'tests/unit/conftest.py', 'tests/unit/test_a.py'],
  },
  {
    title: 'all above an argument',
    files: CONFTESTS,
    args: ['tests/unit/test_a.py'],
    initial: ['conftest.py', 'tests/conftest.py', 'tests/unit/conftest.py'],
    collected: ['tests/unit/test_a.py'],
  },
  {
    title: 'none above the configuration file',
    files: [...CONFTESTS, 'tests/pytest.ini'],
    args: ['tests'],
    initial: ['tests/conftest.py'],
    collected: ['tests/unit/conftest.py', 'tests/unit/test_a.py'],
  },
  {
    title: 'none above confcutdir',
    files: CONFTESTS,
    args: ['--confcutdir=tests/unit', 'tests/unit'],
    initial: ['tests/unit/conftest.py'],
    collected: ['tests/unit/test_a.py'],
  },
  {
    title: 'none at all',
    files: CONFTESTS,
    args: ['--noconftest'],
    initial: [],
    collected: ['tests/unit/test_a.py'],
  },
  {
    title: 'up to 8.4 only the first run of paths',
    files: ['a/test_a.py', 'b/conftest.py', 'b/test_b.py'],
    args: ['a', '-v', 'b'],
    version: '8.4.2',
    initial: [],
    collected: ['a/test_a.py', 'b/conftest.py', 'b/test_b.py'],
  },
  {
    title: 'from 9.0 on all paths',
    files: ['a/test_a.py', 'b/conftest.py', 'b/test_b.py'],
    args: ['a', '-v', 'b'],
    initial: ['b/conftest.py'],
    collected: ['a/test_a.py', 'b/test_b.py'],
  },
]
