/** Which file answers which question, and the texts that go along with an answer. */
import { describeEnvironment } from './environment.ts'
import { fixAllOf, fixesFor } from './fixes.ts'
import { brokenImportAt, importAt, pluginAt } from './imports.ts'
import { lensesOf } from './lenses.ts'
import { linksOf } from './links.ts'
import { markerAt, markersToOffer, registrationOf, usesOf } from './markers.ts'
import { metricAt } from './metrics.ts'
import {
  type About,
  type Asked,
  type Fact,
  type Kind,
  type Question,
  type Questions,
  type Reply,
  textOf,
} from './question.ts'
import { renameOf } from './renames.ts'
import { pageText, planText, whyText } from './reports.ts'

type Answers = {
  readonly [K in Kind]: (
    asked: Asked,
    about: About<K>,
  ) => Questions[K]['answer'] | Promise<Questions[K]['answer']>
}

const answers: Answers = {
  facts: (asked, place) =>
    [importAt(asked, place), markerAt(asked, place), metricAt(asked, place)].filter(
      (fact): fact is Fact => fact !== null,
    ),
  definition: (asked, place) =>
    registrationOf(asked, place) ?? pluginAt(asked, place) ?? brokenImportAt(asked, place),
  references: usesOf,
  completion: markersToOffer,
  lenses: lensesOf,
  links: linksOf,
  fixes: (asked, { fingerprints }) => fixesFor(asked, fingerprints),
  fixAll: (asked, { path }) => fixAllOf(asked, path),
  rename: (asked, { renamed }) => renameOf(asked, renamed),
  why: (asked, { word }) => whyText(asked, word),
  plan: (asked, { target }) => planText(asked, target),
  page: asked => pageText(asked),
  environment: describeEnvironment,
}

/** null: nothing was analysed yet. Rejects on a fault of our own. */
export async function answerTo(question: Question, asked: Asked | null): Promise<Reply<Kind> | null> {
  if (!asked) return null
  // The table pairs each kind with its own question, which the type of a union can't say.
  const answer = answers[question.kind] as (asked: Asked, about: unknown) => Questions[Kind]['answer']
  const value = await answer(asked, question.about)
  const texts = new Map<string, string>()
  for (const path of pathsIn(value)) {
    const text = textOf(asked, path)
    if (text !== null) texts.set(path, text)
  }
  if (question.about && 'text' in question.about) texts.set(question.about.path, question.about.text)
  return { value, texts }
}

/** The file of each span and of each change of a text, wherever in plain data. */
function* pathsIn(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return
  if ('path' in value && ('start' in value || 'changes' in value)) yield String(value.path)
  for (const inner of Object.values(value)) yield* pathsIn(inner)
}
