/** Reports on the last analysis as texts: the page, the plan, the way to a failure. Each may take further analyses. */
import { version } from '../../../../package.json'
import { pageParts } from '../../files/page_parts.ts'
import { renderExplanation } from '../../report/explanation.ts'
import { renderAs } from '../../report/formats.ts'
import { health } from '../../report/health.ts'
import { renderRescuePlan } from '../../report/rescue_plan.ts'
import type { Style } from '../../report/style.ts'
import { explain, questionOf } from '../explain.ts'
import { planRescue } from '../rescue.ts'
import type { Asked } from './question.ts'

/** For a window of the editor. */
const PLAIN: Style = { width: 100, color: false, verbose: true, quiet: false }

/** null: the word is no file, no module and no finding. */
export async function whyText(
  { fs, request, analysis, remembered }: Asked,
  word: string,
): Promise<string | null> {
  const question = questionOf(word, request.cwd, fs, analysis)
  return question && renderExplanation(await explain(fs, request, analysis, remembered, question), PLAIN)
}

/** The steps until no more than `target` errors are left. */
export async function planText({ fs, request, remembered }: Asked, target: number): Promise<string> {
  const { plan } = await planRescue(fs, request, remembered, { target, unsafe: true, steps: null })
  return renderRescuePlan(plan, PLAIN)
}

/** The health of the suite as one page of HTML. */
export function pageText({ request, analysis }: Asked): Promise<string> {
  return renderAs('html', analysis, health(analysis), {
    style: PLAIN,
    version,
    base: request.cwd,
    page: pageParts,
    at: new Date(),
  })
}
