/** Which interpreter is taken, why, and what was passed over. */
import { describe, expect, test } from 'vitest'
import { discover, python, type Tree, venv } from './trees.ts'

const SYSTEM = python('/usr', '3.11.2')
const env = { PATH: '/usr/bin', HOME: '/home/me' }
const at = (folder: string): Tree => venv(folder, '/usr/bin', '3.11.2')

/** Executable and reason of what is found in the trees. */
function chosen(tree: Tree, request: Parameters<typeof discover>[1] = {}): [string | null, string] {
  const found = discover({ ...SYSTEM, ...tree }, { ...request, env: { ...env, ...request.env } })
  return [found.executable, found.chosenBecause]
}

describe('the order of the search', () => {
  const everything: Tree = {
    ...at('/active'),
    ...at('/p/.venv'),
    ...at('/p/venv'),
    ...python('/conda/envs/x', '3.12.0'),
    ...python('/home/me/.pyenv/versions/3.10.4', '3.10.4'),
    '/p/.python-version': '3.10.4\n',
  }
  const conda = { CONDA_PREFIX: '/conda/envs/x', CONDA_DEFAULT_ENV: 'x' }
  const without = (prefix: string): Tree =>
    Object.fromEntries(Object.entries(everything).filter(([path]) => !path.startsWith(prefix)))

  test.each([
    [
      'the active environment',
      everything,
      { ...conda, VIRTUAL_ENV: '/active' },
      '/active/bin/python',
      'VIRTUAL_ENV',
    ],
    ['.venv', everything, conda, '/p/.venv/bin/python', '.venv in /p'],
    ['venv', without('/p/.venv'), conda, '/p/venv/bin/python', 'venv in /p'],
    ['conda', without('/p/'), conda, '/conda/envs/x/bin/python3', 'CONDA_PREFIX'],
    [
      'pyenv',
      { ...without('/p/'), '/p/.python-version': '3.10.4\n' },
      {},
      '/home/me/.pyenv/versions/3.10.4/bin/python3',
      '/p/.python-version asks for 3.10.4, installed by pyenv',
    ],
    ['PATH', without('/p/'), {}, '/usr/bin/python3', 'python3 on PATH'],
  ] as const)('%s', (_, tree, env, executable, because) => {
    expect(chosen(tree, { env })).toEqual([executable, because])
  })

  test('a conda base, active in every shell, gives way to what the project has', () => {
    const base = { CONDA_PREFIX: '/conda', CONDA_DEFAULT_ENV: 'base' }
    const tree = {
      ...python('/conda', '3.12.0'),
      '/p/.pdm-python': '/q/.venv/bin/python\n',
      ...at('/q/.venv'),
    }
    expect(chosen(tree, { env: base })).toEqual(['/q/.venv/bin/python', '.pdm-python in /p'])
    expect(chosen(python('/conda', '3.12.0'), { env: base })[1]).toBe("CONDA_PREFIX (conda's base)")
  })
})

describe('environments beside the project', () => {
  test('are looked for up to the root of the repository', () => {
    const tree = { ...at('/repo/.venv'), '/repo/.git/HEAD': '', '/repo/a/b/x.py': '' }
    expect(chosen(tree, { cwd: '/repo/a/b' })[1]).toBe('.venv in /repo')
  })

  test('but not above it', () => {
    const tree = { ...at('/.venv'), '/repo/.git/HEAD': '', '/repo/a/x.py': '' }
    expect(chosen(tree, { cwd: '/repo/a' })[1]).toBe('python3 on PATH')
  })

  test('up to the folder that is open in the editor, where there is no repository', () => {
    const tree = { ...at('/open/env'), '/open/a/x.py': '' }
    expect(chosen(tree, { cwd: '/open/a', roots: ['/open'] })[1]).toBe('env in /open')
    expect(chosen(tree, { cwd: '/open/a' })[1]).toBe('python3 on PATH')
  })

  test('uv’s variable counts from the project', () => {
    const tree = {
      ...at('/repo/envs/ci'),
      '/repo/pyproject.toml': '',
      '/repo/.git/HEAD': '',
      '/repo/tests/x.py': '',
    }
    const request = { cwd: '/repo/tests', env: { UV_PROJECT_ENVIRONMENT: 'envs/ci' } }
    expect(chosen(tree, request)).toEqual(['/repo/envs/ci/bin/python', 'UV_PROJECT_ENVIRONMENT'])
  })

  test('a conda environment may be called .venv', () => {
    const tree = { ...python('/p/.venv', '3.12.0'), '/p/.venv/conda-meta/history': '' }
    expect(chosen(tree)).toEqual(['/p/.venv/bin/python3', '.venv in /p'])
  })
})

describe('what is passed over is named with its reason', () => {
  const reasons = (tree: Tree, request: Parameters<typeof discover>[1] = {}) =>
    discover({ ...SYSTEM, ...tree }, { ...request, env: { ...env, ...request.env } }).rejected

  test('an active environment that was removed', () => {
    expect(reasons({}, { env: { VIRTUAL_ENV: '/gone' } })).toEqual([
      { path: '/gone', reason: 'there is no such folder' },
    ])
  })

  test('an environment whose home was removed', () => {
    expect(reasons(venv('/p/.venv', '/opt/python3.9/bin', '3.9.1'))).toEqual([
      {
        path: '/p/.venv/bin/python',
        reason: '/p/.venv/pyvenv.cfg names the home /opt/python3.9/bin, which does not exist',
      },
    ])
  })

  test('a folder that is called .venv and is none', () => {
    expect(reasons({ '/p/.venv/notes.txt': '' })).toEqual([
      { path: '/p/.venv', reason: 'it is no environment: there is no pyvenv.cfg in it' },
    ])
  })

  test('a version that pyenv does not have', () => {
    const tree = { ...python('/home/me/.pyenv/versions/3.10.4', '3.10.4'), '/.python-version': '3.9\n' }
    expect(reasons(tree)).toEqual([
      { path: '/.python-version', reason: 'it asks for 3.9, which pyenv has not installed' },
    ])
  })

  test('a wrapper script on PATH', () => {
    expect(reasons({ '/wrap/python3': '#!/bin/sh\n' }, { env: { PATH: '/wrap:/usr/bin' } })).toEqual([
      { path: '/wrap/python3', reason: 'no standard library was found for it' },
    ])
  })
})

describe('the user’s setting', () => {
  const tree = {
    ...at('/p/.venv'),
    ...at('/p/tools/env'),
    ...python('/home/me/.pyenv/versions/3.9.7', '3.9.7'),
  }

  test.each([
    ['a folder of the project', 'tools/env', '/p/tools/env/bin/python'],
    ['an interpreter', '/usr/bin/python3.11', '/usr/bin/python3.11'],
    [
      'a path below home',
      '~/.pyenv/versions/3.9.7/bin/python3',
      '/home/me/.pyenv/versions/3.9.7/bin/python3',
    ],
    ['a command', 'python3.11', '/usr/bin/python3.11'],
    ['a version on PATH', '3.11', '/usr/bin/python3.11'],
    ['a version that pyenv has', '3.9', '/home/me/.pyenv/versions/3.9.7/bin/python3'],
  ])('%s', (_, setting, executable) => {
    expect(chosen(tree, { python: setting })[0]).toBe(executable)
  })

  test.each(['/no/such/python', 'python3.4', 'tools/none'])(
    '%s is not replaced by anything else',
    setting => {
      const found = discover({ ...SYSTEM, ...tree }, { python: setting, env })
      expect(found.executable).toBeNull()
      expect(found.rejected.length).toBeGreaterThan(0)
    },
  )
})

describe('shims of version managers are seen through', () => {
  const pyenv: Tree = {
    '/home/me/.pyenv/shims/python3': '#!/bin/sh\n',
    '/home/me/.pyenv/version': '3.9.7\n',
    ...python('/home/me/.pyenv/versions/3.9.7', '3.9.7'),
    ...python('/home/me/.pyenv/versions/3.10.2', '3.10.2'),
    ...python('/home/me/.pyenv/versions/3.10.11', '3.10.11'),
  }
  const PATH = '/home/me/.pyenv/shims:/usr/bin'

  test('pyenv’s global version', () => {
    expect(chosen(pyenv, { env: { PATH } })[0]).toBe('/home/me/.pyenv/versions/3.9.7/bin/python3')
  })

  test('its variable, where a prefix means the newest release', () => {
    const [executable, because] = chosen(pyenv, { env: { PATH, PYENV_VERSION: '3.10' } })
    expect(executable).toBe('/home/me/.pyenv/versions/3.10.11/bin/python3')
    expect(because).toBe('PYENV_VERSION asks for 3.10, installed by pyenv')
  })

  test('“system” goes on with the rest of PATH', () => {
    expect(chosen({ ...pyenv, '/p/.python-version': 'system\n' }, { env: { PATH } })[0]).toBe(
      '/usr/bin/python3',
    )
  })

  test('asdf and mise', () => {
    const tree = {
      '/home/me/.asdf/shims/python3': '#!/bin/sh\n',
      ...python('/home/me/.asdf/installs/python/3.10.2', '3.10.2'),
      '/p/.tool-versions': 'nodejs 20.1.0\npython 3.10.2 system\n',
    }
    const [executable] = chosen(tree, { env: { PATH: '/home/me/.asdf/shims:/usr/bin' } })
    expect(executable).toBe('/home/me/.asdf/installs/python/3.10.2/bin/python3')
  })
})

describe('environments that a project’s tool keeps elsewhere', () => {
  // The hashes are those that poetry 2 and pipenv 2026 compute for these very folders.
  const poetry = {
    '/srv/shop/pyproject.toml': '[tool.poetry]\nname = "My.Strange-pkg"\n',
  }
  const store = '/home/me/.cache/pypoetry/virtualenvs'

  test('poetry: of several the active one, else the newest', () => {
    const envs = {
      ...at(`${store}/my-strange-pkg-58fqC6Q1-py3.9`),
      ...at(`${store}/my-strange-pkg-58fqC6Q1-py3.11`),
    }
    const request = { cwd: '/srv/shop' }
    const [newest, because] = chosen({ ...poetry, ...envs }, request)
    expect(newest).toBe(`${store}/my-strange-pkg-58fqC6Q1-py3.11/bin/python`)
    expect(because).toBe("poetry's environment of /srv/shop")
    const active = { [`${store}/envs.toml`]: '[my-strange-pkg-58fqC6Q1]\nminor = "3.9"\n' }
    expect(chosen({ ...poetry, ...envs, ...active }, request)[0]).toContain('-py3.9/bin/python')
  })

  test('poetry: the store may be moved by file or variable', () => {
    const moved = at('/store/my-strange-pkg-58fqC6Q1-py3.11')
    const request = { cwd: '/srv/shop' }
    const local = { '/srv/shop/poetry.toml': '[virtualenvs]\npath = "/store"\n' }
    expect(chosen({ ...poetry, ...moved, ...local }, request)[0]).toContain('/store/')
    const user = {
      '/home/me/.config/pypoetry/config.toml': 'cache-dir = "/c"\n[virtualenvs]\npath = "{cache-dir}/v"\n',
    }
    const inCache = at('/c/v/my-strange-pkg-58fqC6Q1-py3.11')
    expect(chosen({ ...poetry, ...user, ...inCache }, request)[0]).toContain('/c/v/')
    expect(
      chosen({ ...poetry, ...moved }, { ...request, env: { POETRY_VIRTUALENVS_PATH: '/store' } })[0],
    ).toContain('/store/')
  })

  test('pipenv', () => {
    const tree = {
      '/srv/stock/Pipfile': '',
      ...at('/home/me/.local/share/virtualenvs/stock-NL2qDR8A'),
    }
    expect(chosen(tree, { cwd: '/srv/stock' })[1]).toBe("pipenv's environment of /srv/stock")
  })

  test('pixi', () => {
    const tree = python('/p/.pixi/envs/default', '3.12.3')
    expect(chosen(tree)).toEqual(['/p/.pixi/envs/default/bin/python3', "pixi's default environment of /p"])
  })
})

test.each(['', '\0\xff\xfe', '{[("\'', '= = =\n[[', '[\n[pytest11]\n=\n', '\u2028\n'.repeat(1000)])(
  'files that hold nothing but %j do no harm',
  garbage => {
    const site = '/p/.venv/lib/python3.11/site-packages'
    const damaged = [
      '/p/pyproject.toml',
      '/p/poetry.lock',
      '/p/Pipfile',
      '/p/.python-version',
      '/p/.pdm-python',
      '/p/setup.cfg',
      `${site}/x.pth`,
      `${site}/__editable___x_finder.py`,
      `${site}/x-1.dist-info/METADATA`,
      `${site}/x-1.dist-info/RECORD`,
      `${site}/x-1.dist-info/direct_url.json`,
      `${site}/x-1.dist-info/entry_points.txt`,
      `${site}/sitecustomize.py`,
      '/usr/include/python3.11/patchlevel.h',
    ]
    const tree = {
      ...SYSTEM,
      ...at('/p/.venv'),
      [`${site}/y.pth`]: 'import __editable___x_finder; __editable___x_finder.install()\n',
      [`${site}/pytest-8.0.0.dist-info/METADATA`]: 'Name: pytest\nVersion: 8.0.0\n',
      ...Object.fromEntries(damaged.map(path => [path, garbage])),
    }
    expect(discover(tree, { env })).toMatchObject({
      executable: '/p/.venv/bin/python',
      pytestVersion: '8.0.0',
    })
    expect(discover({ ...tree, '/p/.venv/pyvenv.cfg': garbage }, { env: {} }).executable).toBeNull()
  },
)
