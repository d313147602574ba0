import { createServer, type Socket } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import { useRedis } from '../../../test/redis.ts'
import { resolveTarget } from '../connection/target.ts'
import { ListRegistry } from './list-registry.ts'

const redis = useRedis()
const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0).reverse()) close()
})

function openRegistry(port: number) {
  const onNotPushed = vi.fn()
  const registry = new ListRegistry(
    {
      client: redis.client,
      target: resolveTarget({ port }),
      facts: {
        server: { product: 'Redis', version: '7.0.15', mode: 'standalone', role: 'master', writable: true },
        address: null,
        notify: 'AK',
        missing: [],
      },
      live: 'notifications',
    },
    { clock: Date.now, onError: (error) => expect.unreachable(String(error)), onNotPushed },
  )
  closers.push(() => registry.stop())
  return { registry, onNotPushed }
}

it('begins no list any more once the connection is given up', async () => {
  const { registry } = openRegistry(redis.client.options.port ?? 0)
  await registry.use('session:', {}, () => {})
  registry.stop()
  await expect(registry.use('app:', {}, () => {})).rejects.toMatchObject({ code: 'not_connected' })
  expect(registry.get('app:')).toBeUndefined()
})

it('does not call the next connection a polled one when the feed of the last one fails late', async () => {
  const sockets: Socket[] = []
  const silent = createServer((socket) => sockets.push(socket))
  closers.push(() => silent.close())
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const { port } = silent.address() as { port: number }
  const [given, kept] = [openRegistry(port), openRegistry(port)]
  await vi.waitFor(() => expect(sockets).toHaveLength(2))
  given.registry.stop()
  for (const socket of sockets) socket.destroy()
  await vi.waitFor(() => expect(kept.onNotPushed).toHaveBeenCalledOnce())
  expect(given.onNotPushed).not.toHaveBeenCalled()
})
