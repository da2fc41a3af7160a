/**
 * The page of the HTML report in a real Chromium: what a reader does with it, and that it complains of nothing. It
 * is the page as built (`npm test` builds first). Without a Chromium on this machine the tests are skipped.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { pageParts } from '../../server/src/files/page_parts.ts'
import { health } from '../../server/src/report/health.ts'
import { renderHtml } from '../../server/src/report/html.ts'
import type { ReportInput } from '../../server/src/report/report_input.ts'
import { broken, input, planned } from '../report/broken_project.ts'
import { World } from '../rules/world.ts'

const executable = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:/Program Files/Google/Chrome/Application/chrome.exe',
].find(path => path !== '' && existsSync(path))

const none = { collects: 0, fails: 0, skips: 0, unknown: 0 }
const history: ReportInput['history'] = [3, 5, 2].map((fails, at) => ({
  revision: String(at).repeat(40),
  at: `2026-03-0${at + 1}T10:00:00Z`,
  files: { ...none, collects: 10 - fails, fails },
  tests: none,
  errors: fails,
  warnings: 1,
  confirmed: at === 1,
}))

/** A suite of which each of `size` test files fails for a reason of its own. */
function large(size: number): ReportInput {
  const files = Object.fromEntries(
    Array.from({ length: size }, (_, at) => [`tests/area_${at % 50}/test_${at}.py`, `import gone_${at}\n`]),
  )
  const of = new World(files)
  const failures = Object.keys(files).map((path, at) => {
    const detail = {
      kind: 'module-not-found',
      module: `gone_${at}`,
      searched: [],
      has: [],
      blocker: null,
    } as const
    const words = `ModuleNotFoundError: No module named 'gone_${at}'`
    return [path, [of.failure(words, detail, [path, `import gone_${at}`])]] as const
  })
  return input({ collectors: Object.fromEntries(failures) }, of)
}

describe.skipIf(!executable)('the page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'precollect-page-'))
  let context: BrowserContext
  let page: Page
  /** What the browser complained of, and what it asked for beside the page itself. */
  let complaints: string[] = []

  beforeAll(async () => {
    context = await chromium.launchPersistentContext(join(folder, 'profile'), {
      executablePath: executable!,
      headless: true,
      viewport: { width: 1280, height: 900 },
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    })
  })
  afterAll(async () => {
    await context?.close()
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach(() => {
    complaints = []
  })

  async function open(of: ReportInput): Promise<Page> {
    const file = join(folder, 'health.html')
    const at = new Date('2026-03-04T05:06:07Z')
    writeFileSync(file, renderHtml(of, health(of), { tool: 'precollect 0.1.0', at, parts: pageParts() }))
    await page?.close()
    page = await context.newPage()
    page.on('console', message => complaints.push(message.text()))
    page.on('pageerror', error => complaints.push(error.message))
    const url = pathToFileURL(file).href
    page.on('request', request => {
      if (request.url() !== url && !request.url().startsWith('blob:')) complaints.push(request.url())
    })
    await page.goto(url)
    await page.waitForSelector('html[data-ready]')
    return page
  }

  const suite = () => open({ ...input(broken()), history })

  test('says how the suite stands, and asks for nothing', async () => {
    await suite()
    expect(await page.title()).toBe('p: collection health')
    expect(await page.textContent('#verdict')).toBe('3 test files of 6 fail to collect')
    expect(await page.textContent('.legend')).toBe('3 fail to collect1 not decided1 skipped1 collect')
    await expect.poll(() => page.locator('.chart svg path').count()).toBeGreaterThan(1)
    expect(complaints).toEqual([])
  })

  test('shows the plan in place of what to mend first, and who still uses a bridge', async () => {
    await open(planned())
    const plan = page.locator('section[aria-labelledby=plan]')
    expect(await plan.locator('p').textContent()).toBe(
      '2 steps bring 3 lost test files down to 0, as tried out in the simulation. precollect plan --apply makes the fixes.',
    )
    expect(await plan.locator('.amount').allTextContents()).toEqual(['2 left', '0 left'])
    expect(await page.locator('#cures').count()).toBe(0)
    const bridges = page.locator('section[aria-labelledby=bridges]')
    expect(await bridges.locator('> ul > li').first().textContent()).toContain('needed by 2 files')
    await bridges.locator('summary').click()
    expect(await bridges.locator('details li').allTextContents()).toEqual([
      'tests/test_d.py',
      'tests/test_e.py',
    ])
    expect(complaints).toEqual([])
  })

  test('a cause opens to its source, its ways and the imports around it', async () => {
    await suite()
    const cause = page.locator('.cause').first()
    await cause.locator('> summary').click()
    expect(await cause.locator('mark').textContent()).toBe('Group')
    await expect.poll(() => cause.locator('.graph a').count()).toBe(3)
    await cause.locator('.ways summary').first().click()
    expect(await cause.locator('.ways .chain').first().textContent()).toBe(
      'tests/test_a.py:1 import app.apiapp/api.py:2 from app.models import User, Group',
    )
    expect(await cause.locator('.place').first().getAttribute('href')).toBe('vscode://file/p/app/api.py:2:30')
    expect(complaints).toEqual([])
  })

  test('links open the editor that the reader chooses, where the project lies for them', async () => {
    await suite()
    await page.locator('.editor summary').click()
    await page.locator('.editor select').selectOption('PyCharm')
    await page.getByLabel('Project folder').fill('/home/me/shop')
    await page.locator('.cause > summary').first().click()
    const link = page.locator('.cause .place').first()
    expect(await link.getAttribute('href')).toBe('pycharm://open?file=/home/me/shop/app/api.py&line=2')
    await page.locator('.editor select').selectOption('Another one')
    await page.getByLabel('Address').fill('ed://{path}#{line}')
    expect(await link.getAttribute('href')).toBe('ed:///home/me/shop/app/api.py#2')
    await page.locator('.editor select').selectOption('VS Code')
  })

  test('search, rule and severity narrow the findings', async () => {
    await suite()
    const found = page.locator('.findings > li')
    await expect.poll(() => found.count()).toBe(3)
    await page.getByLabel('Search').fill('nowhere test_c')
    await expect.poll(() => found.count()).toBe(1)
    expect(await page.locator('.cause').count()).toBe(1)
    await page.getByLabel('Search').fill('')
    await page.getByLabel(/notes/).check()
    await page.getByLabel('Rule').selectOption('import-time-metric')
    await expect.poll(() => found.count()).toBe(1)
    expect(await page.getByRole('status').textContent()).toBe('1 of 4 findings')
    await found.locator('summary').click()
    expect(await found.locator('mark').textContent()).toBe('Counter("hits")')
    await page.getByRole('button', { name: 'app.models.Group: 2 test files' }).click()
    expect(await page.getByLabel('Search').inputValue()).toBe('app.models.Group')
    expect(complaints).toEqual([])
  })

  test('the keyboard walks the test tree, and a file filters the findings', async () => {
    await suite()
    const cells = page.locator('.cell')
    await expect.poll(() => cells.count()).toBe(6)
    expect(await page.locator('.cell[tabindex="0"]').count()).toBe(1)
    await page.locator('.cell[tabindex="0"]').focus()
    const focused = () => page.evaluate<string>('document.activeElement.dataset.path')
    const before = await focused()
    await page.keyboard.press('ArrowRight')
    const after = await focused()
    expect(after).not.toBe(before)
    expect(after).toMatch(/^tests\/test_.\.py$/)
    await page.keyboard.press('Enter')
    expect(await page.getByLabel('Search').inputValue()).toBe(after)
  })

  test('a folder of the tree opens, and the way back is above it', async () => {
    await open(large(200))
    await page.getByRole('button', { name: 'area_7', exact: true }).click()
    await expect.poll(() => page.locator('.cell').count()).toBe(4)
    await page.locator('.crumbs button').click()
    await expect.poll(() => page.locator('.cell').count()).toBe(200)
    expect(complaints).toEqual([])
  })

  test.each(['light', 'dark'] as const)('no accessibility violation, all opened, %s', async colorScheme => {
    await suite()
    await page.emulateMedia({ colorScheme })
    for (const summary of await page.locator('.cause > summary, .findings summary, .ways summary').all()) {
      await summary.click()
    }
    await page.locator('.editor summary').click()
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(
      violations.map(({ id, nodes }) => [
        id,
        nodes.map(({ html, failureSummary }) => [html, failureSummary]),
      ]),
    ).toEqual([])
    const paper = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
    const [red] = paper.match(/\d+/g)!.map(Number)
    expect(red! > 128).toBe(colorScheme === 'light')
  })

  test('on paper every cause is open and there is nothing to press', async () => {
    await suite()
    await page.emulateMedia({ media: 'print' })
    await page.evaluate("dispatchEvent(new Event('beforeprint'))")
    await expect.poll(() => page.locator('.cause .excerpt').count()).toBe(3)
    expect(await page.locator('.filters, .editor, .more').filter({ visible: true }).count()).toBe(0)
  })

  test('10,000 findings: below 5 MB, and only what is looked at is drawn', async () => {
    const of = large(100)
    const findings = Array.from({ length: 10_000 }, (_, at) => {
      const like = of.findings[at % 100]!
      return { ...like, fingerprint: String(at), subject: `gone_${at}`, what: `module 'gone_${at}' is gone` }
    })
    await open({ ...of, findings })
    expect(readFileSync(join(folder, 'health.html')).length).toBeLessThan(5_000_000)
    expect(await page.getByRole('status').textContent()).toBe('10,000 findings')
    expect(await page.locator('.findings > li').count()).toBeLessThan(100)
    await page.getByLabel('Search').fill('gone_9876')
    await expect.poll(() => page.locator('.findings > li').count()).toBe(1)
    expect(complaints).toEqual([])
  })

  test('words of a project are text, whatever they hold', async () => {
    const of = input(broken())
    const [first, ...rest] = of.findings
    const what = '</script><img src=x onerror=alert(1)> <!--'
    await open({ ...of, findings: [{ ...first!, what }, ...rest] })
    expect(await page.locator('.findings .message').first().textContent()).toBe(what)
    expect(await page.locator('img').count()).toBe(0)
    expect(complaints).toEqual([])
  })
})
