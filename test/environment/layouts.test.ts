/** Where installations keep things: one tree for each kind of layout, and what sys.path is there. */
import { describe, expect, test } from 'vitest'
import { discoverEnvironment } from '../../server/src/environment/discover.ts'
import { MemoryFileSystem } from '../../server/src/files/memory.ts'
import { discover, distribution, python, venv, windowsPython } from './trees.ts'

describe('on Linux', () => {
  test('a virtual environment: the library is the base installation’s, site-packages are its own', () => {
    const found = discover({
      ...python('/opt/py', '3.11.7'),
      ...venv('/p/.venv', '/opt/py/bin', '3.11.7'),
      ...distribution('/p/.venv/lib/python3.11/site-packages', 'pytest', '9.0.2'),
    })
    expect(found).toMatchObject({
      executable: '/p/.venv/bin/python',
      chosenBecause: '.venv in /p',
      version: [3, 11, 7],
      prefix: '/p/.venv',
      basePrefix: '/opt/py',
      sysPath: [
        '/opt/py/lib/python311.zip',
        '/opt/py/lib/python3.11',
        '/opt/py/lib/python3.11/lib-dynload',
        '/p/.venv/lib/python3.11/site-packages',
      ],
      sitePackages: ['/p/.venv/lib/python3.11/site-packages'],
      extensionSuffixes: ['.cpython-311-x86_64-linux-gnu.so', '.abi3.so', '.so'],
      pytestVersion: '9.0.2',
      unknown: [],
    })
  })

  test('system site-packages come after the environment’s own, the user’s between them', () => {
    const user = '/home/me/.local/lib/python3.11/site-packages'
    const tree = {
      ...python('/opt/py', '3.11.7'),
      ...venv('/p/.venv', '/opt/py/bin', '3.11.7', 'include-system-site-packages = TRUE\n'),
      [`${user}/`]: '',
    }
    const own = '/p/.venv/lib/python3.11/site-packages'
    const base = '/opt/py/lib/python3.11/site-packages'
    const env = { HOME: '/home/me' }
    expect(discover(tree, { env }).sitePackages).toEqual([own, user, base])
    expect(discover(tree, { env: { ...env, PYTHONNOUSERSITE: '1' } }).sitePackages).toEqual([own, base])
    expect(discover(tree, { env: { PYTHONUSERBASE: '/home/me/.local' } }).sitePackages).toEqual([
      own,
      user,
      base,
    ])
  })

  test('Debian: dist-packages where its site.py says so, site-packages elsewhere', () => {
    const tree = {
      ...python('/usr', '3.11.2'),
      '/usr/lib/python3.11/site.py': "path = os.path.join(prefix, 'lib', 'python3', 'dist-packages')\n",
      '/usr/lib/python3/dist-packages/': '',
      '/usr/local/lib/python3.11/dist-packages/': '',
      ...venv('/p/venv', '/usr/bin', '3.11.2'),
    }
    expect(discover(tree, { python: '/usr/bin/python3' }).sitePackages).toEqual([
      '/usr/local/lib/python3.11/dist-packages',
      '/usr/lib/python3/dist-packages',
    ])
    expect(discover(tree).sitePackages).toEqual(['/p/venv/lib/python3.11/site-packages'])
  })

  test('lib64: the library lies there, site-packages in both', () => {
    const found = discover(
      {
        '/usr/bin/python3.12': 'ELF',
        '/usr/lib64/python3.12/os.py': '',
        '/usr/lib64/python3.12/site-packages/': '',
        '/usr/lib/python3.12/site-packages/': '',
        '/usr/include/python3.12/patchlevel.h': '#define PY_VERSION "3.12.4"',
      },
      { python: '/usr/bin/python3.12' },
    )
    expect(found.sysPath).toEqual([
      '/usr/lib64/python312.zip',
      '/usr/lib64/python3.12',
      '/usr/lib64/python3.12/lib-dynload',
      '/usr/lib64/python3.12/site-packages',
      '/usr/lib/python3.12/site-packages',
    ])
  })

  test('of several libraries side by side, the one that the executable is named after', () => {
    const tree = { ...python('/usr', '3.9.2'), ...python('/usr', '3.11.2') }
    expect(discover(tree, { python: '/usr/bin/python3.9' }).version).toEqual([3, 9, 2])
    expect(discover(tree, { python: '/usr/bin/python3' }).version).toEqual([3, 11, 2])
  })

  test('a free-threaded build has a library of its own name', () => {
    const found = discover(
      {
        '/opt/py/bin/python3.13t': 'ELF',
        '/opt/py/lib/python3.13t/os.py': '',
        '/opt/py/lib/python3.13t/site-packages/': '',
        '/opt/py/include/python3.13t/patchlevel.h': '#define PY_VERSION "3.13.1"',
      },
      { python: '/opt/py/bin/python3.13t' },
    )
    expect(found.version).toEqual([3, 13, 1])
    expect(found.sitePackages).toEqual(['/opt/py/lib/python3.13t/site-packages'])
  })

  test('PyPy is told by its library', () => {
    const found = discover(
      {
        '/opt/pypy/bin/pypy3': 'ELF',
        '/opt/pypy/lib/pypy3.10/os.py': '',
        '/opt/pypy/lib/pypy3.10/site-packages/': '',
        '/opt/pypy/include/pypy3.10/patchlevel.h': '#define PY_VERSION "3.10.14"',
      },
      { python: '/opt/pypy' },
    )
    expect(found).toMatchObject({ implementation: 'pypy', version: [3, 10, 14] })
    expect(found.sysPath).toEqual(['/opt/pypy/lib/pypy3.10', '/opt/pypy/lib/pypy3.10/site-packages'])
  })

  test('without headers the version stands in the binary, else it is assumed and said', () => {
    const bare = { '/usr/lib/python3.11/os.py': '' }
    const told = discover(
      { ...bare, '/usr/bin/python3': 'ELF\x003.2.1\x003.11.2\x00' },
      { python: '/usr/bin/python3' },
    )
    expect(told).toMatchObject({ version: [3, 11, 2], unknown: [] })
    const silent = discover({ ...bare, '/usr/bin/python3': 'ELF' }, { python: '/usr/bin/python3' })
    expect(silent).toMatchObject({
      version: [3, 11, 0],
      unknown: ['The exact version of /usr/bin/python3 is unknown: 3.11.0 is assumed.'],
    })
  })

  test('an environment made for a version that its home no longer has is of no use', () => {
    const found = discover({ ...python('/usr', '3.12.1'), ...venv('/p/.venv', '/usr/bin', '3.11.4') })
    expect(found.rejected).toEqual([
      { path: '/p/.venv/bin/python', reason: 'no standard library of Python 3.11 was found for it' },
    ])
  })

  test('an environment whose interpreter was upgraded under it runs without its packages', () => {
    class Linked extends MemoryFileSystem {
      override realpath(path: string): string {
        return path === '/p/.venv/bin/python' ? '/usr/bin/python3.12' : path
      }
    }
    const fs = new Linked({ ...python('/usr', '3.12.1'), ...venv('/p/.venv', '/usr/bin', '3.11.4') })
    const found = discoverEnvironment(fs, { cwd: '/p', roots: [], python: null, env: {}, platform: 'linux' })
    expect(found).toMatchObject({ version: [3, 12, 1], prefix: '/p/.venv', sitePackages: [] })
    expect(found.unknown).toEqual([
      '/p/.venv/pyvenv.cfg was made for Python 3.11, but its interpreter is 3.12 now.',
    ])
  })
})

describe('on macOS', () => {
  const FRAMEWORK = '/Library/Frameworks/Python.framework/Versions/3.11'

  test('a framework build: the user’s site lies in the Library', () => {
    const user = '/Users/me/Library/Python/3.11/lib/python/site-packages'
    const found = discover(
      { ...python(FRAMEWORK, '3.11.7'), [`${user}/`]: '' },
      { python: `${FRAMEWORK}/bin/python3.11`, platform: 'darwin', env: { HOME: '/Users/me' } },
    )
    expect(found.prefix).toBe(FRAMEWORK)
    expect(found.sitePackages).toEqual([user, `${FRAMEWORK}/lib/python3.11/site-packages`])
  })

  test('/usr/bin/python3 stands for the developer tools’ Python', () => {
    const tools = '/Library/Developer/CommandLineTools/usr'
    const found = discover(
      { '/usr/bin/python3': 'Mach-O', ...python(tools, '3.9.6') },
      { env: { PATH: '/usr/bin' }, platform: 'darwin' },
    )
    expect(found).toMatchObject({ executable: '/usr/bin/python3', version: [3, 9, 6], prefix: tools })
  })
})

describe('on Windows', () => {
  const BASE = 'C:/Python311'
  const tree = {
    ...windowsPython(BASE, '3.11.7'),
    'C:/p/.venv/pyvenv.cfg':
      'home = C:\\Python311\r\nversion = 3.11.7\r\ninclude-system-site-packages = false\r\n',
    'C:/p/.venv/Scripts/python.exe': 'MZ',
    'C:/p/.venv/Lib/site-packages/win32.pth': '# paths\r\nwin32\\lib\r\nmissing\r\n',
    'C:/p/.venv/Lib/site-packages/win32/lib/x.py': '',
  }

  test('a virtual environment: Scripts and Lib, DLLs, and the folders themselves on sys.path', () => {
    const found = discover(tree, { cwd: 'C:/p', platform: 'win32' })
    expect(found.executable).toBe('C:/p/.venv/Scripts/python.exe')
    expect(found.version).toEqual([3, 11, 7])
    expect(found.sysPath).toEqual([
      `${BASE}/python311.zip`,
      `${BASE}/DLLs`,
      `${BASE}/Lib`,
      BASE,
      'C:/p/.venv',
      'C:/p/.venv/Lib/site-packages',
      'C:/p/.venv/Lib/site-packages/win32/lib',
    ])
    expect(found.builtinModules).toEqual(expect.arrayContaining(['math', 'msvcrt', 'winreg', 'zlib', 'nt']))
    expect(found.builtinModules).not.toContain('posix')
    expect(found.builtinModules).not.toContain('_tkinter')
    expect(found.extensionSuffixes).toContain('.cp311-win_amd64.pyd')
  })

  test('variables are found whatever the case of their names, paths whatever their slashes', () => {
    const found = discover(tree, {
      cwd: 'C:/other',
      platform: 'win32',
      env: {
        Path: 'C:\\Windows;"C:\\Python311"',
        PythonPath: 'D:\\lib;lib\\here',
        AppData: 'C:\\Users\\me\\AppData\\Roaming',
      },
    })
    expect(found.executable).toBe(`${BASE}/python.exe`)
    expect(found.sysPath.slice(0, 3)).toEqual(['D:/lib', 'C:/other/lib/here', `${BASE}/python311.zip`])
  })

  test('the app store’s alias is no interpreter', () => {
    const alias = 'C:/Users/me/AppData/Local/Microsoft/WindowsApps'
    const found = discover(
      { ...tree, [`${alias}/python3.exe`]: '', [`${alias}/python.exe`]: '' },
      { cwd: 'C:/other', platform: 'win32', env: { PATH: `${alias};C:\\Python311` } },
    )
    expect(found.executable).toBe(`${BASE}/python.exe`)
    expect(found.rejected[0]).toEqual({
      path: `${alias}/python3.exe`,
      reason: 'it is only an alias of the app store',
    })
  })
})

test('PYTHONPATH comes first, made absolute, without what stands there twice', () => {
  const found = discover(python('/opt/py', '3.11.7'), {
    python: '/opt/py',
    env: { PYTHONPATH: '/lib/a::src:/lib/a:../b/' },
  })
  expect(found.sysPath.slice(0, 5)).toEqual(['/lib/a', '/p', '/p/src', '/b', '/opt/py/lib/python311.zip'])
})

test('PYTHONHOME moves the library', () => {
  const tree = { ...python('/opt/py', '3.11.7'), ...python('/moved', '3.11.7') }
  const found = discover(tree, { python: '/opt/py', env: { PYTHONHOME: '/moved' } })
  expect(found.basePrefix).toBe('/moved')
  expect(found.stdlib).toContain('/moved/lib/python3.11')
})
