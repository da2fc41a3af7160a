/** The whole page. What is searched for holds for causes and findings alike. */
import { useEffect, useState } from 'preact/hooks'
import { Bars } from './bars.tsx'
import { Causes } from './causes.tsx'
import { Cures } from './cures.tsx'
import { count, type PageData, split } from './data.ts'
import { EditorChoice, EditorProvider, useEditor } from './editor.tsx'
import { Bridges, Environment, SlowImports } from './environment.tsx'
import { LinesProvider } from './excerpt.tsx'
import { contains, type Filter, Findings } from './findings.tsx'
import { Headline } from './headline.tsx'
import { Plan } from './plan.tsx'
import { TestTree } from './tree.tsx'
import { Trend } from './trend.tsx'

export function App({ data }: { data: PageData }) {
  const { report, lines, at } = data
  const [filter, setFilter] = useState<Filter>({ text: '', severities: ['error', 'warning'], rule: '' })
  const [cause, setCause] = useState<string | null>(null)
  const { link, ...editor } = useEditor(report.root)
  const change = (part: Partial<Filter>) => setFilter({ ...filter, ...part })
  const search = (text: string) => {
    setFilter({ ...filter, text, rule: '' })
    goTo('findings')
  }
  useEffect(() => {
    if (cause !== null) goTo(`cause-${cause}`)
  }, [cause])
  const { missingModules, missingSymbols, rules } = report.statistics
  return (
    <EditorProvider value={link}>
      <LinesProvider value={lines}>
        <header>
          <div>
            <h1>
              <span class="project">{split(report.root)[1] || report.root}</span> collection health
            </h1>
            <p class="muted">
              {report.tool}, {at.slice(0, 16).replace('T', ' ')} UTC, Python {report.environment.python},
              pytest {report.environment.pytest}
            </p>
          </div>
          <EditorChoice {...editor} />
        </header>
        <main>
          <Headline report={report} />
          {report.plan && report.plan.steps.length > 0 ? (
            <Plan plan={report.plan} causes={report.causes} show={setCause} />
          ) : (
            <Cures report={report} show={setCause} />
          )}
          <Trend report={report} />
          {Object.keys({ ...missingModules, ...missingSymbols, ...rules }).length > 0 && (
            <section aria-labelledby="missing">
              <h2 id="missing">What is missing</h2>
              <div class="columns">
                <Bars title="Modules" names={missingModules} unit="test file" choose={search} />
                <Bars title="Names" names={missingSymbols} unit="test file" choose={search} />
                <Bars
                  title="Findings by rule"
                  names={rules}
                  unit="finding"
                  choose={rule => {
                    setFilter({ text: '', rule, severities: ['error', 'warning', 'info'] })
                    goTo('findings')
                  }}
                />
              </div>
            </section>
          )}
          <TestTree report={report} choose={search} />
          <Causes
            report={report}
            open={cause}
            matches={({ rule, path, summary, subject, collectors }) =>
              contains([rule, path, summary, subject, ...collectors], filter.text)
            }
          />
          <Findings report={report} filter={filter} change={change} />
          <Bridges report={report} />
          <SlowImports report={report} />
          <Environment report={report} />
        </main>
        <footer class="muted">
          {count(report.testFiles.length, 'test file')} in {count(report.folders.length, 'folder')}. This page
          is one file and asks nothing of any server.
        </footer>
      </LinesProvider>
    </EditorProvider>
  )
}

/** After what was just changed is drawn. */
function goTo(id: string): void {
  requestAnimationFrame(() => {
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
    document.getElementById(id)?.scrollIntoView({ behavior: calm ? 'auto' : 'smooth', block: 'start' })
  })
}
