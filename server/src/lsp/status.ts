/**
 * How a folder stands, for status bars: the notification `precollect/status`, which is an extension of the protocol
 * (docs/editors.md) and sent only to clients that say they know it.
 */
import type { Connection } from 'vscode-languageserver/node'
import type { Totals } from '../engine/job.ts'
import type { Client } from './client.ts'
import type { Folder } from './workspace.ts'

export interface StatusParams {
  /** The workspace folder. */
  readonly uri: string
  readonly state: 'analysing' | 'ready' | 'failed'
  /** One line: "3 of 128 test files are not collected". */
  readonly message: string
  /** Of the last analysis; null before the first. */
  readonly totals: Totals | null
}

export class Status {
  private readonly told = new Map<string, string>()

  constructor(
    private readonly connection: Connection,
    private readonly client: Client,
  ) {}

  tell({ root, uri, view }: Folder, state: StatusParams['state'], message?: string): void {
    if (!this.client.showsStatus) return
    const totals = view?.totals ?? null
    const params: StatusParams = { uri, state, message: message ?? (totals ? inWords(totals) : ''), totals }
    const text = JSON.stringify(params)
    if (this.told.get(root) === text) return
    this.told.set(root, text)
    this.connection
      .sendNotification('precollect/status', params)
      .catch(error => this.connection.console.warn(`the status was not sent: ${error.message}`))
  }

  forget(root: string): void {
    this.told.delete(root)
  }
}

/** The figures of an analysis as one line. */
export function inWords({ collects, fails, skips, unknown, causes, stops }: Totals): string {
  const all = collects + fails + skips + unknown
  const files = (n: number) => `${n} test file${n === 1 ? '' : 's'}`
  if (stops) return 'pytest stops before it collects'
  if (fails === 0) return all === 0 ? 'no test files' : `no error in ${files(all)}`
  return `${fails} of ${files(all)} ${fails === 1 ? 'is' : 'are'} not collected, for ${causes} cause${causes === 1 ? '' : 's'}`
}
