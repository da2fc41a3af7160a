/**
 * The JSON document as lines, for programs that read while it comes in: each line is one object, and its `type`
 * says which part of the document it is of.
 */
import type { Health } from './health.ts'
import { jsonReport } from './json.ts'
import type { ReportInput } from './report_input.ts'

/**
 * `report` first (all that there is once), then a line for each `cause`, `finding`, `collector` and `testFile`,
 * last `statistics`.
 */
export function renderJsonLines(input: ReportInput, model: Health, tool: string): string {
  const { causes, findings, collectors, testFiles, statistics, ...rest } = jsonReport(input, model, tool)
  const lines = [
    { type: 'report', ...rest },
    ...causes.map(cause => ({ type: 'cause', ...cause })),
    ...findings.map(finding => ({ type: 'finding', ...finding })),
    ...collectors.map(collector => ({ type: 'collector', ...collector })),
    ...testFiles.map(file => ({ type: 'testFile', ...file })),
    { type: 'statistics', ...statistics },
  ]
  return lines.map(line => `${JSON.stringify(line)}\n`).join('')
}
