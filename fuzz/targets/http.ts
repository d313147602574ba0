// The demo server with a Redis, to be sent whatever bytes. It times out earlier than it does for people.
import { startDemoServer } from '../../src/main/core/demo/demo-server.ts'
import { CSRF_FIELD } from '../../src/main/core/demo/guards.ts'
import { SessionStore } from '../../src/main/core/store/session-store.ts'
import { serve, startPlaces } from './serve.ts'

export interface HttpHello {
  readonly port: number
}

/** What a run of inputs starts with, and what the one before has left. */
export interface HttpTurn {
  /** A living session. */
  readonly sid: string
  readonly csrf: string
  /** What no one expected. */
  readonly reported: string | null
  /** A request was served that was hidden in another. */
  readonly smuggled: boolean
}

const { client } = await startPlaces()
const store = new SessionStore({ client, ttl: 60 })
const reported: string[] = []
let smuggled = false
const report = (error: unknown) =>
  reported.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
const limits = { headersTimeout: 200, requestTimeout: 400, keepAliveTimeout: 200 }
const server = await startDemoServer({ store, port: 0, report, limits })
server.subscribe(({ path }) => {
  if (path.startsWith('/smuggled')) smuggled = true
})

serve(
  {
    hello: { port: server.port },
    async take(): Promise<HttpTurn> {
      const turn = { reported: reported.splice(0)[0] ?? null, smuggled }
      smuggled = false
      await client.flushall()
      const sid = await store.createSession({ username: 'ada', page_views: '1', [CSRF_FIELD]: 'token' })
      return { sid, csrf: 'token', ...turn }
    },
    async settle() {
      await client.flushall()
      reported.length = 0
    },
  },
  client,
)
