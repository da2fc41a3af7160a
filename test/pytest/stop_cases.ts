/**
 * What ends a run before any code runs, by version, in pytest's own words. '.' stands for the root folder.
 * Each of these was compared with the real pytest of that version.
 */

export interface StopCase {
  readonly title: string
  readonly files?: Readonly<Record<string, string>>
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly kind?: 'pytest' | 'python -m pytest'
  /** Version -> the first stop, "exit code exception: message"; a version that is left out is like the one before. */
  readonly first: Readonly<Record<string, string | null>>
}

const USAGE = 'usage: pytest [options] [file_or_dir] [file_or_dir] [...]\npytest: error: '
const FILTER = (filter: string, error: string): string =>
  `while parsing the following warning configuration:\n\n  ${filter}\n\nThis error occurred:\n\n${error}\n`
const ini = (text: string): Record<string, string> => ({ 'pytest.ini': `[pytest]\n${text}\n` })

export const stopCases: readonly StopCase[] = [
  {
    title: 'an option that nobody knows',
    args: ['--foo'],
    first: { '7.4.4': `4 UsageError: ${USAGE}unrecognized arguments: --foo\n  inifile: None\n  rootdir: .` },
  },
  {
    title: 'the same under python -m pytest',
    args: ['--foo'],
    kind: 'python -m pytest',
    first: {
      '7.4.4':
        '4 UsageError: usage: __main__.py [options] [file_or_dir] [file_or_dir] [...]\n__main__.py: error: unrecognized arguments: --foo\n  inifile: None\n  rootdir: .',
      '9.1.1':
        '4 UsageError: usage: python -m pytest [options] [file_or_dir] [file_or_dir] [...]\npython -m pytest: error: unrecognized arguments: --foo\n  inifile: None\n  rootdir: .',
    },
  },
  {
    title: 'the words behind it, which argparse has left over',
    args: ['-v', '--foo', 'x', '-q', 'test_a.py'],
    first: {
      '7.4.4': `4 UsageError: ${USAGE}unrecognized arguments: --foo test_a.py\n  inifile: None\n  rootdir: .`,
      '9.0.3': `4 UsageError: ${USAGE}unrecognized arguments: --foo\n  inifile: None\n  rootdir: .`,
    },
  },
  {
    title: 'an option of an absent plugin in addopts',
    files: ini('addopts = -n4 --cov=src'),
    first: {
      '7.4.4': `4 UsageError: ${USAGE}unrecognized arguments: -n4 --cov=src\n  inifile: ./pytest.ini\n  rootdir: .`,
    },
  },
  {
    title: 'an abbreviated option',
    args: ['--strict-mark'],
    first: {
      '7.4.4': `4 UsageError: ${USAGE}unrecognized arguments: --strict-mark\n  inifile: None\n  rootdir: .`,
    },
  },
  {
    title: 'an option that its conftest registers',
    files: {
      'conftest.py': "def pytest_addoption(parser):\n    parser.addoption('--foo', action='store_true')\n",
    },
    args: ['--foo'],
    first: { '7.4.4': null },
  },
  {
    title: 'an option without its argument',
    args: ['-k'],
    first: { '7.4.4': `4 UsageError: ${USAGE}argument -k: expected one argument` },
  },
  {
    title: 'the same in addopts',
    files: ini('addopts = -k'),
    first: {
      '7.4.4': `4 UsageError: ${USAGE}argument -k: expected one argument (via addopts config)`,
      '9.0.3': `4 UsageError: ${USAGE}argument -k: expected one argument\n  config source: via addopts config\n  inifile: ./pytest.ini\n  rootdir: .`,
    },
  },
  {
    title: 'the same in the environment',
    env: { PYTEST_ADDOPTS: '-k' },
    first: {
      '7.4.4': `4 UsageError: ${USAGE}argument -k: expected one argument (via PYTEST_ADDOPTS)`,
      '9.0.3': `4 UsageError: ${USAGE}argument -k: expected one argument\n  config source: via PYTEST_ADDOPTS`,
    },
  },
  {
    title: 'a quote that is not closed in the environment',
    env: { PYTEST_ADDOPTS: '-k "a' },
    first: { '7.4.4': '1 ValueError: No closing quotation' },
  },
  {
    title: 'a quote that is not closed in addopts',
    files: ini('addopts = -k "a'),
    first: { '7.4.4': '1 ValueError: No closing quotation', '9.2.0': '4 UsageError: No closing quotation' },
  },
  {
    title: 'a number that is none',
    args: ['--maxfail=x'],
    first: { '7.4.4': `4 UsageError: ${USAGE}argument --maxfail: invalid int value: 'x'` },
  },
  {
    title: 'a choice that does not exist',
    args: ['--import-mode=x'],
    first: {
      '7.4.4': `4 UsageError: ${USAGE}argument --import-mode: invalid choice: 'x' (choose from 'prepend', 'append', 'importlib')`,
    },
  },
  {
    title: 'a value for a flag',
    args: ['--noconftest=3'],
    first: { '7.4.4': `4 UsageError: ${USAGE}argument --noconftest: ignored explicit argument '3'` },
  },
  {
    title: 'joined flags of which one is unknown',
    args: ['-xz'],
    first: { '7.4.4': `4 UsageError: ${USAGE}argument -x/--exitfirst: ignored explicit argument 'z'` },
  },
  {
    title: 'a confcutdir that is no folder',
    args: ['--confcutdir=nope'],
    first: { '7.4.4': '4 UsageError: --confcutdir must be a directory, given: nope' },
  },
  {
    title: 'a rootdir that is no folder',
    args: ['--rootdir=nope'],
    first: { '7.4.4': "4 UsageError: Directory './nope' not found. Check your '--rootdir' option." },
  },
  {
    title: 'a file of arguments',
    files: { 'args.txt': '--foo\n-k\nx y\n' },
    args: ['@args.txt'],
    first: {
      '7.4.4': '4 UsageError: file or directory not found: @args.txt',
      '8.4.2': `4 UsageError: ${USAGE}unrecognized arguments: --foo\n  inifile: None\n  rootdir: .`,
    },
  },
  {
    title: 'a configuration file that is not there',
    args: ['-c', 'nope.ini'],
    first: {
      '7.4.4': "1 FileNotFoundError: [Errno 2] No such file or directory: './nope.ini'",
      '9.2.0': "4 UsageError: Config file './nope.ini' not found. Check your '-c/--config-file' option.",
    },
  },
  {
    title: 'a configuration file of an unknown kind',
    files: { 'c.conf': '[pytest]\naddopts = --foo\n' },
    args: ['-c', 'c.conf'],
    first: {
      '7.4.4': null,
      '9.2.0':
        "4 UsageError: Config file './c.conf' has an unsupported format. Supported extensions are: .cfg, .ini, .toml.",
    },
  },
  {
    title: 'a TOML file of another name with the table [pytest]',
    files: { 'c.toml': '[pytest]\nx = 1\n[tool.pytest]\ny = 1\n' },
    args: ['-c', 'c.toml'],
    first: {
      '7.4.4': null,
      '9.2.0':
        "4 UsageError: ./c.toml: Cannot use both [pytest] and [tool.pytest]/[tool.pytest.ini_options] in the same file. Please use [pytest], which is what pytest's own configuration files use; the [tool.pytest] tables are meant for pyproject.toml.",
    },
  },
  {
    title: '[pytest] in setup.cfg',
    files: { 'setup.cfg': '[pytest]\naddopts = -v\n' },
    first: {
      '7.4.4':
        '1 Failed: [pytest] section in setup.cfg files is no longer supported, change to [tool:pytest] instead.',
    },
  },
  {
    title: '[pytest] in a setup.cfg beside a file that counts',
    files: { 'pytest.ini': '[pytest]\n', 'setup.cfg': '[pytest]\naddopts = -v\n' },
    first: {
      '7.4.4': null,
      '9.0.3':
        '1 Failed: [pytest] section in setup.cfg files is no longer supported, change to [tool:pytest] instead.',
    },
  },
  {
    title: 'both tables in pyproject.toml',
    files: { 'pyproject.toml': '[tool.pytest]\nx = 1\n[tool.pytest.ini_options]\naddopts = "-v"\n' },
    first: {
      '7.4.4': null,
      '9.0.3':
        '4 UsageError: ./pyproject.toml: Cannot use both [tool.pytest] (native TOML types) and [tool.pytest.ini_options] (string-based INI format) simultaneously. Please use [tool.pytest] with native TOML types (recommended) or [tool.pytest.ini_options] for backwards compatibility.',
    },
  },
  {
    title: 'options outside of the table of pytest.toml',
    files: { 'pytest.toml': 'addopts = ["-v"]\n' },
    first: {
      '7.4.4': null,
      '9.2.0':
        '4 UsageError: ./pytest.toml: pytest configuration must be under a [pytest] table (found top-level options: addopts)',
    },
  },
  {
    title: 'a key given twice',
    files: ini('a = 1\na = 2'),
    first: { '7.4.4': "4 UsageError: ./pytest.ini:3: duplicate name 'a'" },
  },
  {
    title: 'a pyproject.toml that is a string where a table should be',
    files: { 'pyproject.toml': '[tool.pytest]\nini_options = "x"\n' },
    first: { '7.4.4': "1 AttributeError: 'str' object has no attribute 'items'" },
  },
  {
    title: 'an override without a value',
    args: ['-o', 'foo'],
    first: { '7.4.4': "4 UsageError: -o/--override-ini expects option=value style (got: 'foo')." },
  },
  {
    title: 'a pytest that is too old',
    files: ini('minversion = 99'),
    first: {
      '7.4.4': "4 UsageError: ./pytest.ini: 'minversion' requires pytest-99, actual pytest-7.4.4'",
      '8.4.2': "4 UsageError: ./pytest.ini: 'minversion' requires pytest-99, actual pytest-8.4.2'",
      '9.0.3': "4 UsageError: ./pytest.ini: 'minversion' requires pytest-99, actual pytest-9.0.3'",
      '9.1.1': "4 UsageError: ./pytest.ini: 'minversion' requires pytest-99, actual pytest-9.1.1'",
      '9.2.0': "4 UsageError: ./pytest.ini: 'minversion' requires pytest-99, actual pytest-9.2.0'",
    },
  },
  {
    title: 'a minversion that is no version',
    files: ini('minversion = new'),
    first: { '7.4.4': "1 InvalidVersion: Invalid version: 'new'" },
  },
  {
    title: 'plugins that are required and not there',
    files: ini('required_plugins = foo>=1 bar'),
    first: { '7.4.4': '4 UsageError: Missing required plugins: bar, foo>=1' },
  },
  {
    title: 'a plugin that cannot be switched off',
    args: ['-p', 'no:main'],
    first: { '7.4.4': '4 UsageError: plugin main cannot be disabled' },
  },
  {
    title: 'a conftest taken for a plugin',
    args: ['-p', 'no:conftest.py'],
    first: {
      '7.4.4': null,
      '9.0.3':
        '4 UsageError: Blocking conftest files using -p is not supported: -p no:conftest.py\nconftest.py files are not plugins and cannot be disabled via -p.\n',
    },
  },
  {
    title: 'an option of a plugin that is switched off on the command line',
    args: ['-p', 'no:logging', '--log-level=INFO'],
    first: {
      '7.4.4': `4 UsageError: ${USAGE}unrecognized arguments: --log-level=INFO\n  inifile: None\n  rootdir: .`,
    },
  },
  {
    title: 'the same in addopts, where the option is registered before',
    files: ini('addopts = -p no:logging --log-level=INFO'),
    first: { '7.4.4': null },
  },
  {
    title: 'a filter with an unknown action',
    files: ini('filterwarnings = zz'),
    first: { '7.4.4': `4 UsageError: ${FILTER('zz', "invalid action: 'zz'")}` },
  },
  {
    title: 'a filter of too many parts',
    files: ini('filterwarnings = ignore:a:b:c:d:e'),
    first: {
      '7.4.4': `4 UsageError: ${FILTER(
        'ignore:a:b:c:d:e',
        'Too many fields (6), expected at most 5 separated by colons:\n\n  action:message:category:module:line\n\nFor more information please consult: https://docs.python.org/3/library/warnings.html#describing-warning-filters\n',
      )}`,
    },
  },
  {
    title: 'a filter whose pattern is none',
    files: ini('filterwarnings = ignore:(x'),
    first: {
      '7.4.4': '1 error: missing ), unterminated subpattern at position 0',
      '8.4.2': `4 UsageError: ${FILTER('ignore:(x', "Invalid regex '(x': missing ), unterminated subpattern at position 0")}`,
    },
  },
  {
    title: 'the same on the command line, where it is plain text',
    args: ['-W', 'ignore:(x'],
    first: { '7.4.4': null },
  },
  {
    title: 'a filter with a bad line',
    args: ['-W', 'ignore::::-1'],
    first: { '7.4.4': `4 UsageError: ${FILTER('ignore::::-1', "invalid lineno '-1': number is negative")}` },
  },
  {
    title: 'filters while the plugin that applies them is switched off',
    files: ini('filterwarnings = zz'),
    args: ['-p', 'no:warnings'],
    first: { '7.4.4': null },
  },
  {
    title: 'a native value of the wrong type',
    files: { 'pytest.toml': '[pytest]\ntestpaths = "tests"\n' },
    first: {
      '7.4.4': null,
      '9.0.3':
        "1 TypeError: ./pytest.toml: config option 'testpaths' expects a list for type 'args', got str: 'tests'",
      '9.2.0':
        "4 UsageError: ./pytest.toml: config option 'testpaths' expects a list for type 'args', got str: 'tests'",
    },
  },
  {
    title: 'an item of the wrong type',
    files: { 'pyproject.toml': '[tool.pytest]\npythonpath = [".", 3]\n' },
    first: {
      '7.4.4': null,
      '9.0.3':
        "1 TypeError: ./pyproject.toml: config option 'pythonpath' expects a list of strings, but item at index 1 is int: 3",
      '9.2.0':
        "4 UsageError: ./pyproject.toml: config option 'pythonpath' expects a list of strings, but item at index 1 is int: 3",
    },
  },
  {
    title: 'a truth that is none, read before conftests',
    files: ini('consider_namespace_packages = maybe'),
    first: {
      '7.4.4': null,
      '8.4.2': "1 ValueError: invalid truth value 'maybe'",
      '9.2.0': "4 UsageError: invalid truth value 'maybe'",
    },
  },
  {
    title: 'a truth that is none, read when the session begins',
    files: ini('log_cli = maybe'),
    first: {
      '7.4.4': "3 ValueError: invalid truth value 'maybe'",
      '9.2.0': "4 UsageError: invalid truth value 'maybe'",
    },
  },
  {
    title: 'a truth that is none and is not read',
    files: ini('strict_xfail = maybe'),
    first: { '7.4.4': null },
  },
  {
    title: 'a log level without a meaning',
    files: ini('log_level = trace'),
    first: {
      '7.4.4':
        "4 UsageError: 'TRACE' is not recognized as a logging level name for 'log_level'. Please consider passing the logging level num instead.",
    },
  },
  {
    title: 'a choice in the file',
    files: ini('empty_parameter_set_mark = bad'),
    first: {
      '7.4.4':
        "4 UsageError: empty_parameter_set_mark must be one of skip, xfail or fail_at_collect but it is 'bad'",
      '9.2.0':
        "4 UsageError: ./pytest.ini: config option 'empty_parameter_set_mark' expects one of 'skip' | 'xfail' | 'fail_at_collect', got 'bad'",
    },
  },
  {
    title: 'a path that does not exist',
    args: ['nope/test_x.py::test'],
    first: { '7.4.4': '4 UsageError: file or directory not found: nope/test_x.py::test' },
  },
  {
    title: 'a module that does not exist',
    args: ['--pyargs', 'nope.tests'],
    first: { '7.4.4': '4 UsageError: module or package not found: nope.tests (missing __init__.py?)' },
  },
  {
    title: 'a part of a folder',
    files: { 'd/test_b.py': '' },
    args: ['d::x'],
    first: { '7.4.4': '4 UsageError: directory argument cannot contain :: selection parts: d::x' },
  },
  {
    title: 'parameters of a file',
    args: ['test_a.py[x]'],
    first: { '7.4.4': null, '9.0.3': '4 UsageError: path cannot contain [] parametrization: test_a.py[x]' },
  },
  {
    title: 'a file that nothing collects',
    files: { 'd/README.md': '' },
    args: ['d/README.md'],
    first: {
      '7.4.4': '4 UsageError: found no collectors for ./d/README.md',
      '8.4.2': '4 UsageError: not found: ./d/README.md\n(no match in any of [<Dir d>])',
    },
  },
  {
    title: 'an unknown key under strict configuration',
    files: ini('zz = 1\nunk = 1'),
    args: ['--strict-config'],
    first: { '7.4.4': '4 UsageError: Unknown config option: unk\n' },
  },
  {
    title: 'the same switched on in addopts, which 9.0 does not hear',
    files: ini('unk = 1\naddopts = --strict-config'),
    first: {
      '7.4.4': '4 UsageError: Unknown config option: unk\n',
      '9.0.3': null,
      '9.1.1': '4 UsageError: Unknown config option: unk\n',
    },
  },
  {
    title: 'an unknown key that is an override',
    args: ['-o', 'unk=1', '--strict-config'],
    first: { '7.4.4': null, '9.0.3': '4 UsageError: Unknown config option: unk\n' },
  },
  {
    title: 'an unknown key where warnings are errors',
    files: ini('unk = 1\nfilterwarnings = error'),
    first: { '7.4.4': '3 PytestConfigWarning: Unknown config option: unk\n' },
  },
  {
    title: 'the same with a later filter that lets it pass',
    files: ini('unk = 1\nfilterwarnings =\n  error\n  ignore:Unknown config'),
    first: { '7.4.4': null },
  },
  {
    title: 'a key that a conftest registers',
    files: {
      ...ini('unk = 1'),
      'conftest.py': "def pytest_addoption(parser):\n    parser.addini('unk', 'help')\n",
    },
    args: ['--strict-config'],
    first: { '7.4.4': null },
  },
  {
    title: 'testpaths without a match where warnings are errors',
    files: ini('testpaths = nope\nfilterwarnings = error'),
    first: {
      '7.4.4':
        '1 PytestConfigWarning: No files were found in testpaths; consider removing or adjusting your testpaths configuration. Searching recursively from the current directory instead.',
    },
  },
  {
    title: 'an expression that cannot be read',
    args: ['-k', 'a b'],
    first: {
      '7.4.4':
        "4 UsageError: Wrong expression passed to '-k': a b: at column 3: expected end of input; got identifier",
    },
  },
  {
    title: 'a mark with arguments',
    args: ['-m', 'a(b=1)'],
    first: {
      '7.4.4':
        "4 UsageError: Wrong expression passed to '-m': a(b=1): at column 2: expected end of input; got left parenthesis",
      '8.4.2': null,
    },
  },
]
