/** What a terminal shows while something takes its time, and that nothing else sees of it. */
import { PassThrough } from 'node:stream'
import { expect, test, vi } from 'vitest'
import { progressOn } from '../../server/src/cli/progress.ts'

/** Standard error, as a terminal of that width or as a pipe. */
function stderr(columns: number | null) {
  const stream = new PassThrough({ encoding: 'utf8' })
  const terminal =
    columns === null ? {} : { isTTY: true, columns, cursorTo: () => true, clearLine: () => true }
  const shown = () => (stream.read() as string | null) ?? ''
  return { stream: Object.assign(stream, { moveCursor: () => true }, terminal), shown }
}

test('a pipe, and whoever wants quiet, sees nothing', () => {
  const pipe = stderr(null)
  progressOn({ stderr: pipe.stream }, false)('checking')
  expect(pipe.shown()).toBe('')
  const terminal = stderr(80)
  progressOn({ stderr: terminal.stream }, true)('checking')
  expect(terminal.shown()).toBe('')
})

test.each([
  [80, 'checking a project'],
  [13, 'checking a'],
  [0, 'checking a project'],
])('a terminal of %i cells shows the line, and no more of it than fits', (columns, line) => {
  vi.stubEnv('CI', undefined)
  vi.stubEnv('TERM', 'xterm')
  const { stream, shown } = stderr(columns)
  const show = progressOn({ stderr: stream }, false)
  show('checking a project')
  const text = shown()
    .replaceAll(/\u001b\[[?\d]*[A-Za-z]/g, '')
    .trimEnd()
  expect(text.slice(2)).toBe(line)
  show(null)
  expect(shown()).toContain('\u001b[?25h')
  vi.unstubAllEnvs()
})
