import { EventEmitter } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { contract } from '#shared/contract.ts'
import { EVENT_CHANNEL, INVOKE_CHANNEL } from '#shared/ipc.ts'
import type { Attach } from '#shared/transport.ts'
import { createBridge, type RendererIpc } from '../../../preload/bridge.ts'
import { createElectronTransport } from '../../../renderer/src/transport/electron.ts'
import { createTestCore, progress } from '../../../test/test-core.ts'
import { describeTransport } from '../../../test/transport-suite.ts'
import { createIpcHost, type Sender } from './ipc.ts'

const NAMES = { calls: Object.keys(contract.calls), events: Object.keys(contract.events) }
const ORIGIN = 'app://inspector'
const FORBIDDEN = expect.objectContaining({ ok: false, code: 'forbidden' })

/** What crosses Electron's IPC is cloned as structured data, not as JSON. */
class Wire extends EventEmitter implements Sender {
  destroyed = false
  isDestroyed() {
    return this.destroyed
  }
  send(channel: string, ...args: unknown[]) {
    this.emit(channel, {}, ...structuredClone(args))
  }
}

function openWindow(attach: Attach, senderFrame: object | null = { origin: ORIGIN, parent: null }) {
  const host = createIpcHost(attach, ORIGIN)
  const sender = new Wire()
  const call = async (name: unknown, arg: unknown, frame: typeof senderFrame = senderFrame, tab?: unknown) =>
    host.invoke({ sender, senderFrame: frame as { origin: string; parent: null } | null }, name, arg, tab)
  const ipc: RendererIpc = {
    async invoke(channel, name, arg, tab) {
      expect(channel).toBe(INVOKE_CHANNEL)
      const sent = structuredClone([name, arg, tab])
      return structuredClone(await call(sent[0], sent[1], senderFrame, sent[2]))
    },
    on: (channel, listener) => sender.on(channel, listener),
  }
  host.admit(sender)
  return { host, sender, call, bridge: createBridge(ipc, NAMES) }
}

describeTransport('the IPC of Electron', async (attach) => {
  const { host, sender, bridge } = openWindow(attach)
  return {
    transport: createElectronTransport(bridge),
    close: async () => host.release(sender),
  }
})

describe('the IPC host', () => {
  it.each([
    ['a frame inside the page', { origin: ORIGIN, parent: { origin: ORIGIN, parent: null } }],
    ['another site', { origin: 'https://example.com', parent: null }],
    ['a page that only looks like ours', { origin: 'app://inspector.example.com', parent: null }],
    ['an opaque origin', { origin: 'null', parent: null }],
    ['a frame that has gone', null],
  ])('refuses a call from %s', async (_from, frame) => {
    const { call } = openWindow(createTestCore().attach)
    expect(await call('app.info', {}, frame)).toEqual(FORBIDDEN)
  })

  it('refuses a window that was not let in, and one that has closed', async () => {
    const { host, sender, call } = openWindow(createTestCore().attach)
    const stranger = { sender: new Wire(), senderFrame: { origin: ORIGIN, parent: null } }
    expect(await host.invoke(stranger, 'app.info', {})).toEqual(FORBIDDEN)
    host.release(sender)
    expect(await call('app.info', {})).toEqual(FORBIDDEN)
  })

  it('answers malformed calls, whatever their types', async () => {
    const { call } = openWindow(createTestCore().attach)
    const odd = [undefined, null, 7, Symbol.iterator, {}, [], new Date(), new Map(), () => {}, '']
    for (const name of odd) {
      for (const arg of odd) expect(await call(name, arg)).toMatchObject({ ok: false })
    }
  })

  it('sends nothing to a window that has been destroyed', () => {
    const core = createTestCore()
    const { sender } = openWindow(core.attach)
    const sent = vi.spyOn(sender, 'send')
    sender.destroyed = true
    core.emit('list.changed', progress(1))
    expect(sent).not.toHaveBeenCalled()
  })

  it('hands what was chosen in the menu to the windows that it let in', () => {
    const { host, sender } = openWindow(createTestCore().attach)
    const sent = vi.spyOn(sender, 'send')
    host.choose(sender, { item: 'nextTab' })
    expect(sent.mock.calls).toEqual([[EVENT_CHANNEL, 'menu.chosen', { item: 'nextTab' }, 0]])
    const stranger = new Wire()
    const heard = vi.spyOn(stranger, 'send')
    host.choose(stranger, { item: 'nextTab' })
    expect(heard).not.toHaveBeenCalled()
  })

  it('gives a reloaded page an endpoint of its own', async () => {
    const core = createTestCore()
    const { host, sender, call } = openWindow(core.attach)
    host.renew(sender)
    expect(core.clients()).toEqual({ open: 1, closed: 1 })
    expect(await call('app.info', {})).toMatchObject({ ok: true })
    host.release(sender)
    host.renew(sender)
    expect(core.clients()).toEqual({ open: 0, closed: 2 })
  })
})

describe('the bridge', () => {
  it('passes on no name that the contract does not have', async () => {
    const { bridge, host } = openWindow(createTestCore().attach)
    const invoked = vi.spyOn(host, 'invoke')
    expect(await bridge.invoke('app.quit', {})).toMatchObject({ ok: false, code: 'unknown_call' })
    expect(invoked).not.toHaveBeenCalled()
    expect(() => bridge.on('app.secret', () => {})).toThrow("no event 'app.secret'")
  })

  it("keeps Electron's event object to itself", () => {
    const core = createTestCore()
    const { bridge } = openWindow(core.attach)
    const listener = vi.fn()
    bridge.on('list.changed', listener)
    core.emit('list.changed', progress(3))
    core.emit('list.changed', progress(4), 7)
    expect(listener.mock.calls).toEqual([
      [progress(3), 0],
      [progress(4), 7],
    ])
  })
})
