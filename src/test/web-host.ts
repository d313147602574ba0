import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { WebSocket } from 'ws'
import { type Attach, SOCKET_PATH } from '#shared/transport.ts'
import { startWebHost, type WebHost, type WebHostOptions } from '../main/hosts/web/web-host.ts'
import {
  createWebSocketTransport,
  type SocketConstructor,
  type WebSocketTransport,
} from '../renderer/src/transport/web-socket.ts'
import { createTestCore } from './test-core.ts'

export interface TestWebHost {
  /** A folder with a page and a script, as the build leaves them. */
  readonly rendererDir: string
  /** Starts a host on a free port; it stops after the test. */
  start(options?: Partial<WebHostOptions>): Promise<WebHost>
  /** A WebSocket of a browser that was let in. */
  connect(host: WebHost): Promise<WebSocket>
  /** The renderer's transport to a host of its own, and the sockets that it has opened. */
  openTransport(attach: Attach): Promise<{
    readonly host: WebHost
    readonly transport: WebSocketTransport
    readonly sockets: readonly WebSocket[]
    close(): Promise<void>
  }>
  /** Runs after the test, before what was prepared earlier. */
  onEnd(cleanup: () => Promise<void> | void): void
}

/** Real web hosts for the tests of one file. */
export function useWebHost(): TestWebHost {
  let rendererDir = ''
  const cleanups: (() => Promise<void> | void)[] = []
  beforeAll(async () => {
    rendererDir = await mkdtemp(join(tmpdir(), 'web-host-test-'))
    await mkdir(join(rendererDir, 'assets'))
    await writeFile(join(rendererDir, 'index.html'), '<!doctype html><title>inspector</title>')
    await writeFile(join(rendererDir, 'assets/main-1a2b.js'), 'export {}')
  })
  afterAll(() => rm(rendererDir, { recursive: true }))
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  })

  const start: TestWebHost['start'] = async (options = {}) => {
    const host = await startWebHost({
      attach: createTestCore().attach,
      rendererDir,
      port: 0,
      log: (line) => expect.unreachable(line),
      ...options,
    })
    cleanups.push(host.stop)
    return host
  }

  return {
    get rendererDir() {
      return rendererDir
    },
    start,
    async connect(host) {
      const socket = new WebSocket(socketUrl(host.port), {
        headers: { cookie: await letIn(host) },
        origin: originOf(host.port),
      })
      cleanups.push(() => socket.terminate())
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
      return socket
    },
    async openTransport(attach) {
      const host = await start({ attach })
      const sockets: WebSocket[] = []
      const transport = createWebSocketTransport(socketUrl(host.port), {
        WebSocket: browserSocket(await letIn(host), host.port, sockets),
        firstDelay: 10,
      })
      cleanups.push(() => transport.close())
      return { host, transport, sockets, close: async () => transport.close() }
    },
    onEnd: (cleanup) => cleanups.push(cleanup),
  }
}

export const originOf = (port: number) => `http://127.0.0.1:${port}`
const socketUrl = (port: number, path = SOCKET_PATH) => `ws://127.0.0.1:${port}${path}`

/** A browser's WebSocket sends cookie and origin by itself. */
const browserSocket = (cookie: string, port: number, opened: WebSocket[]): SocketConstructor =>
  class extends WebSocket {
    constructor(url: string) {
      super(url, { headers: { cookie }, origin: originOf(port) })
      opened.push(this)
    }
  } as unknown as SocketConstructor

export interface Answer {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly body: string
}

/** Sends the path as it stands, where `fetch` would put it in order first. */
export const get = (
  port: number,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, headers, method, agent: false },
      async (response) => {
        let body = ''
        for await (const chunk of response) body += chunk
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
      },
    )
    sent.on('error', reject).end()
  })

/** What a browser does with the printed URL: keeps the cookie. */
export async function letIn({ url, port }: WebHost): Promise<string> {
  const { headers } = await get(port, url.slice(url.indexOf('/?')))
  return headers['set-cookie']?.[0]?.split(';')[0] ?? ''
}

/** The status with which the upgrade is refused, or 101. */
export const upgradeStatus = (
  port: number,
  headers: Record<string, string>,
  path = SOCKET_PATH,
): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(socketUrl(port, path), { headers })
    socket.on('open', () => {
      socket.terminate()
      resolve(101)
    })
    socket.on('unexpected-response', (sent, { statusCode }) => {
      sent.destroy()
      resolve(statusCode ?? 0)
    })
    socket.on('error', reject)
  })
