/** Servers that tests talk to, as real programs on a port of this machine. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

export interface Running {
  readonly port: number
  readonly process: ChildProcess
  stop(): Promise<void>
}

/** The program of that name on the PATH, or where Debian has servers; null: this machine has none. */
export function findProgram(name: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin']
  return folders.map(folder => join(folder, name)).find(path => existsSync(path)) ?? null
}

/** Starts a server that takes its port and a folder of its own, and waits until it listens. */
export async function startServer(
  program: string,
  args: (port: number, folder: string) => readonly string[],
): Promise<Running> {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'precollect-server-'))
  const server = spawn(program, args(port, folder), { cwd: folder, stdio: 'ignore' })
  const ended = new Promise<void>(resolve => server.on('exit', () => resolve()))
  for (let trial = 0; !(await listens(port)); trial++) {
    if (trial === 200 || server.exitCode !== null) throw new Error(`${program} does not listen`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  return {
    port,
    process: server,
    async stop() {
      server.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

function listens(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.on('connect', () => end(true)).on('error', () => end(false))
  })
}
