import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CallName } from '#shared/contract.ts'
import { AppError } from '#shared/errors.ts'
import { LIMITS } from '#shared/model.ts'
import type { Attach, TabbedTransport } from '#shared/transport.ts'
import { APP_INFO, createTestCore, progress, type TestCore } from './test-core.ts'

/** Milliseconds to wait for what comes by itself: far more than it takes, for a machine that is busy. */
export const WAIT = 10_000

export interface OpenTransport {
  readonly transport: TabbedTransport
  /** Ends the client; its endpoint closes with it. */
  close(): Promise<void>
}

/** What every transport must do, whatever carries it. */
export function describeTransport(name: string, open: (attach: Attach) => Promise<OpenTransport>): void {
  describe(`the transport over ${name}`, () => {
    let core: TestCore
    let opened: OpenTransport
    let transport: TabbedTransport
    beforeEach(async () => {
      core = createTestCore()
      opened = await open(core.attach)
      transport = opened.transport
      await transport.invoke('app.info', {})
    })
    afterEach(() => opened.close())

    const rejection = async (call: Promise<unknown>): Promise<AppError> => {
      const error = await call.then(
        () => null,
        (reason: unknown) => reason,
      )
      expect(error).toBeInstanceOf(AppError)
      return error as AppError
    }
    const echo = (field: string | { base64: string }) =>
      transport.invoke('session.readField', { prefix: 'session:', id: 'a', field })

    it('answers a call with the value of the core', async () => {
      expect(await transport.invoke('app.info', {})).toEqual(APP_INFO)
      expect(await transport.invoke('session.watch', null)).toBeNull()
    })

    it('rejects with the code, the message and the details of an expected failure', async () => {
      const error = await rejection(transport.invoke('connection.connect', { host: 'nowhere' }))
      expect(error).toMatchObject({
        code: 'unreachable',
        message: 'Nothing listens there. Start a Redis.',
        details: { port: 6379 },
      })
    })

    it('keeps the cause of an unexpected failure on the side of the core', async () => {
      const error = await rejection(transport.invoke('demo.stop', {}))
      expect(error.code).toBe('internal')
      expect(error.message).not.toContain('stack')
      expect(core.reported).toHaveLength(1)
    })

    it('refuses calls that the contract does not have', async () => {
      for (const unknown of ['app.quit', '', '__proto__', 'constructor', 'app.info ']) {
        const error = await rejection(transport.invoke(unknown as 'app.info', {}))
        expect(error.code).toBe('unknown_call')
      }
    })

    it('refuses arguments that do not follow the schema, naming where', async () => {
      const malformed: [CallName, unknown][] = [
        ['app.info', null],
        ['app.info', { surplus: 1 }],
        ['list.stopScan', undefined],
        ['list.stopScan', { prefix: 7 }],
        ['list.stopScan', { prefix: '\ud800' }],
        ['session.watch', { prefix: 'p', id: { base64: '%' } }],
        ['demo.start', { port: 1e9, prefix: 'p', ttl: 1 }],
        ['list.addSamples', { prefix: 'p', count: Number.NaN }],
      ]
      for (const [call, arg] of malformed) {
        const error = await rejection(transport.invoke(call as 'app.info', arg as Record<string, never>))
        expect([call, arg, error.code]).toEqual([call, arg, 'invalid_argument'])
      }
    })

    it('carries the largest value both ways, also when every byte of it is a control character', async () => {
      for (const largest of ['\u0000'.repeat(LIMITS.valueBytes), '語'.repeat(LIMITS.valueBytes / 4)]) {
        expect((await echo(largest)) === largest).toBe(true)
      }
    })

    it('carries text and bytes as they are', async () => {
      for (const field of ['', '  ', 'ünïcödé 🗝️ \u2028\u2029', '{"id":1}', { base64: 'AP+AgQ==' }]) {
        expect(await echo(field)).toEqual(field)
      }
    })

    it('answers each of many calls under way at once with its own value', async () => {
      const values = Array.from({ length: 60 }, (_, index) => `value ${index}`)
      expect(await Promise.all(values.map(echo))).toEqual(values)
    })

    it('lets a quick call overtake a slow one', async () => {
      const order: string[] = []
      const slow = transport.invoke('list.rescan', { prefix: 'p' }).then(() => order.push('slow'))
      await transport.invoke('app.info', {}).then(() => order.push('quick'))
      await transport.invoke('list.resumeScan', { prefix: 'p' })
      await slow
      expect(order).toEqual(['quick', 'slow'])
    })

    it('delivers events to the listeners of their name, in the order in which they were sent', async () => {
      const revisions: number[] = []
      const others = vi.fn()
      transport.on('list.changed', ({ revision }) => revisions.push(revision))
      transport.on('demo.changed', others)
      const sent = Array.from({ length: 500 }, (_, index) => index)
      for (const revision of sent) core.emit('list.changed', progress(revision))
      await vi.waitFor(() => expect(revisions).toEqual(sent), WAIT)
      expect(others).not.toHaveBeenCalled()
    })

    it('ends a subscription without touching the others', async () => {
      const [ended, kept] = [vi.fn(), vi.fn()]
      const end = transport.on('list.changed', ended)
      transport.on('list.changed', kept)
      end()
      end()
      core.emit('list.changed', progress(1))
      await vi.waitFor(() => expect(kept).toHaveBeenCalledExactlyOnceWith(progress(1)), WAIT)
      expect(ended).not.toHaveBeenCalled()
    })

    it('takes one listener given twice for two subscriptions', async () => {
      const listener = vi.fn()
      const endFirst = transport.on('list.changed', listener)
      transport.on('list.changed', listener)
      endFirst()
      core.emit('list.changed', progress(1))
      await vi.waitFor(() => expect(listener).toHaveBeenCalledOnce(), WAIT)
    })

    it('carries the number of the tab with each call', async () => {
      await transport.tab(3).invoke('app.info', {})
      await transport.tab(0).invoke('app.info', {})
      await transport.tab(12).invoke('session.watch', null)
      expect(core.tabs.slice(-3)).toEqual([3, 0, 12])
    })

    it('delivers an event to the listeners of its tab alone', async () => {
      const [first, third] = [vi.fn(), vi.fn()]
      transport.tab(0).on('list.changed', first)
      transport.tab(3).on('list.changed', third)
      core.emit('list.changed', progress(1), 3)
      core.emit('list.changed', progress(2))
      core.emit('list.changed', progress(3), 4)
      core.emit('list.changed', progress(4), 3)
      await vi.waitFor(() => expect(third).toHaveBeenCalledTimes(2), WAIT)
      expect(third.mock.calls).toEqual([[progress(1)], [progress(4)]])
      expect(first.mock.calls).toEqual([[progress(2)]])
    })

    it('says nothing more to a tab that is released, and hears what belongs to none all the same', async () => {
      const [own, link, whole] = [vi.fn(), vi.fn(), vi.fn()]
      transport.tab(0).on('list.changed', own)
      transport.tab(0).onLink(link)
      transport.on('tabs.changed', whole)
      transport.release(0)
      core.emit('list.changed', progress(1))
      core.emit('tabs.changed', [])
      await vi.waitFor(() => expect(whole).toHaveBeenCalledExactlyOnceWith([]), WAIT)
      expect(own).not.toHaveBeenCalled()
      expect(link).toHaveBeenCalledExactlyOnceWith(true)
    })

    it('says at once whether the host can be reached', () => {
      const listener = vi.fn()
      transport.onLink(listener)()
      expect(listener).toHaveBeenCalledExactlyOnceWith(true)
    })

    it("closes the core's endpoint when the client goes", async () => {
      expect(core.clients()).toEqual({ open: 1, closed: 0 })
      await opened.close()
      await vi.waitFor(() => expect(core.clients()).toEqual({ open: 0, closed: 1 }), WAIT)
    })
  })
}
