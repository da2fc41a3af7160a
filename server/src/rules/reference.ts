/** The rules' pages as Markdown: what `docs/rules.md` holds and what `precollect rule` prints. */
import { allRules } from './all_rules.ts'
import type { Rule } from './rule.ts'

/** The page of one rule; `level` is the depth of its heading. */
export function rulePage(rule: Rule, level = 1): string {
  const { breaks, why, todo, pytest, limits } = rule.doc
  const heading = '#'.repeat(level)
  const tag = rule.tag ? ` Editors show the code as ${rule.tag}.` : ''
  return [
    `${heading} ${rule.id}`,
    `${capital(rule.summary)}. Severity: **${rule.severity}**. Since ${rule.since}.${tag}`,
    `**What breaks.** ${breaks}`,
    `**Why.** ${why}`,
    `**What to do.** ${todo}`,
    '**What pytest says.**',
    `\`\`\`text\n${pytest}\n\`\`\``,
    `**Known limits.** ${limits}`,
  ].join('\n\n')
}

/** The whole of `docs/rules.md`: a table, then a section for each rule. */
export function ruleReference(): string {
  const rows = allRules.map(rule => `| [${rule.id}](#${rule.id}) | ${rule.summary} | ${rule.severity} |`)
  return [
    '# Rules',
    '<!-- Made by scripts/docs.mjs from server/src/rules. Change the rule, then run it again. -->',
    'An *error* is a proof: pytest will fail to collect what the finding names. Anything less certain, and what ' +
      'pytest only warns of, is a *warning*; a *note* (info) is worth knowing and shown on request. An error that ' +
      'waits behind an earlier one of the same test file is a warning until that is cured.',
    [
      'Silence a finding with a comment on its line, `# precollect: ignore[rule]` (several rules with commas, none ' +
        'for all), or for a whole file with `# precollect: ignore-file[rule]`.',
      '`[tool.precollect]` in `pyproject.toml` says which rules are told of, where, and how severely: see ' +
        '[configuration](configuration.md).',
    ].join('\n'),
    ['| rule | what it finds | severity |', '| --- | --- | --- |', ...rows].join('\n'),
    ...allRules.map(rule => rulePage(rule, 2)),
  ]
    .join('\n\n')
    .concat('\n')
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
