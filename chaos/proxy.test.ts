import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { startProxy } from './proxy.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A server that says what it hears, behind a proxy. */
async function echoing() {
  const server = createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => new Promise((resolve) => server.close(resolve)))
  const proxy = await startProxy((server.address() as AddressInfo).port)
  cleanups.push(() => proxy.stop())
  const socket = connect(proxy.port, '127.0.0.1').on('error', () => {})
  await once(socket, 'connect')
  return { proxy, socket }
}

it('keeps the order of what it delays, also while the link changes', async () => {
  const { proxy, socket } = await echoing()
  let heard = ''
  socket.setEncoding('latin1').on('data', (text: string) => {
    heard += text
  })
  const said: string[] = []
  for (let number = 0; number < 400; number += 1) {
    if (number % 100 === 0) proxy.shape(number % 200 === 0 ? { latency: 5, bandwidth: 1e6 } : null)
    const text = `${number};`
    said.push(text)
    socket.write(text)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await expect.poll(() => heard).toBe(said.join(''))
})

it('refuses and cuts while it is closed, and takes connections again on the same port', async () => {
  const { proxy, socket } = await echoing()
  const cut = once(socket, 'error')
  await proxy.close()
  expect(await cut).toMatchObject([{ code: 'ECONNRESET' }])
  const [refused] = await once(connect(proxy.port, '127.0.0.1'), 'error')
  expect(refused).toMatchObject({ code: 'ECONNREFUSED' })
  await proxy.open()
  await once(
    connect(proxy.port, '127.0.0.1').on('error', () => {}),
    'connect',
  )
})
