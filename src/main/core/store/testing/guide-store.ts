import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The first python3 that has redis-py, looked for in /usr/bin (where packages put it) and on the PATH; else null. */
export async function findPython(path = process.env.PATH ?? ''): Promise<string | null> {
  for (const directory of new Set(['/usr/bin', ...path.split(delimiter).filter(Boolean)])) {
    const python = join(directory, 'python3')
    try {
      await run(python, ['-c', 'import redis'], { timeout: 20_000 })
      return python
    } catch {
      // Not there, or without redis-py: the next one.
    }
  }
  return null
}

export interface GuideStore {
  /** @throws Error with redis-py's text. */
  call(name: string, ...args: readonly unknown[]): Promise<unknown>
  stop(): Promise<void>
}

/** Starts guide_store.py beside a Redis on 127.0.0.1. It ends with its standard input, so with this process. */
export function startGuideStore(python: string, port: number): GuideStore {
  const child = spawn(python, [join(import.meta.dirname, 'guide_store.py'), String(port)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async call(name, ...args) {
      child.stdin.write(`${JSON.stringify({ call: name, args })}\n`)
      const { value: line, done } = await lines.next()
      if (done) throw new Error('guide_store.py has ended; its error is above.')
      const reply = JSON.parse(line) as { value?: unknown; error?: string }
      if (reply.error !== undefined) throw new Error(reply.error)
      return reply.value
    },
    async stop() {
      child.stdin.end()
      await ended
    },
  }
}
