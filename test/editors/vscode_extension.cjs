/** The scenario inside the extension host of VS Code, and what the extension adds to it. `run` is called there. */
const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const vscode = require('vscode')

const scenario = JSON.parse(readFileSync(process.env.SCENARIO, 'utf8'))
const { dead } = scenario
const uri = path => vscode.Uri.joinPath(vscode.workspace.workspaceFolders[0].uri, path)
const place = new vscode.Position(dead.line, dead.character)

async function until(what, holds, patience = 40_000) {
  for (const end = Date.now() + patience; Date.now() < end; ) {
    const value = await holds()
    if (value) return value
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  const all = vscode.languages.getDiagnostics().flatMap(([, found]) => found.map(({ message }) => message))
  throw new Error(`waited for ${what}; shown: ${JSON.stringify(all)}`)
}
const shown = (path, message) =>
  vscode.languages.getDiagnostics(uri(path)).find(found => found.message.includes(message))

exports.run = async () => {
  let failed = 0
  const it = async (name, work) => {
    try {
      await work()
      console.log(`ok ${name}`)
    } catch (error) {
      failed++
      console.log(`FAIL ${name}: ${error?.stack}`)
    }
  }
  const extension = vscode.extensions.getExtension('precollect.precollect')

  await it('the finding is shown where the fault is, in a file that is not open', async () => {
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri(scenario.live)))
    const finding = await until('the finding', () => shown(dead.path, dead.message))
    assert.deepEqual([finding.range.start.line, finding.range.start.character], [dead.line, dead.character])
    assert.equal(finding.code?.value ?? finding.code, dead.rule)
  })

  await it('the status bar and the tree of causes tell how the folder stands', async () => {
    const { status, causes } = await until('the extension', () => extension.isActive && extension.exports)
    await until('the status', () => /1 of 2 test files is not collected/.test(status().tooltip))
    assert.match(status().text, /1 of 2/)
    await vscode.commands.executeCommand('precollect.causes.focus')
    const [cause] = causes()
    assert.equal(causes().length, 1)
    assert.match(cause.label, /has no name 'Group'/)
    assert.equal(cause.uri.fsPath, uri(dead.path).fsPath)
  })

  await it('the hover names the candidates', async () => {
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri(dead.path)))
    await until('the hover', async () => {
      const hovers = await vscode.commands.executeCommand(
        'vscode.executeHoverProvider',
        uri(dead.path),
        place,
      )
      const text = hovers.flatMap(({ contents }) => contents.map(({ value }) => value)).join('\n')
      return scenario.hover.every(words => text.includes(words))
    })
  })

  await it('why and plan open as texts', async () => {
    for (const [command, words] of [
      ['precollect.why', /Group/],
      ['precollect.plan', /app\.groups/],
      ['precollect.showEnvironment', /pytest/],
    ]) {
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri(dead.path)))
      await vscode.commands.executeCommand(command)
      await until(`${command} to be shown`, () =>
        vscode.window.visibleTextEditors.some(
          ({ document }) => document.uri.path !== uri(dead.path).path && words.test(document.getText()),
        ),
      )
    }
  })

  await it('the report opens as a page in a tab', async () => {
    await vscode.commands.executeCommand('precollect.report')
    await until('the tab', () =>
      vscode.window.tabGroups.all.some(({ tabs }) =>
        tabs.some(
          ({ input }) =>
            input instanceof vscode.TabInputWebview && input.viewType.includes('precollect.report'),
        ),
      ),
    )
  })

  await it('the bridge is applied, and the finding vanishes', async () => {
    const document = await vscode.workspace.openTextDocument(uri(dead.path))
    await vscode.window.showTextDocument(document)
    const { range } = shown(dead.path, dead.message)
    const actions = await vscode.commands.executeCommand(
      'vscode.executeCodeActionProvider',
      document.uri,
      range,
      vscode.CodeActionKind.QuickFix.value,
      10,
    )
    const action = actions.find(({ title }) => title.includes(scenario.bridge.title))
    assert(action?.edit, JSON.stringify(actions))
    assert(await vscode.workspace.applyEdit(action.edit))
    assert(document.getText().includes(scenario.bridge.text))
    await until('no finding', () => vscode.languages.getDiagnostics(document.uri).length === 0)
    await document.save()
  })

  await it('an edit of another file, not saved, brings a finding into the first', async () => {
    const other = await vscode.workspace.openTextDocument(uri(scenario.break.path))
    const editor = await vscode.window.showTextDocument(other)
    await editor.edit(edit => edit.replace(other.lineAt(0).range, scenario.break.text))
    await until('the finding', () => shown(dead.path, scenario.break.message))
    assert(other.isDirty)
    await other.save()
  })

  await it('pytest confirms what is saved', async () => {
    await vscode.commands.executeCommand('precollect.confirm')
    await until('the state', () => shown(dead.path, scenario.confirmed))
  })

  if (failed > 0) throw new Error(`${failed} failed`)
}
