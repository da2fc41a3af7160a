/** What this program calls itself. */
import { version } from '../../../package.json'

export { version }

export const tool = `precollect ${version}`
