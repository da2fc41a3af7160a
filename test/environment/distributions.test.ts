/** What is installed, read from metadata in its different shapes. */
import { describe, expect, test } from 'vitest'
import { discover, distribution, python, type Tree } from './trees.ts'

const SITE = '/opt/py/lib/python3.11/site-packages'
const installed = (files: Tree) =>
  discover({ ...python('/opt/py', '3.11.7'), ...files }, { python: '/opt/py' })

describe('a distribution', () => {
  test('of a wheel: headers, names by RECORD, an editable origin', () => {
    const folder = `${SITE}/My_App-1.2.dist-info`
    const { distributions } = installed({
      [`${folder}/METADATA`]:
        'Metadata-Version: 2.1\r\nName: My.App\r\nVersion: 1.2\r\nRequires-Dist: six>=1\r\nRequires-Dist: tomli; python_version < "3.11"\r\n\r\nName: not a header\r\n',
      [`${folder}/RECORD`]:
        'My_App-1.2.dist-info/METADATA,,\n../../../bin/my-app,,\nmy_app/__init__.py,sha256=x,3\nmy_app/sub/x.py,,\n' +
        '__pycache__/single.cpython-311.pyc,,\nsingle.py,,\n_native.cpython-311-x86_64-linux-gnu.so,,\nmy-app.pth,,\n"my_data/a,b.txt",,\n',
      [`${folder}/direct_url.json`]: '{"url": "file:///src", "dir_info": {"editable": true}}',
    })
    expect(distributions).toEqual([
      {
        name: 'My.App',
        version: '1.2',
        path: folder,
        topLevel: ['_native', 'my_app', 'my_data', 'single'],
        requires: ['six>=1', 'tomli; python_version < "3.11"'],
        editable: true,
      },
    ])
  })

  test('of setup.py develop: an egg-info beside the source, requirements in sections', () => {
    const folder = '/src/old/old.egg-info'
    const { distributions } = installed({
      [`${SITE}/easy-install.pth`]: '/src/old\n',
      [`${folder}/PKG-INFO`]: 'Name: old\nVersion: 3\n',
      [`${folder}/top_level.txt`]: 'old\n_old\n',
      [`${folder}/requires.txt`]:
        'six>1\n\n[:python_version < "3"]\nenum34\n\n[dev]\npytest\n\n[dev:os_name == "nt"]\ncolorama\n',
    })
    expect(distributions).toEqual([
      {
        name: 'old',
        version: '3',
        path: folder,
        topLevel: ['old', '_old'],
        requires: [
          'six>1',
          'enum34; python_version < "3"',
          'pytest; extra == "dev"',
          'colorama; (os_name == "nt") and extra == "dev"',
        ],
        editable: true,
      },
    ])
  })

  test('of distutils: a file instead of a folder; of easy_install: inside an egg', () => {
    const { distributions } = installed({
      [`${SITE}/flat-0.1.egg-info`]: 'Metadata-Version: 1.0\nName: flat\nVersion: 0.1\n',
      [`${SITE}/easy-install.pth`]: './boxed-2-py3.11.egg\n',
      [`${SITE}/boxed-2-py3.11.egg/EGG-INFO/PKG-INFO`]: 'Name: boxed\nVersion: 2\n',
    })
    expect(distributions.map(({ name, topLevel, editable }) => [name, topLevel, editable])).toEqual([
      ['flat', null, false],
      ['boxed', null, false],
    ])
  })

  test('without a name is none', () => {
    const { distributions } = installed({
      [`${SITE}/broken-1.dist-info/METADATA`]: '',
      [`${SITE}/x.dist-info/`]: '',
    })
    expect(distributions).toEqual([])
  })
})

describe('plugins of pytest', () => {
  test('come by folder of sys.path and name; of one name the first counts', () => {
    const entry = (text: string) =>
      `[console_scripts]\nx = y:z\n\n[pytest11]\n# comment\n${text}\n[other]\nno = no\n`
    const { pytestPlugins } = installed({
      ...distribution(SITE, 'b-plugin', '1', entry('second = b.plugin:Plugin [extra]\nshared=b.shared')),
      ...distribution(SITE, 'a-plugin', '2', entry('first.name = a')),
      ...distribution('/src/dev', 'c-plugin', '3', entry('shared = c.shared')),
      [`${SITE}/dev.pth`]: '/src/dev\n',
    })
    expect(pytestPlugins).toEqual([
      { distribution: 'a-plugin', version: '2', name: 'first.name', module: 'a' },
      { distribution: 'b-plugin', version: '1', name: 'second', module: 'b.plugin' },
      { distribution: 'b-plugin', version: '1', name: 'shared', module: 'b.shared' },
    ])
  })
})

describe('the version of pytest', () => {
  test('is that of its metadata, the first on sys.path', () => {
    const tree = {
      ...distribution(SITE, 'pytest', '8.4.2'),
      ...distribution('/src', 'pytest', '9.1.0'),
      [`${SITE}/a.pth`]: '/src\n',
    }
    expect(installed(tree).pytestVersion).toBe('8.4.2')
  })

  test('or what its own checkout says', () => {
    const version = "__version__ = version = '9.1.0.dev12'\n__version_tuple__ = version_tuple = (9, 1, 0)\n"
    expect(
      installed({ [`${SITE}/a.pth`]: '/src\n', '/src/_pytest/_version.py': version }).pytestVersion,
    ).toBe('9.1.0.dev12')
  })

  test('or unknown', () => {
    expect(installed({}).pytestVersion).toBeNull()
  })
})
