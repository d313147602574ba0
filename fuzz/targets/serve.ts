import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { Redis } from 'ioredis'
import { findRedisServer, startRedisProcess } from '../../src/main/core/connection/redis-process.ts'
import type { Places } from '../places.ts'
import { type Measure, measure } from './measure.ts'

/** What a target does for the process that fuzzes it. */
export interface Served {
  /** Told to the fuzzer once. */
  readonly hello: unknown
  /** Does what an input says. */
  readonly take?: (input: unknown) => Promise<unknown>
  /** Gives up what the inputs have opened, so that what is left then is what leaked. */
  readonly settle: () => Promise<void>
}

export type ToTarget = { readonly measure: true } | { readonly input: unknown }
export type FromTarget =
  | { readonly hello: unknown }
  | { readonly measured: Measure }
  | { readonly result: unknown }
  | { readonly failed: string }

export interface TargetRedis {
  /** The target's own looks and changes. */
  readonly client: Redis
  readonly places: Places
}

/** The Redis of a target, and the servers that are none. */
export async function startPlaces(): Promise<TargetRedis> {
  const binary = await findRedisServer()
  if (binary === null) throw new Error('No redis-server is on the PATH. Install Redis or Valkey.')
  const redis = await startRedisProcess(binary.path, ['--notify-keyspace-events', 'KA'])
  const client = new Redis({ host: redis.host, port: redis.port })
  client.on('error', () => {})
  const sockets = new Set<Socket>()
  const silent = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
  })
  const http = createHttpServer((_, response) => response.end('no Redis'))
  const taken = createServer()
  const places = {
    redis: redis.port,
    silent: await listen(silent),
    http: await listen(http),
    closed: await listen(taken),
  }
  await new Promise((resolve) => taken.close(resolve))
  return { client, places }
}

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  )

/** Answers the fuzzer until it hangs up. What nobody catches ends this process, which the fuzzer takes for a crash. */
export function serve(served: Served, client: Redis): void {
  const tell = (message: FromTarget) => process.send?.(message)
  process.on('message', (message: ToTarget) => {
    const work =
      'measure' in message
        ? served.settle().then(async () => ({ measured: await measure(client) }))
        : Promise.resolve(served.take?.(message.input)).then((result) => ({ result }))
    work.then(tell, (error: unknown) =>
      tell({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    )
  })
  process.on('disconnect', () => process.exit())
  tell({ hello: served.hello })
}
