/** `precollect doctor` on real folders with a real environment, and what `--fix` takes away. */
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dirname, join } from '../../server/src/files/paths.ts'
import { command, type Ran } from '../support/command.ts'
import { commitAll, GIT_ENV } from '../support/git.ts'
import { type Laid, layOut, layOutEnvironment } from '../support/on_disk.ts'
import { standardPython } from '../support/pythons.ts'

const python = standardPython()
const tag = `cpython-${python.version.split('.').slice(0, 2).join('')}`
const TAG = 'Signature: 8a477f597d28d172789f06886806bc55\n'

let laid: Laid
beforeEach(() => {
  laid = layOut('project', [
    ['pytest.ini', '[pytest]\n'],
    [
      'pyproject.toml',
      '[project]\nname = "shop"\nversion = "1"\ndependencies = ["absent-one", "pytest<2"]\n',
    ],
    ['test_a.py', 'def test_a(): pass\n'],
  ])
})
afterEach(() => laid.remove())

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(laid.root, path)), { recursive: true })
    writeFileSync(join(laid.root, path), text)
  }
}

const here = (path: string) => existsSync(join(laid.root, path))

function doctor(args: readonly string[] = [], env: Record<string, string> = {}): Promise<Ran> {
  const interpreter = args.includes('--python') ? [] : ['--python', python.interpreter]
  return command(laid.root, { ...GIT_ENV, ...env }, ['doctor', ...interpreter, ...args])
}

const metadata = (name: string, version = '1.0', more = '') => `Name: ${name}\nVersion: ${version}\n${more}\n`

/** An environment with these files in its site-packages. */
function environment(files: Readonly<Record<string, string>>): readonly string[] {
  return ['--python', layOutEnvironment(join(dirname(laid.root), 'env'), python, Object.entries(files))]
}

test('what the project asks for and does not get', async () => {
  const { code, out } = await doctor()
  expect(code).toBe(1)
  expect(out).toContain(
    'warning[dependencies]: absent-one, which pyproject.toml asks for, is not installed\n  = do: install the project again\n',
  )
  expect(out).toContain(`pytest ${python.pytest} is installed, and pyproject.toml asks for <2`)
})

test('where nothing is amiss', async () => {
  rmSync(join(laid.root, 'pyproject.toml'))
  expect(await doctor()).toEqual({ code: 0, out: 'Nothing is amiss with the environment.\n', err: '' })
})

test('no interpreter, and one that is broken', async () => {
  write({ '.venv/pyvenv.cfg': 'home = /nowhere\n' })
  const { out } = await doctor(['--python', '.venv'])
  expect(out).toContain('error[interpreters]: no interpreter was found')
  expect(out).toMatch(/warning\[interpreters\]: \.venv was not taken: /)
})

test('another environment beside the chosen one', async () => {
  write({ 'venv/pyvenv.cfg': 'home = /usr/bin\n' })
  expect((await doctor(['-v'])).out).toContain('note[interpreters]: venv is another environment')
})

describe('what is installed', () => {
  test('installs that point nowhere', async () => {
    const options = environment({
      'moved-1.0.dist-info/METADATA': metadata('moved'),
      'moved-1.0.dist-info/direct_url.json':
        '{"url": "file:///nowhere/moved", "dir_info": {"editable": true}}',
      'moved.pth': '/nowhere/moved/src\n',
    })
    const { out } = await doctor(options)
    expect(out).toContain(
      'error[editable-installs]: moved is installed from /nowhere/moved, which is not there',
    )
    expect(out).toContain('moved.pth adds /nowhere/moved/src to sys.path, which is not there')
  })

  test('a plugin that is not there stops pytest', async () => {
    const options = environment({
      'pytest_lost-1.0.dist-info/METADATA': metadata('pytest-lost'),
      'pytest_lost-1.0.dist-info/entry_points.txt': '[pytest11]\nlost = pytest_lost.plugin\n',
      'pytest_here-1.0.dist-info/METADATA': metadata('pytest-here'),
      'pytest_here-1.0.dist-info/entry_points.txt': '[pytest11]\nhere = pytest_here\n',
      'pytest_here.py': '',
    })
    const { out } = await doctor(options)
    expect(out).toContain("error[unresolved-import]: module 'pytest_lost' cannot be found")
    expect(out).not.toContain('pytest_here')
  })

  test('two of one name, and a package of two', async () => {
    const options = environment({
      'left-1.0.dist-info/METADATA': metadata('left'),
      'left-1.0.dist-info/top_level.txt': 'shared\nspace\n',
      'left-0.9.dist-info/METADATA': metadata('left', '0.9'),
      'right-1.0.dist-info/METADATA': metadata('right'),
      'right-1.0.dist-info/top_level.txt': 'shared\nspace\n',
      'shared/__init__.py': '',
      'space/a.py': '',
    })
    const { out } = await doctor(options)
    expect(out).toMatch(/warning\[duplicates\]: left is installed twice: 0\.9 in .*, 1\.0 in /)
    expect(out).toMatch(/warning\[duplicates\]: left and right both bring .*\/shared$/m)
    expect(out).not.toContain('/space')
  })

  test('what the installed ones ask for of each other', async () => {
    const options = environment({
      'one-1.0.dist-info/METADATA': metadata(
        'one',
        '1.0',
        [
          'Requires-Dist: two>=2',
          'Requires-Dist: three',
          "Requires-Dist: four; extra == 'more'",
          "Requires-Dist: five; python_version < '3'",
        ].join('\n'),
      ),
      'two-1.0.dist-info/METADATA': metadata('two'),
    })
    const { out } = await doctor(options)
    expect(out).toContain('one needs two >=2, and 1.0 is installed')
    expect(out).toContain('one needs three, which is not installed')
    expect(out).not.toMatch(/four|five/)
  })
})

test('variables that change what is imported', async () => {
  const { out } = await doctor(['-v'], {
    PYTHONOPTIMIZE: '1',
    PYTHONPATH: 'nowhere',
    SETUPTOOLS_USE_DISTUTILS: 'local',
    PYTHONNOUSERSITE: '',
  })
  expect(out).toContain('warning[variables]: PYTHONOPTIMIZE is set')
  expect(out).toContain('warning[variables]: PYTHONPATH names nowhere, which is not there')
  expect(out).toContain('note[variables]: SETUPTOOLS_USE_DISTUTILS=local')
  expect(out).not.toContain('PYTHONNOUSERSITE')
})

describe('caches', () => {
  const CACHES = {
    'src/a.py': '',
    [`src/__pycache__/a.${tag}.pyc`]: 'now',
    [`src/__pycache__/gone.${tag}.pyc`]: 'orphan',
    'src/__pycache__/a.cpython-27.pyc': 'another',
    [`src/__pycache__/a.${tag}-pytest-1.2.3.pyc`]: 'another pytest',
    [`src/__pycache__/a.${tag}-pytest-${python.pytest}.pyc`]: 'this pytest',
    'old/__pycache__/gone.cpython-38.pyc': 'orphan',
    'src/left.pyc': 'no source',
    '.pytest_cache/CACHEDIR.TAG': TAG,
    '.pytest_cache/v/cache/lastfailed': '{}',
    'sub/.mypy_cache/CACHEDIR.TAG': TAG,
    '.ruff_cache/notes.txt': 'a folder that only has the name',
    '.venv/pyvenv.cfg': '',
    '.venv/lib/__pycache__/gone.cpython-27.pyc': 'not ours',
  }
  const REMOVED = [
    `src/__pycache__/gone.${tag}.pyc`,
    'src/__pycache__/a.cpython-27.pyc',
    `src/__pycache__/a.${tag}-pytest-1.2.3.pyc`,
    'old/__pycache__',
    '.pytest_cache',
    'sub/.mypy_cache',
  ]

  beforeEach(() => write(CACHES))

  test('are listed, and nothing is done', async () => {
    const { out } = await doctor()
    expect(out).toMatch(/^Caches that --fix would remove: 6 caches, /m)
    expect(out).toContain('warning[byte-code]: src/left.pyc is byte code without a source')
    expect(Object.keys(CACHES).filter(path => !here(path))).toEqual([])
  })

  test('are removed on request, and nothing else is', async () => {
    const { out } = await doctor(['--fix'])
    expect(out).toContain('Removing: 6 caches')
    for (const path of ['.pytest_cache (', `src/__pycache__/gone.${tag}.pyc (`]) expect(out).toContain(path)
    expect(REMOVED.filter(here)).toEqual([])
    const gone = Object.keys(CACHES).filter(path => !here(path))
    expect(gone.filter(path => !REMOVED.some(each => path.startsWith(each)))).toEqual([])
  })

  test('that git tracks stay', async () => {
    write({ '.gitignore': 'sub/\n*.pyc\n' })
    commitAll(laid.root)
    const { err } = await doctor(['--fix'])
    expect(err).toBe('.pytest_cache stays: git tracks it\n')
    expect(REMOVED.filter(here)).toEqual(['.pytest_cache'])
  })

  test('stay where git cannot be asked', async () => {
    commitAll(laid.root)
    const { err } = await doctor(['--fix'], { PATH: join(laid.root, 'nowhere') })
    expect(err).toContain('.pytest_cache stays: git is not installed')
    expect(REMOVED.filter(path => !here(path))).toEqual([])
  })

  test.skipIf(process.platform === 'win32')('behind a link are left alone', async () => {
    const outside = join(dirname(laid.root), 'outside')
    mkdirSync(join(outside, '__pycache__'), { recursive: true })
    writeFileSync(join(outside, '__pycache__/gone.cpython-27.pyc'), '')
    symlinkSync(outside, join(laid.root, 'linked'))
    await doctor(['--fix'])
    expect(existsSync(join(outside, '__pycache__/gone.cpython-27.pyc'))).toBe(true)
  })

  test('are part of the document', async () => {
    const document = JSON.parse((await doctor(['--output-format', 'json'])).out) as {
      removable: { path: string }[]
    }
    expect(document.removable.map(({ path }) => path)).toContain(join(laid.root, '.pytest_cache'))
  })
})
