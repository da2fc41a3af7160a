/** What edits do to a collection, simulated: each effect once. */
import { expect, test } from 'vitest'
import { changeOf, editOf, type WorkspaceEdit } from '../../server/src/bridges/edit.ts'
import { type Effect, harmless, helps, inWords } from '../../server/src/bridges/verify.ts'
import { effectOn } from '../../server/src/engine/fixes.ts'
import { relative } from '../../server/src/files/paths.ts'
import { type Project, project } from './project.ts'

const BROKEN = `-- pytest.ini --
[pytest]
pythonpath = .
-- app/__init__.py --
-- app/models.py --
class User: ...
-- app/api.py --
from app.old import User
from app.gone import thing
-- unit/conftest.py --
import app.fine
-- unit/test_a.py --
from app.old import User
-- unit/test_b.py --
import app.api
-- unit/test_c.py --
import app.models
-- app/fine.py --
`

const file = (path: string, text: string): WorkspaceEdit =>
  editOf({ created: [{ path: `/case/project/${path}`, text }] })

function rewrite({ analysis, root }: Project, path: string, text: string): WorkspaceEdit {
  const before = analysis.text(`${root}/${path}`)!
  return editOf({ changed: [changeOf(`${root}/${path}`, before, [{ start: 0, end: before.length, text }])] })
}

function told({ root }: Project, effect: Effect | null): unknown {
  if (!effect) return null
  const short = (paths: readonly string[]) => paths.map(path => relative(root, path))
  return {
    back: short(effect.back),
    further: short(effect.further.map(each => each.file)),
    broken: short(effect.broken.map(each => each.file)),
    lost: short(effect.lost),
    dropped: short(effect.dropped),
    uncovered: effect.uncovered.map(({ subject }) => subject),
  }
}

const nothing = { back: [], further: [], broken: [], lost: [], dropped: [], uncovered: [] }

test('a module that serves what was missing', async () => {
  const it = await project(BROKEN)
  const effect = effectOn(it.analysis, file('app/old.py', 'from app.models import User\n'))!
  expect(told(it, effect)).toEqual({
    ...nothing,
    back: ['unit/test_a.py'],
    further: ['unit/test_b.py'],
    uncovered: ['app.gone'],
  })
  expect(helps(effect)).toBe(true)
  expect(inWords(effect)).toBe('brings back 1 test file, uncovers 1 further error')
})

test('an empty module brings nothing back', async () => {
  const it = await project(BROKEN)
  const effect = effectOn(it.analysis, file('app/old.py', ''))!
  expect(effect.back).toEqual([])
})

test('what breaks a file that was well is no fix', async () => {
  const it = await project(BROKEN)
  const effect = effectOn(it.analysis, rewrite(it, 'app/models.py', 'raise ValueError\n'))!
  expect(told(it, effect)).toMatchObject({ broken: ['unit/test_c.py'] })
  expect(harmless(effect)).toBe(false)
})

test('a conftest that fails takes all files of its folder along', async () => {
  const it = await project(BROKEN)
  const effect = effectOn(it.analysis, rewrite(it, 'unit/conftest.py', 'import nothing_of_that_name\n'))!
  expect(told(it, effect)).toMatchObject({ broken: ['unit/test_c.py'] })
})

test('files that are renamed or leave', async () => {
  const it = await project(BROKEN)
  const moved = editOf({
    renamed: [{ from: '/case/project/unit/test_c.py', to: '/case/project/unit/test_d.py' }],
  })
  expect(told(it, effectOn(it.analysis, moved))).toEqual(nothing)
  const left = editOf({
    renamed: [{ from: '/case/project/unit/test_c.py', to: '/case/project/unit/c.py' }],
    deleted: [{ path: '/case/project/unit/test_a.py', content: null }],
  })
  expect(told(it, effectOn(it.analysis, left))).toMatchObject({
    lost: ['unit/test_c.py'],
    dropped: ['unit/test_a.py'],
  })
})

test('an analysis is left as it was', async () => {
  const it = await project(BROKEN)
  effectOn(it.analysis, rewrite(it, 'app/api.py', ''))
  expect(it.analysis.text(`${it.root}/app/api.py`)).toContain('app.gone')
  const effect = effectOn(it.analysis, editOf({}))!
  expect(told(it, effect)).toEqual(nothing)
})
