/** `.pth` files: what site.py makes of their lines, and what stays open. */
import { describe, expect, test } from 'vitest'
import { discover, python, type Tree } from './trees.ts'

const SITE = '/opt/py/lib/python3.11/site-packages'

/** What is found with these files in site-packages ('/...' are files elsewhere). */
function withSite(files: Tree, env: Record<string, string> = {}) {
  const placed = Object.entries(files).map(([path, text]) => [
    path.startsWith('/') ? path : `${SITE}/${path}`,
    text,
  ])
  const found = discover(
    { ...python('/opt/py', '3.11.7'), ...Object.fromEntries(placed) },
    { python: '/opt/py', env },
  )
  return { ...found, added: found.sysPath.slice(found.sysPath.indexOf(SITE) + 1) }
}

describe('lines that are paths', () => {
  test('are added in order of files and lines if they exist, each once', () => {
    const { added } = withSite({
      'b.pth': '/src/one\n/src/two\n',
      'a.pth': '# comment\n\n/src/two\n/missing\nsub/../local\n/src/lib.egg  \n',
      'local/x.py': '',
      '/src/one/x.py': '',
      '/src/two/x.py': '',
      '/src/lib.egg': 'PK',
    })
    expect(added).toEqual(['/src/two', `${SITE}/local`, '/src/lib.egg', '/src/one'])
  })

  test('easy-install.pth moves what it added in front of everything', () => {
    const { sysPath } = withSite({
      'easy-install.pth':
        'import sys; sys.__plen = len(sys.path)\n/src/one\n/src/two\nimport sys; new=sys.path[sys.__plen:]; ' +
        "del sys.path[sys.__plen:]; p=getattr(sys,'__egginsert',0); sys.path[p:p]=new; sys.__egginsert = p+len(new)\n",
      '/src/one/x.py': '',
      '/src/two/x.py': '',
    })
    expect(sysPath.slice(0, 3)).toEqual(['/src/one', '/src/two', '/opt/py/lib/python311.zip'])
    expect(sysPath.at(-1)).toBe(SITE)
  })

  test('.pth files whose names begin with a dot count up to 3.12', () => {
    const files = { '/src/one/x.py': '' }
    expect(withSite({ ...files, '.hidden.pth': '/src/one\n' }).added).toEqual(['/src/one'])
    const newer = discover(
      {
        ...python('/opt/py', '3.13.0'),
        ...files,
        '/opt/py/lib/python3.13/site-packages/.hidden.pth': '/src/one\n',
      },
      { python: '/opt/py' },
    )
    expect(newer.sysPath).not.toContain('/src/one')
  })
})

describe('lines that are code', () => {
  const finder = `from __future__ import annotations
MAPPING: dict[str, str] = {'app': '/src/app', 'ns.part': '/src/ns/part'}
NAMESPACES: dict[str, list[str]] = {'ns': ['/src/ns']}
PATH_PLACEHOLDER = 'x'
`

  test('an editable finder of setuptools', () => {
    const found = withSite({
      '__editable__.app-1.0.pth': 'import __editable___app_1_0_finder; __editable___app_1_0_finder.install()',
      '__editable___app_1_0_finder.py': finder,
    })
    expect(found.editableFinders).toEqual([
      { mapping: { app: '/src/app', 'ns.part': '/src/ns/part' }, namespaces: { ns: ['/src/ns'] } },
    ])
    expect(found.opaquePth).toEqual([])
  })

  test('the same from the time before annotations', () => {
    const found = withSite({
      '__editable__.app-1.0.pth': 'import __editable___app_1_0_finder; __editable___app_1_0_finder.install()',
      '__editable___app_1_0_finder.py': "MAPPING = {'app': '/src/app'}\nNAMESPACES = {}\n",
    })
    expect(found.editableFinders).toEqual([{ mapping: { app: '/src/app' }, namespaces: {} }])
  })

  const nspkg = (folder: string, names: string, name: string) =>
    `import sys, types, os;has_mfs = sys.version_info > (3, 5);p = os.path.join(${folder}, *(${names}));` +
    `m = has_mfs and sys.modules.setdefault('${name}', importlib.util.module_from_spec(spec));(p not in mp) and mp.append(p)\n`
  const SITEDIR = "sys._getframe(1).f_locals['sitedir']"

  test('namespace packages of old', () => {
    const found = withSite({
      'a-nspkg.pth':
        nspkg(SITEDIR, "'google',", 'google') + nspkg(SITEDIR, "'google', 'cloud'", 'google.cloud'),
      'b-nspkg.pth': nspkg("'/src/b'", "'google',", 'google') + nspkg(SITEDIR, "'google',", 'google'),
    })
    expect(found.namespacePth).toEqual({
      google: [`${SITE}/google`, '/src/b/google'],
      'google.cloud': [`${SITE}/google/cloud`],
    })
    expect(found.opaquePth).toEqual([])
  })

  const precedence = (fallback: string) =>
    "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; " +
    `enabled = os.environ.get(var, '${fallback}') == 'local'; enabled and __import__('_distutils_hack').add_shim(); \n`

  test.each([
    ['local', {}, true],
    ['local', { SETUPTOOLS_USE_DISTUTILS: 'stdlib' }, false],
    ['stdlib', {}, false],
    ['stdlib', { SETUPTOOLS_USE_DISTUTILS: 'local' }, true],
  ])('setuptools’ distutils, by default %s, with %o', (fallback, env, shim) => {
    const found = withSite({ 'distutils-precedence.pth': precedence(fallback) }, env)
    expect(found.distutilsShim).toBe(shim)
    expect(found.opaquePth).toEqual([])
  })

  test.each([
    [
      'a measuring tool',
      'import sys; exec("try:\\n import coverage\\nexcept ImportError:\\n pass\\nelse:\\n coverage.process_startup()")\n',
    ],
    ['a module that only sets things up', 'import setup_tls\n'],
    [
      'something that is not installed',
      'import os; exec("try:\\n import absent\\nexcept ImportError:\\n pass")\n',
    ],
  ])('%s adds nothing', (_, line) => {
    const found = withSite({
      'x.pth': line,
      'setup_tls.py': 'import os, ssl\nfrom .helper import f\nos.environ["A"] = "1"\n',
      'helper.py': 'import re\n',
    })
    expect(found.opaquePth).toEqual([])
  })

  test.each([
    ['a line that edits sys.path', "import sys; sys.path.insert(0, '/x')\n"],
    ['a module that installs a finder', 'import my_loader\n'],
    ['the same behind another', 'import outer\n'],
    ['a compiled module', 'import native\n'],
    ['code out of sight', "import os; exec(__import__('zlib').decompress(b''))\n"],
  ])('%s is not understood, and said to be', (_, line) => {
    const found = withSite({
      'x.pth': line,
      'my_loader.py': 'import sys\nsys.meta_path.insert(0, object())\n',
      'outer.py': 'import my_loader\n',
      'native.cpython-311-x86_64-linux-gnu.so': 'ELF',
    })
    expect(found.opaquePth).toEqual([`${SITE}/x.pth: ${line.trim()}`])
    expect(found.unknown).toEqual([
      `It is not known what this does to the import system: ${found.opaquePth[0]}`,
    ])
  })

  test('a line whose import fails ends its file, not the others', () => {
    const { added, opaquePth } = withSite({
      'a.pth': '/src/one\nimport no_such_module\n/src/two\n',
      'b.pth': '/src/three\n',
      '/src/one/x.py': '',
      '/src/two/x.py': '',
      '/src/three/x.py': '',
    })
    expect(added).toEqual(['/src/one', '/src/three'])
    expect(opaquePth).toEqual([])
  })
})

test('a sitecustomize that speaks of the import system is not understood; the installation’s own is', () => {
  const text = "import sys\nsys.path.append('/x')\n"
  expect(withSite({ 'sitecustomize.py': text }).opaquePth).toEqual([`${SITE}/sitecustomize.py`])
  expect(withSite({ 'sitecustomize.py': 'import locale\n' }).opaquePth).toEqual([])
  expect(withSite({ '/opt/py/lib/python3.11/sitecustomize.py': text }).opaquePth).toEqual([])
})
