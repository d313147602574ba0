import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, type Page } from '@playwright/test'
import { Redis } from 'ioredis'
import {
  findRedisServer,
  type RedisProcess,
  startRedisProcess,
} from '../src/main/core/connection/redis-process.ts'
import { SessionStore } from '../src/main/core/store/session-store.ts'
import type { PrivacyMode } from '../src/shared/mask.ts'
import { launchElectron, launchWeb, type RunningInspector } from './hosts.ts'
import { Screen } from './screen.ts'

export { expect } from '@playwright/test'

export interface HostOptions {
  /** Which host the project runs the specs in. */
  host: 'electron' | 'web'
}

export interface TestRedis {
  /** `redis://127.0.0.1:PORT`. */
  readonly url: string
  readonly port: number
  /** The test's own connection, for preparing and for looking after. It comes back by itself. */
  readonly client: Redis
  /** Ends the server, and its data with it, as a crash would. */
  kill(): Promise<void>
  /** Starts it again on its port, empty. */
  start(): Promise<void>
}

interface Fixtures {
  /** Arguments for the app. @default ['--redis', redis.url] */
  appArgs: readonly string[] | null
  /** Arguments for the Redis server. */
  redisArgs: readonly string[]
  /** How ids and secrets are shown; null for what a fresh app does. @default shown, so that rows are found by their ids */
  privacy: PrivacyMode | null
  /** The Redis server. @default the one on the PATH */
  redisBinary: string | null
  /** A real Redis of this test alone, empty. */
  redis: TestRedis
  /** The app's own session store on that Redis: what an application beside the inspector would do. */
  store: SessionStore
  /** The folder of the app's settings; it outlives the app of a test that starts it again. */
  settings: string
  /** Starts the app, as often as it is called, on the same settings. */
  launch: () => Promise<RunningInspector>
  app: RunningInspector
  /** The inspector's page, in whichever host. */
  inspector: Page
  /** The same page by what is on it. */
  ui: Screen
  /** Opens a further page in an ordinary browser: the demo server's, say. */
  openPage: (url: string) => Promise<Page>
}

/** Hands a server of its own to a test. @param binary null for the one on the PATH */
export async function useTestRedis(
  args: readonly string[],
  binary: string | null,
  use: (redis: TestRedis) => Promise<void>,
): Promise<void> {
  const path = binary ?? (await findRedisServer())?.path
  if (path === undefined) throw new Error('No redis-server on the PATH: run `npm test`, which installs one.')
  let server: RedisProcess = await startRedisProcess(path, args)
  const { host, port } = server
  const client = new Redis({ host, port })
  client.on('error', () => {})
  await use({
    url: `redis://${host}:${port}`,
    port,
    client,
    kill: () => server.stop(),
    async start() {
      // Of two ports the last one counts.
      server = await startRedisProcess(path, [...args, '--port', String(port)])
    },
  })
  client.disconnect()
  await server.stop()
}

/** What the app keeps the choice under (stores/privacy.ts). */
const PRIVACY_KEY = 'redis-session-inspector:privacy'

/** Chooses as another window of the same person would: the page takes it over, loaded or not. */
async function choosePrivacy(page: Page, mode: PrivacyMode): Promise<void> {
  await page.evaluate(
    ([key, newValue]) => {
      localStorage.setItem(key, newValue)
      dispatchEvent(new StorageEvent('storage', { key, newValue }))
    },
    [PRIVACY_KEY, mode] as const,
  )
}

const skipElectron = process.env.E2E_SKIP_ELECTRON

export const test = base.extend<Fixtures, HostOptions>({
  host: ['web', { option: true, scope: 'worker' }],
  appArgs: [null, { option: true }],
  redisArgs: [[], { option: true }],
  privacy: ['shown', { option: true }],
  redisBinary: [null, { option: true }],

  redis: async ({ redisArgs, redisBinary }, use) => useTestRedis(redisArgs, redisBinary, use),

  store: async ({ redis }, use) => use(new SessionStore({ client: redis.client })),

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads which fixtures are needed from the pattern.
  settings: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'inspector-settings-'))
    await use(folder)
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  },

  launch: async ({ host, context, redis, appArgs, settings, privacy }, use, testInfo) => {
    testInfo.skip(host === 'electron' && Boolean(skipElectron), skipElectron)
    const args = appArgs ?? ['--redis', redis.url]
    const launched: RunningInspector[] = []
    await use(async () => {
      const app =
        host === 'electron' ? await launchElectron(args, settings) : await launchWeb(context, args, settings)
      launched.push(app)
      if (privacy !== null) await choosePrivacy(app.page, privacy)
      return app
    })
    for (const app of launched) await app.close()
  },

  app: async ({ launch }, use) => use(await launch()),

  inspector: async ({ app }, use) => use(app.page),

  ui: async ({ inspector }, use) => use(new Screen(inspector)),

  openPage: async ({ context }, use) =>
    use(async (url) => {
      const page = await context.newPage()
      await page.goto(url)
      return page
    }),
})
