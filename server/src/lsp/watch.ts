/**
 * How the server learns what changed on the disk. Clients that watch files are asked to tell; with the others
 * each save or newly opened file is taken as a sign that anything may have changed.
 */
import {
  type Connection,
  DidChangeWatchedFilesNotification,
  FileChangeType,
  WatchKind,
} from 'vscode-languageserver/node'
import type { Client } from './client.ts'
import { pathOf } from './to_lsp.ts'

/** What collection depends on: code, pytest's configuration, what says how pytest is run, and environments. */
const globs = [
  '**/*.{py,pyd,so,pth}',
  '**/{pytest.ini,.pytest.ini,pytest.toml,.pytest.toml,pyproject.toml,tox.ini,setup.cfg}',
  '**/{Makefile,makefile,justfile,.gitlab-ci.yml,.python-version}',
  '**/.github/workflows/*.{yml,yaml}',
  '**/pyvenv.cfg',
  '**/*.{dist-info,egg-info}/{METADATA,PKG-INFO,RECORD,entry_points.txt,top_level.txt}',
]

/** A client may tell of a folder that came or went in place of the files in it, and no glob is for folders alone. */
const folders = { globPattern: '**/*', kind: WatchKind.Create | WatchKind.Delete }

const ofInterest = new RegExp(`^(?:${globs.map(patternOf).join('|')})$`)

/** A regular expression for one of the globs above. */
function patternOf(glob: string): string {
  const parts: Readonly<Record<string, string>> = {
    ...{ '**/': '(?:.*/)?', '*': '[^/]*', '{': '(?:', '}': ')', ',': '|', '.': '\\.' },
  }
  return glob.replace(/\*\*\/|[*{},.]/g, part => parts[part]!)
}

export class Watch {
  /** The client tells what changes. */
  private told = false

  /**
   * `onChange` gets the paths that were named, and whether anything else may have changed; `onFolders` what came or
   * went and may be a folder.
   */
  constructor(
    private readonly connection: Connection,
    private readonly client: Client,
    private readonly onChange: (paths: readonly string[], anything: boolean) => void,
    onFolders: (paths: readonly string[]) => void,
  ) {
    // Some clients can't be asked and watch by their own configuration: their word counts as well.
    connection.onDidChangeWatchedFiles(({ changes }) => {
      this.told = true
      const files: string[] = []
      const others: string[] = []
      let anything = false
      for (const { uri, type } of changes) {
        const path = pathOf(uri)
        if (path === null) continue
        const isChanged = type === FileChangeType.Changed
        const isFile = isChanged || ofInterest.test(path)
        const kind = isFile ? files : others
        kind.push(path)
        // With a name, folders may have come or gone that nobody tells of.
        if (isFile && !isChanged) anything = true
      }
      if (files.length > 0) onChange(files, anything)
      if (others.length > 0) onFolders(others)
    })
  }

  /** Asks the client to watch, if it can. To be called once it is initialized. */
  listen(): void {
    if (!this.client.registersWatchers) return
    const watchers = [...globs.map(globPattern => ({ globPattern })), folders]
    this.connection.client.register(DidChangeWatchedFilesNotification.type, { watchers }).then(
      () => {
        this.told = true
      },
      error => this.connection.console.warn(`files are not watched: ${error.message}`),
    )
  }

  /** A document was opened or saved, which is all that a client without watchers tells. */
  sign(): void {
    if (!this.told) this.onChange([], true)
  }
}
