import { createServer } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { APP_INFO, createTestCore, progress } from '../../../test/test-core.ts'
import { describeTransport, WAIT } from '../../../test/transport-suite.ts'
import { letIn, originOf, upgradeStatus, useWebHost } from '../../../test/web-host.ts'
import { MAX_FRAME_BYTES } from './frames.ts'
import { startOnFreePort } from './start.ts'

const web = useWebHost()

const nextMessage = (socket: WebSocket): Promise<unknown> =>
  new Promise((resolve) => socket.once('message', (data) => resolve(JSON.parse(String(data)))))

const closeCode = (socket: WebSocket): Promise<number> =>
  new Promise((resolve) => socket.once('close', resolve))

describeTransport('the WebSocket of the web host', web.openTransport)

describe('the frames of a client', () => {
  const call = (id: unknown, name: unknown = 'app.info', arg: unknown = {}) =>
    JSON.stringify({ id, name, arg })

  it('that cannot be answered close the connection with a code that says why', async () => {
    const host = await web.start()
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
      const socket = await web.connect(host)
      socket.send(frame)
      expect([String(frame), await closeCode(socket)]).toEqual([String(frame), code])
    }
  })

  it('that name no call are answered', async () => {
    const socket = await web.connect(await web.start())
    for (const name of [null, 7, {}, [], 'app.quit', '__proto__']) {
      socket.send(call(1, name))
      expect(await nextMessage(socket)).toMatchObject({ id: 1, reply: { ok: false, code: 'unknown_call' } })
    }
    socket.send('{"id":1}')
    expect(await nextMessage(socket)).toMatchObject({ id: 1, reply: { ok: false, code: 'unknown_call' } })
    socket.send('{"id":2,"name":"app.info"}')
    expect(await nextMessage(socket)).toMatchObject({ id: 2, reply: { ok: false, code: 'invalid_argument' } })
  })

  it('are answered also where the reply cannot be written down', async () => {
    const attach = () => ({ dispatch: async () => ({ ok: true, value: 1n }) as const, close: () => {} })
    const socket = await web.connect(await web.start({ attach }))
    socket.send(call(1))
    expect(await nextMessage(socket)).toMatchObject({ id: 1, reply: { ok: false, code: 'invalid_value' } })
  })

  it('are bounded in length', async () => {
    const host = await web.start()
    const socket = await web.connect(host)
    socket.on('error', () => {})
    socket.send(Buffer.alloc(MAX_FRAME_BYTES + 1, ' '), { binary: false })
    expect(await closeCode(socket)).toBe(1009)
    const other = await web.connect(host)
    other.send(call(1))
    expect(await nextMessage(other)).toMatchObject({ id: 1, reply: { ok: true } })
  })

  it('never bring the host down, whatever is in them', async () => {
    const host = await web.start()
    const json = fc.json({ maxDepth: 3 })
    const frame = fc.oneof(fc.string({ unit: 'binary' }), json, fc.uint8Array({ maxLength: 64 }))
    let socket = await web.connect(host)
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 8 }), async (frames) => {
        if (socket.readyState !== WebSocket.OPEN) socket = await web.connect(host)
        for (const data of frames) socket.send(data)
      }),
      { numRuns: 500 },
    )
    const well = await web.connect(host)
    well.send(call(7))
    expect(await nextMessage(well)).toEqual({ id: 7, reply: { ok: true, value: APP_INFO } })
  })

  it('are bounded in number while they wait for their answers', async () => {
    const socket = await web.connect(await web.start({ limits: { calls: 2 } }))
    for (const id of [1, 2, 3]) socket.send(call(id, 'list.rescan', { prefix: `p${id}` }))
    expect(await nextMessage(socket)).toMatchObject({ id: 3, reply: { ok: false, code: 'forbidden' } })
    socket.send(call(4))
    expect(await nextMessage(socket)).toMatchObject({ id: 4, reply: { ok: false, code: 'forbidden' } })
  })
})

describe('the clients of the web host', () => {
  it('are bounded in number', async () => {
    const host = await web.start({ clients: 2 })
    await web.connect(host)
    const second = await web.connect(host)
    const headers = { cookie: await letIn(host), origin: originOf(host.port) }
    expect(await upgradeStatus(host.port, headers)).toBe(503)
    second.terminate()
    await expect.poll(() => upgradeStatus(host.port, headers), { timeout: WAIT }).toBe(101)
  })

  it('are dropped when they do not read what is sent to them', async () => {
    const core = createTestCore()
    const host = await web.start({ attach: core.attach, limits: { bufferedBytes: 1024 * 1024 } })
    const slow = await web.connect(host)
    slow.pause()
    const quick = await web.connect(host)
    const large = { ...progress(1), prefix: 'x'.repeat(64 * 1024) }
    await vi.waitFor(
      () => {
        core.emit('list.changed', large)
        expect(core.clients()).toEqual({ open: 1, closed: 1 })
      },
      { timeout: WAIT, interval: 1 },
    )
    expect(quick.readyState).toBe(WebSocket.OPEN)
  })

  it('are dropped when they no longer answer pings', async () => {
    const core = createTestCore()
    const host = await web.start({ attach: core.attach, limits: { heartbeat: 500 } })
    const dead = await web.connect(host)
    dead.pause()
    await web.connect(host)
    await vi.waitFor(() => expect(core.clients()).toEqual({ open: 1, closed: 1 }), WAIT)
  })

  it('learn that the host has gone, and what was under way is rejected', async () => {
    const core = createTestCore()
    const { host, transport } = await web.openTransport(core.attach)
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
    const { transport, sockets } = await web.openTransport(core.attach)
    const revisions: number[] = []
    const link: boolean[] = []
    transport.on('list.changed', ({ revision }) => revisions.push(revision))
    transport.onLink((up) => link.push(up))
    await transport.invoke('app.info', {})
    sockets.at(-1)?.terminate()
    await vi.waitFor(() => expect(link).toEqual([true, false, true]), WAIT)
    await transport.invoke('app.info', {})
    core.emit('list.changed', progress(5))
    await vi.waitFor(() => expect(revisions).toEqual([5]), WAIT)
  })
})

describe('the port of the web host', () => {
  it('is the next free one when the default is taken, with a note', async () => {
    const blocker = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => blocker.once('listening', resolve))
    web.onEnd(() => new Promise((resolve) => blocker.close(() => resolve())))
    const taken = (blocker.address() as { port: number }).port
    const notes: string[] = []
    const options = {
      attach: createTestCore().attach,
      rendererDir: web.rendererDir,
      log: (line: string) => notes.push(line),
    }
    const host = await startOnFreePort({ ...options, port: null }, taken)
    web.onEnd(host.stop)
    expect(host.port).toBeGreaterThan(taken)
    expect(notes).toEqual([`Port ${taken} is in use; taking ${host.port} instead.`])
    await expect(startOnFreePort({ ...options, port: taken })).rejects.toMatchObject({
      code: 'port_in_use',
      message: expect.stringContaining(`Port ${taken} is in use.`),
    })
  })
})
