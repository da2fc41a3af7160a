/** Which program this is, exactly: what one build has kept no other one takes for its own. */
import process from 'node:process'
import { version } from '../../../package.json'

/** A hash of the sources, put here by scripts/build.mjs; missing where the sources run as they are. */
declare const PRECOLLECT_BUILD: string | undefined

export const build = [
  version,
  // Sources may be edited between two runs: what one of them keeps is for itself alone.
  typeof PRECOLLECT_BUILD === 'undefined' ? `sources ${process.pid} ${Date.now()}` : PRECOLLECT_BUILD,
  process.version,
  process.platform,
  process.arch,
].join(' ')
