// The web host with an inspector behind it, to be sent whatever bytes.
import { rmSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInspector } from '../../src/main/core/services.ts'
import { startWebHost } from '../../src/main/hosts/web/web-host.ts'
import type { Places } from '../places.ts'
import { keepInspector } from './keeper.ts'
import { serve, startPlaces } from './serve.ts'
import { seedSessions } from './sessions.ts'

export interface WebSocketHello {
  readonly port: number
  /** Of a browser that was let in. */
  readonly cookie: string
  readonly token: string
  readonly places: Places
}

const { client, places } = await startPlaces()
const rendererDir = await mkdtemp(join(tmpdir(), 'inspector-fuzz-'))
await writeFile(join(rendererDir, 'index.html'), '<!doctype html><title>inspector</title>')

const reported: string[] = []
const log = (line: string) => reported.push(line)
const inspector = createInspector({ host: 'web', version: '1', redisUrl: null, log })
const host = await startWebHost({
  attach: inspector.attach,
  rendererDir,
  port: 0,
  log,
  clients: 64,
  requestTimeout: 1000,
})
process.on('exit', () => rmSync(rendererDir, { recursive: true, force: true }))
const { port, url } = host
const letIn = await fetch(url, { redirect: 'manual' })
const cookie = letIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''
const own = inspector.attach(() => {})

const keeper = await keepInspector(() => own, places.redis)

/** As before each run: connected, with some sessions. */
async function prepare(): Promise<void> {
  await keeper.prepare()
  await seedSessions(client)
}

await prepare()
serve(
  {
    hello: { port, cookie, token: new URL(url).searchParams.get('token') ?? '', places },
    async take(input) {
      if (input === 'reported') return reported.splice(0)[0] ?? null
      await prepare()
      return keeper.tab
    },
    async settle() {
      await keeper.settle()
      await client.flushall()
      reported.length = 0
    },
  },
  client,
)
