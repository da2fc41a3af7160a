/** Without an interpreter neither parts of the standard library nor what may be installed is held against a file. */
import { expect, test } from 'vitest'
import { analyze } from '../../server/src/engine/analyze.ts'
import { MemoryFileSystem } from '../../server/src/files/memory.ts'

const PARTS =
  `asyncio.subprocess collections.abc concurrent.futures.thread ctypes.util curses.ascii dbm.dumb email.mime.text
  encodings.utf_8 html.parser http.server importlib.metadata json.decoder logging.handlers multiprocessing.pool os.path
  sqlite3.dbapi2 unittest.mock urllib.parse wsgiref.util xml.etree.ElementTree`.split(/\s+/)

test('parts of packages, names and attributes, distributions', async () => {
  const text = [
    'import numpy.linalg as la, pytest',
    'from a_distribution import something',
    ...PARTS.map(part => `import ${part}`),
    ...PARTS.map(part => `from ${part} import something`),
    'os.sep, collections.abc.Mapping, logging.handlers.SocketHandler',
    'def test_it(): ...',
  ].join('\n')
  const { environment, trace, findings } = await analyze(new MemoryFileSystem({ '/p/test_a.py': text }), {
    ...{ cwd: '/p', paths: [], pytestArgs: [], invocation: null, python: null, trusted: false },
    ...{ env: { PATH: '/nowhere' }, envIsExact: true, select: [], ignore: [] },
  })
  expect(environment.executable).toBe(null)
  expect(trace.collectors).toMatchObject([{ path: '/p/test_a.py', outcome: 'collects' }])
  expect(findings).toEqual([])
})
