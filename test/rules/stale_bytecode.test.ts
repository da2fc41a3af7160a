/** Byte code that this Python can read can't be written down as text: here it is compiled for real. */
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { collectOnly } from '../../server/src/confirm/runner.ts'
import { analyze } from '../../server/src/engine/analyze.ts'
import { DiskFileSystem } from '../../server/src/files/disk.ts'
import { join } from '../../server/src/files/paths.ts'
import { layOut } from '../support/on_disk.ts'
import { standardPython } from '../support/pythons.ts'

test('byte code without its source is imported, and told', async () => {
  const python = standardPython()
  const laid = layOut('stale', [
    ['pytest.ini', '[pytest]\npythonpath = .\n'],
    ['old.py', 'def anything(): ...\n'],
    ['test_a.py', 'from old import anything\n\ndef test_a(): pass\n'],
  ])
  try {
    const { root } = laid
    const compiled = spawnSync(python.interpreter, ['-m', 'compileall', '-b', '-q', 'old.py'], { cwd: root })
    expect(compiled.status).toBe(0)
    rmSync(join(root, 'old.py'))

    const { PATH, SYSTEMROOT, TEMP } = process.env
    const env = Object.fromEntries(Object.entries({ PATH, SYSTEMROOT, TEMP }).filter(([, value]) => value))
    const executable = python.interpreter
    const real = await collectOnly({
      ...{ executable, cwd: root, args: [], invocation: 'pytest', timeoutMs: 60_000 },
      env: env as Record<string, string>,
    })
    expect(real.collectors.map(({ kind, outcome }) => [kind, outcome])).toContainEqual(['module', 'collects'])

    const { findings, trace } = await analyze(new DiskFileSystem(), {
      ...{ cwd: root, paths: [], pytestArgs: [], invocation: 'pytest', python: executable, trusted: false },
      ...{ env: {}, envIsExact: false, select: [], ignore: [] },
    })
    expect(trace.collectors.map(({ outcome }) => outcome)).toEqual(['collects'])
    expect(findings.map(({ rule, severity, span, what }) => [rule, severity, span.start, what])).toEqual([
      ['stale-bytecode', 'warning', 5, "'old' is imported from old.pyc, and its source is gone"],
    ])
  } finally {
    laid.remove()
  }
})
