import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { guardAgainstOrphan } from '../main/core/connection/redis-process.ts'

export interface TestProcess {
  readonly child: ChildProcess
  /** What it has written so far, for messages. */
  readonly output: () => string
  stop(): Promise<void>
}

/** A program that a test runs beside it; it ends with the test, however that ends. */
export function startProcess(program: string, args: readonly string[]): TestProcess {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const guard = guardAgainstOrphan(child)
  const ended = once(child, 'exit').catch(() => {})
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      output = (output + data).slice(-4000)
    })
  }
  return {
    child,
    output: () => output,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await ended
      guard?.kill()
    },
  }
}
