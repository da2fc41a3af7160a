/** A project in memory over this machine's Python, analysed: what the tests of bridges and fixes begin with. */
import { type Analysis, analyze } from '../../server/src/engine/analyze.ts'
import { parseCase } from '../support/case_file.ts'
import { inMemory } from '../support/in_memory.ts'
import { findPython } from '../support/pythons.ts'

export interface Project {
  readonly root: string
  readonly analysis: Analysis
}

/** `text`: the sections of a case file, without its title. The root folder is `/case/project`. */
export async function project(text: string): Promise<Project> {
  const c = parseCase('bridges/project.case', `A project.\n\n${text}`)
  const { fs, root, python } = inMemory(c, findPython(c)!)
  const analysis = await analyze(fs, {
    cwd: root,
    paths: [],
    pytestArgs: c.pytestArgs,
    invocation: c.invocation,
    python,
    trusted: false,
    env: {},
    envIsExact: true,
    select: [],
    ignore: [],
  })
  return { root, analysis }
}
