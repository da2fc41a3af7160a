/**
 * Where the program starts: wires the two doors, which do not know each other. Everything is loaded when it is
 * needed, so that neither waits for the other's modules.
 */
import process from 'node:process'
import { processIo } from './cli/io.ts'
import { run } from './cli/program.ts'

async function serve(): Promise<void> {
  const { startServer } = await import('./lsp/server.ts')
  startServer()
}

// Not process.exit(): a report that goes into a pipe is still on its way.
process.exitCode = await run(process.argv.slice(2), processIo(), serve)
