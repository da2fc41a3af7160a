/** Trees, how pytest is started in them, and its root and configuration file; compared with the real pytest. */
import type { Setting } from './projects.ts'

export interface RootCase extends Setting {
  readonly title: string
  readonly files: Readonly<Record<string, string>>
  /** Root folder and configuration file, relative to the project. */
  readonly found: readonly [rootdir: string, inipath: string | null]
}

const INI = '[pytest]\n'

export const rootCases: readonly RootCase[] = [
  {
    title: 'the first file of a folder counts',
    files: { 'pytest.ini': '', 'tox.ini': INI },
    found: ['.', 'pytest.ini'],
  },
  {
    title: 'a file without a section is passed over',
    files: { 'tox.ini': '[tox]\n', 'setup.cfg': '[tool:pytest]\n' },
    found: ['.', 'setup.cfg'],
  },
  {
    title: '.pytest.ini needs its section up to 8.4',
    files: { '.pytest.ini': '', 'tox.ini': INI },
    version: '8.4.2',
    found: ['.', 'tox.ini'],
  },
  {
    title: '.pytest.ini always counts from 9.0 on',
    files: { '.pytest.ini': '', 'tox.ini': INI },
    version: '9.0.3',
    found: ['.', '.pytest.ini'],
  },
  {
    title: 'pytest.toml is not known up to 8.4',
    files: { 'pytest.toml': '', 'tox.ini': INI },
    version: '8.4.2',
    found: ['.', 'tox.ini'],
  },
  {
    title: 'pytest.toml goes first from 9.0 on',
    files: { 'pytest.toml': '', 'pytest.ini': INI },
    found: ['.', 'pytest.toml'],
  },
  {
    title: 'the native table counts from 9.0 on',
    files: { 'pyproject.toml': '[tool.pytest]\nx = 1\n', 'tox.ini': INI },
    version: '9.0.3',
    found: ['.', 'pyproject.toml'],
  },
  {
    title: 'the native table is not known up to 8.4',
    files: { 'pyproject.toml': '[tool.pytest]\nx = 1\n', 'tox.ini': INI },
    version: '8.4.2',
    found: ['.', 'tox.ini'],
  },
  {
    title: 'an empty native table does not count',
    files: { 'pyproject.toml': '[tool.pytest]\n', 'tox.ini': INI },
    found: ['.', 'tox.ini'],
  },
  {
    title: 'a bare pyproject.toml marks the root from 8.1 on',
    files: { 'pyproject.toml': '[project]\n', 'a/b/': '' },
    cwd: 'a/b',
    version: '8.4.2',
    found: ['.', 'pyproject.toml'],
  },
  {
    title: 'and does not in 7.4',
    files: { 'pyproject.toml': '[project]\n', 'a/b/': '' },
    cwd: 'a/b',
    version: '7.4.4',
    found: ['a/b', null],
  },
  {
    title: 'the search goes upwards from the arguments',
    files: { 'tox.ini': INI, 'a/pytest.ini': '', 'a/b/test_x.py': '', 'c/': '' },
    cwd: 'c',
    args: ['../a/b/test_x.py::test_y'],
    found: ['a', 'a/pytest.ini'],
  },
  {
    title: 'from the folder that all arguments share',
    files: { 'tox.ini': INI, 'a/pytest.ini': '', 'a/b/': '', 'c/': '' },
    args: ['a/b', 'c'],
    found: ['.', 'tox.ini'],
  },
  {
    title: 'what does not exist is no argument for it',
    files: { 'tox.ini': INI, 'a/pytest.ini': '' },
    args: ['a', 'nope'],
    found: ['a', 'a/pytest.ini'],
  },
  {
    title: 'the value of an option that is not known yet counts',
    files: { 'tox.ini': INI, 'a/pytest.ini': '' },
    args: ['--cov', 'a'],
    found: ['a', 'a/pytest.ini'],
  },
  {
    title: 'without a file, setup.py',
    files: { 'setup.py': '', 'a/b/': '' },
    cwd: 'a/b',
    found: ['.', null],
  },
  {
    title: 'without that, each argument by itself',
    files: { 'a/pytest.ini': '', 'b/': '' },
    args: ['b', 'a'],
    found: ['a', 'a/pytest.ini'],
  },
  {
    title: 'without anything, what arguments and working directory share',
    files: { 'a/b/': '', 'a/c/': '' },
    cwd: 'a/c',
    args: ['../b'],
    found: ['a', null],
  },
  {
    title: '-c gives file and root',
    files: { 'pytest.ini': '', 'conf/x.ini': INI, 'a/': '' },
    args: ['-c', 'conf/x.ini', 'a'],
    found: ['conf', 'conf/x.ini'],
  },
  {
    title: '--rootdir moves the root alone',
    files: { 'pytest.ini': '', 'a/': '' },
    args: ['--rootdir=$HERE'],
    env: { HERE: 'a' },
    found: ['a', 'pytest.ini'],
  },
  {
    title: 'PYTEST_ADDOPTS can carry it',
    files: { 'pytest.ini': '', 'a/x.ini': INI },
    env: { PYTEST_ADDOPTS: '-c a/x.ini' },
    found: ['a', 'a/x.ini'],
  },
  {
    title: 'testpaths take no part',
    files: { 'pytest.ini': '[pytest]\ntestpaths = a\n', 'a/pytest.ini': '' },
    found: ['.', 'pytest.ini'],
  },
]
