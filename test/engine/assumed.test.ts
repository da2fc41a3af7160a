/** Without an interpreter nothing of the standard library is held against a file but what its tables certainly lack. */
import { expect, test } from 'vitest'
import { analyze } from '../../server/src/engine/analyze.ts'
import { MemoryFileSystem } from '../../server/src/files/memory.ts'

const PARTS =
  `asyncio.subprocess collections.abc concurrent.futures.thread ctypes.util curses.ascii dbm.dumb email.mime.text
  encodings.utf_8 html.parser http.server importlib.metadata json.decoder logging.handlers multiprocessing.pool os.path
  sqlite3.dbapi2 unittest.mock urllib.parse wsgiref.util xml.etree.ElementTree`.split(/\s+/)

test('parts of packages, names and attributes', async () => {
  const text = [
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
  expect(trace.collectors[0]?.failure).toBe(null)
  expect(trace.collectors).toMatchObject([{ path: '/p/test_a.py', outcome: 'collects' }])
  expect(findings).toEqual([])
})
