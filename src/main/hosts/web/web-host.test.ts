import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { type Attach, SOCKET_PATH } from '#shared/transport.ts'
import {
  createWebSocketTransport,
  type SocketConstructor,
} from '../../../renderer/src/transport/web-socket.ts'
import { APP_INFO, createTestCore, progress } from '../../../test/test-core.ts'
import { describeTransport } from '../../../test/transport-suite.ts'
import { MAX_FRAME_BYTES } from './frames.ts'
import { startOnFreePort } from './start.ts'
import { startWebHost, type WebHost, type WebHostOptions } from './web-host.ts'

let rendererDir: string
beforeAll(async () => {
  rendererDir = await mkdtemp(join(tmpdir(), 'web-host-test-'))
  await mkdir(join(rendererDir, 'assets'))
  await writeFile(join(rendererDir, 'index.html'), '<!doctype html><title>inspector</title>')
  await writeFile(join(rendererDir, 'assets/main-1a2b.js'), 'export {}')
})
afterAll(() => rm(rendererDir, { recursive: true }))

const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function start(options: Partial<WebHostOptions> = {}): Promise<WebHost> {
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

interface Answer {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly body: string
}

/** Sends the path as it stands, where `fetch` would put it in order first. */
const get = (
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
async function letIn({ url, port }: WebHost): Promise<string> {
  const { headers } = await get(port, url.slice(url.indexOf('/?')))
  return headers['set-cookie']?.[0]?.split(';')[0] ?? ''
}

const origin = (port: number) => `http://127.0.0.1:${port}`

async function connected(host: WebHost): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${host.port}${SOCKET_PATH}`, {
    headers: { cookie: await letIn(host) },
    origin: origin(host.port),
  })
  cleanups.push(() => socket.terminate())
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  return socket
}

const nextMessage = (socket: WebSocket): Promise<unknown> =>
  new Promise((resolve) => socket.once('message', (data) => resolve(JSON.parse(String(data)))))

const closeCode = (socket: WebSocket): Promise<number> =>
  new Promise((resolve) => socket.once('close', resolve))

/** The status with which the upgrade is refused, or 101. */
const upgradeStatus = (port: number, headers: Record<string, string>, path = SOCKET_PATH): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers })
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

/** A browser's WebSocket sends cookie and origin by itself. */
const browserSocket = (cookie: string, port: number, opened: WebSocket[]): SocketConstructor =>
  class extends WebSocket {
    constructor(url: string) {
      super(url, { headers: { cookie }, origin: origin(port) })
      opened.push(this)
    }
  } as unknown as SocketConstructor

async function openTransport(attach: Attach) {
  const host = await start({ attach })
  const url = `ws://127.0.0.1:${host.port}${SOCKET_PATH}`
  const sockets: WebSocket[] = []
  const transport = createWebSocketTransport(url, {
    WebSocket: browserSocket(await letIn(host), host.port, sockets),
    firstDelay: 10,
  })
  cleanups.push(() => transport.close())
  return { host, transport, sockets, close: async () => transport.close() }
}

describeTransport('the WebSocket of the web host', openTransport)

describe('access to the web host', () => {
  it('exchanges the token for a strict cookie and leaves it out of the address', async () => {
    const { url, port } = await start()
    const { status, headers } = await get(port, url.slice(url.indexOf('/?')))
    expect(status).toBe(303)
    expect(headers.location).toBe('/')
    const [cookie = ''] = headers['set-cookie'] ?? []
    expect(cookie).toMatch(
      new RegExp(`^redis-session-inspector-${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`),
    )
    expect(cookie).not.toContain(new URL(url).searchParams.get('token'))
    const page = await get(port, '/', { cookie })
    expect(page.status).toBe(200)
    expect(page.body).toContain('<title>inspector</title>')
  })

  it('lets in a browser that follows a link on another page', async () => {
    const { url, port } = await start()
    const answer = await get(port, url.slice(url.indexOf('/?')), { 'sec-fetch-site': 'cross-site' })
    expect(answer.status).toBe(200)
    expect(answer.body).toContain('<meta http-equiv="refresh" content="0;url=/">')
    expect(answer.headers['set-cookie']).toHaveLength(1)
  })

  it('tells a browser without the token what to open', async () => {
    const host = await start()
    const cookie = await letIn(host)
    const other = await start()
    const strangers: [string, Record<string, string>][] = [
      ['/', {}],
      ['/assets/main-1a2b.js', {}],
      ['/?token=', {}],
      ['/?token=%00', {}],
      [`/?token=${'a'.repeat(43)}`, {}],
      ['/', { cookie: `${cookie}x` }],
      ['/', { cookie: 'a=b; =; ;;%' }],
      ['/', { cookie: await letIn(other) }],
    ]
    for (const [path, headers] of strangers) {
      const answer = await get(host.port, path, headers)
      expect([path, headers, answer.status]).toEqual([path, headers, 403])
      expect(answer.body).toContain('Open the whole one that it printed')
      expect(answer.headers['set-cookie']).toBeUndefined()
    }
  })

  it('answers to its own names only, and to its own pages', async () => {
    const host = await start()
    const cookie = await letIn(host)
    const { port } = host
    const status = async (headers: Record<string, string>) =>
      (await get(port, '/', { cookie, ...headers })).status
    expect(await status({ host: `localhost:${port}` })).toBe(200)
    expect(await status({ origin: origin(port) })).toBe(200)
    for (const name of [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1',
      'localhost',
      `127.0.0.1:${port + 1}`,
    ]) {
      expect([name, await status({ host: name })]).toEqual([name, 403])
    }
    for (const name of [
      'null',
      'https://evil.example',
      `https://127.0.0.1:${port}`,
      `http://localhost:${port}`,
    ]) {
      expect([name, await status({ origin: name })]).toEqual([name, 403])
    }
  })

  it('upgrades to a WebSocket only its own page, with the cookie', async () => {
    const host = await start()
    const { port } = host
    const good = { cookie: await letIn(host), origin: origin(port) }
    expect(await upgradeStatus(port, good)).toBe(101)
    expect(await upgradeStatus(port, { cookie: good.cookie })).toBe(403)
    expect(await upgradeStatus(port, { origin: good.origin })).toBe(403)
    expect(await upgradeStatus(port, { ...good, origin: 'https://evil.example' })).toBe(403)
    expect(await upgradeStatus(port, { ...good, host: `evil.example:${port}` })).toBe(403)
    expect(await upgradeStatus(port, good, '/other')).toBe(404)
  })

  it('listens on this machine alone', async () => {
    const { port } = await start()
    await expect(
      new Promise((resolve, reject) => connect(port, '127.0.0.2').on('connect', resolve).on('error', reject)),
    ).rejects.toThrow('ECONNREFUSED')
  })
})

describe('the files of the web host', () => {
  it('come with their type, with the security headers, and stay in the cache where their name has a hash', async () => {
    const host = await start()
    const cookie = await letIn(host)
    const page = await get(host.port, '/', { cookie })
    expect(page.headers).toMatchObject({
      'content-type': 'text/html;charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
    expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self';")
    expect(page.headers['content-security-policy']).toContain(
      `connect-src 'self' ws://127.0.0.1:${host.port};`,
    )
    const script = await get(host.port, '/assets/main-1a2b.js?v=1', { cookie })
    expect(script).toMatchObject({ status: 200, body: 'export {}' })
    expect(script.headers).toMatchObject({
      'content-type': 'text/javascript;charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    })
    expect(await get(host.port, '/', { cookie }, 'HEAD')).toMatchObject({ status: 200, body: '' })
  })

  it('are the only ones: no path leads out of their folder', async () => {
    const host = await start()
    const cookie = await letIn(host)
    await writeFile(`${rendererDir}-secret`, 'secret')
    cleanups.push(() => rm(`${rendererDir}-secret`))
    const name = `${rendererDir.split('/').at(-1)}-secret`
    const paths = ['/../x', `/../${name}`, `/..%2f${name}`, `/%2e%2e/${name}`, `/assets/../../${name}`]
    paths.push(
      `/..\\${name}`,
      `//${name}`,
      '/assets',
      '/assets/',
      '/%00',
      '/index.html/',
      '//',
      '/__proto__',
      '*',
    )
    paths.push(`${rendererDir}-secret`, `file://${rendererDir}-secret`, '/index.html%00.js', '/./index.html')
    for (const path of paths) {
      const { status, body } = await get(host.port, path, { cookie })
      expect([path, status, body]).toEqual([path, 404, 'The inspector has no such page.\n'])
    }
  })

  it('can be read and nothing else', async () => {
    const host = await start()
    const cookie = await letIn(host)
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect((await get(host.port, '/', { cookie }, method)).status).toBe(405)
    }
  })

  it('must have been built', async () => {
    await expect(start({ rendererDir: join(rendererDir, 'missing') })).rejects.toThrow('Run npm run build')
  })
})

describe('the frames of a client', () => {
  const call = (id: unknown, name: unknown = 'app.info', arg: unknown = {}) =>
    JSON.stringify({ id, name, arg })

  it('that cannot be answered close the connection with a code that says why', async () => {
    const host = await start()
    const frames: [string | Buffer, number][] = [
      ['', 1007],
      ['{"id":1', 1007],
      ['NaN', 1007],
      [Buffer.from(call(1)), 1003],
      ['null', 1008],
      ['[]', 1008],
      ['{}', 1008],
      [call(-1), 1008],
      [call(1.5), 1008],
      [call(2 ** 53), 1008],
      [call('1'), 1008],
      ['{"id":1e400,"name":"app.info","arg":{}}', 1008],
      ['{"id":1,"name":"app.info","arg":{},"more":1}', 1008],
    ]
    for (const [frame, code] of frames) {
      const socket = await connected(host)
      socket.send(frame)
      expect([String(frame), await closeCode(socket)]).toEqual([String(frame), code])
    }
  })

  it('that name no call are answered', async () => {
    const socket = await connected(await start())
    for (const name of [null, 7, {}, [], 'app.quit', '__proto__']) {
      socket.send(call(1, name))
      expect(await nextMessage(socket)).toMatchObject({ id: 1, reply: { ok: false, code: 'unknown_call' } })
    }
    socket.send('{"id":1}')
    expect(await nextMessage(socket)).toMatchObject({ id: 1, reply: { ok: false, code: 'unknown_call' } })
    socket.send('{"id":2,"name":"app.info"}')
    expect(await nextMessage(socket)).toMatchObject({ id: 2, reply: { ok: false, code: 'invalid_argument' } })
  })

  it('are bounded in length', async () => {
    const host = await start()
    const socket = await connected(host)
    socket.on('error', () => {})
    socket.send(Buffer.alloc(MAX_FRAME_BYTES + 1, ' '), { binary: false })
    expect(await closeCode(socket)).toBe(1009)
    const other = await connected(host)
    other.send(call(1))
    expect(await nextMessage(other)).toMatchObject({ id: 1, reply: { ok: true } })
  })

  it('never bring the host down, whatever is in them', async () => {
    const host = await start()
    const json = fc.json({ maxDepth: 3 })
    const frame = fc.oneof(fc.string({ unit: 'binary' }), json, fc.uint8Array({ maxLength: 64 }))
    let socket = await connected(host)
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 8 }), async (frames) => {
        if (socket.readyState !== WebSocket.OPEN) socket = await connected(host)
        for (const data of frames) socket.send(data)
      }),
      { numRuns: 500 },
    )
    const well = await connected(host)
    well.send(call(7))
    expect(await nextMessage(well)).toEqual({ id: 7, reply: { ok: true, value: APP_INFO } })
  })

  it('are bounded in number while they wait for their answers', async () => {
    const socket = await connected(await start({ limits: { calls: 2 } }))
    for (const id of [1, 2, 3]) socket.send(call(id, 'list.rescan', { prefix: `p${id}` }))
    expect(await nextMessage(socket)).toMatchObject({ id: 3, reply: { ok: false, code: 'forbidden' } })
    socket.send(call(4))
    expect(await nextMessage(socket)).toMatchObject({ id: 4, reply: { ok: false, code: 'forbidden' } })
  })
})

describe('the clients of the web host', () => {
  it('are bounded in number', async () => {
    const host = await start({ clients: 2 })
    await connected(host)
    const second = await connected(host)
    const headers = { cookie: await letIn(host), origin: origin(host.port) }
    expect(await upgradeStatus(host.port, headers)).toBe(503)
    second.terminate()
    await expect.poll(() => upgradeStatus(host.port, headers)).toBe(101)
  })

  it('are dropped when they do not read what is sent to them', async () => {
    const core = createTestCore()
    const host = await start({ attach: core.attach, limits: { bufferedBytes: 1024 * 1024 } })
    const slow = await connected(host)
    slow.pause()
    const quick = await connected(host)
    const large = { ...progress(1), prefix: 'x'.repeat(64 * 1024) }
    await vi.waitFor(
      () => {
        core.emit('list.changed', large)
        expect(core.clients()).toEqual({ open: 1, closed: 1 })
      },
      { timeout: 10_000, interval: 1 },
    )
    expect(quick.readyState).toBe(WebSocket.OPEN)
  })

  it('are dropped when they no longer answer pings', async () => {
    const core = createTestCore()
    const host = await start({ attach: core.attach, limits: { heartbeat: 50 } })
    const dead = await connected(host)
    dead.pause()
    await connected(host)
    await vi.waitFor(() => expect(core.clients()).toEqual({ open: 1, closed: 1 }))
  })

  it('learn that the host has gone, and what was under way is rejected', async () => {
    const core = createTestCore()
    const { host, transport } = await openTransport(core.attach)
    const link: boolean[] = []
    transport.onLink((up) => link.push(up))
    const underWay = transport.invoke('list.rescan', { prefix: 'p' })
    await transport.invoke('app.info', {})
    await host.stop()
    await expect(underWay).rejects.toMatchObject({ code: 'connection_lost' })
    expect(link).toEqual([true, false])
    await expect(transport.invoke('app.info', {})).rejects.toMatchObject({ code: 'connection_lost' })
    expect(core.clients()).toEqual({ open: 0, closed: 1 })
  })

  it('come back by themselves when the link breaks, and their listeners go on hearing', async () => {
    const core = createTestCore()
    const { transport, sockets } = await openTransport(core.attach)
    const revisions: number[] = []
    const link: boolean[] = []
    transport.on('list.changed', ({ revision }) => revisions.push(revision))
    transport.onLink((up) => link.push(up))
    await transport.invoke('app.info', {})
    sockets.at(-1)?.terminate()
    await vi.waitFor(() => expect(link).toEqual([true, false, true]))
    await transport.invoke('app.info', {})
    core.emit('list.changed', progress(5))
    await vi.waitFor(() => expect(revisions).toEqual([5]))
  })
})

describe('the port of the web host', () => {
  it('is the next free one when the default is taken, with a note', async () => {
    const blocker = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => blocker.once('listening', resolve))
    cleanups.push(() => new Promise((resolve) => blocker.close(() => resolve())))
    const taken = (blocker.address() as { port: number }).port
    const notes: string[] = []
    const options = { attach: createTestCore().attach, rendererDir, log: (line: string) => notes.push(line) }
    const host = await startOnFreePort({ ...options, port: null }, taken)
    cleanups.push(host.stop)
    expect(host.port).toBeGreaterThan(taken)
    expect(notes).toEqual([`Port ${taken} is in use; taking ${host.port} instead.`])
    await expect(startOnFreePort({ ...options, port: taken })).rejects.toMatchObject({
      code: 'port_in_use',
      message: expect.stringContaining(`Port ${taken} is in use.`),
    })
  })
})
