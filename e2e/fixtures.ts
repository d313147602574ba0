import { test as base, type Page } from '@playwright/test'
import { Redis } from 'ioredis'
import {
  findRedisServer,
  type RedisProcess,
  startRedisProcess,
} from '../src/main/core/connection/redis-process.ts'
import { launchElectron, launchWeb, type RunningInspector } from './hosts.ts'

export { expect } from '@playwright/test'

export interface HostOptions {
  /** Which host the project runs the specs in. */
  host: 'electron' | 'web'
}

export interface TestRedis {
  /** `redis://127.0.0.1:PORT`. */
  readonly url: string
  readonly port: number
  /** The test's own connection, for preparing and for looking after. */
  readonly client: Redis
  readonly process: RedisProcess
}

interface Fixtures {
  /** Arguments for the app. @default ['--redis', redis.url] */
  appArgs: readonly string[] | null
  /** A real Redis of this test alone, empty. */
  redis: TestRedis
  app: RunningInspector
  /** The inspector's page, in whichever host. */
  inspector: Page
  /** Opens a further page in an ordinary browser: the demo server's, say. */
  openPage: (url: string) => Promise<Page>
}

const skipElectron = process.env.E2E_SKIP_ELECTRON

export const test = base.extend<Fixtures, HostOptions>({
  host: ['web', { option: true, scope: 'worker' }],
  appArgs: [null, { option: true }],

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
  redis: async ({}, use) => {
    const binary = await findRedisServer()
    if (binary === null) throw new Error('No redis-server on the PATH: run `npm test`, which installs one.')
    const server = await startRedisProcess(binary.path)
    const client = new Redis({ host: server.host, port: server.port })
    client.on('error', () => {})
    await use({ url: `redis://${server.host}:${server.port}`, port: server.port, client, process: server })
    client.disconnect()
    await server.stop()
  },

  app: async ({ host, context, redis, appArgs }, use, testInfo) => {
    testInfo.skip(host === 'electron' && Boolean(skipElectron), skipElectron)
    const args = appArgs ?? ['--redis', redis.url]
    const app = host === 'electron' ? await launchElectron(args) : await launchWeb(context, args)
    await use(app)
    await app.close()
  },

  inspector: async ({ app }, use) => use(app.page),

  openPage: async ({ context }, use) =>
    use(async (url) => {
      const page = await context.newPage()
      await page.goto(url)
      return page
    }),
})
