/**
 * How the server learns what changed on the disk. Clients that watch files are asked to tell; with the others
 * each save or newly opened file is taken as a sign that anything may have changed.
 */
import {
  type Connection,
  DidChangeWatchedFilesNotification,
  FileChangeType,
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

export class Watch {
  /** The client tells what changes. */
  private told = false

  /** `onChange` gets the paths that were named, and whether anything else may have changed. */
  constructor(
    private readonly connection: Connection,
    private readonly client: Client,
    private readonly onChange: (paths: readonly string[], anything: boolean) => void,
  ) {
    // Some clients can't be asked and watch by their own configuration: their word counts as well.
    connection.onDidChangeWatchedFiles(({ changes }) => {
      this.told = true
      // With a name, folders may have come or gone that nobody tells of.
      const sameNames = changes.every(({ type }) => type === FileChangeType.Changed)
      onChange(
        changes.map(({ uri }) => pathOf(uri)).filter(path => path !== null),
        !sameNames,
      )
    })
  }

  /** Asks the client to watch, if it can. To be called once it is initialized. */
  listen(): void {
    if (!this.client.registersWatchers) return
    const watchers = globs.map(globPattern => ({ globPattern }))
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
