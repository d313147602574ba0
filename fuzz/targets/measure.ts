import { setTimeout as wait } from 'node:timers/promises'
import type { Redis } from 'ioredis'

/** What a process holds on to, after garbage was collected. */
export interface Measure {
  /** Bytes of the heap that are in use, and of buffers outside of it. */
  readonly heap: number
  readonly rss: number
  /** Timers, sockets, servers and the like, by kind. */
  readonly handles: Readonly<Record<string, number>>
  /** Connections that its Redis has, without the one that asks. */
  readonly redisClients: number
}

const GARBAGE_ROUNDS = 3

export async function measure(client: Redis): Promise<Measure> {
  const clients = (await client.client('LIST')) as string
  for (let round = 0; round < GARBAGE_ROUNDS; round += 1) {
    globalThis.gc?.()
    // What is finalised runs between two turns of the loop.
    await wait(20)
  }
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
  const handles: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1
  return {
    heap: heapUsed + arrayBuffers,
    rss,
    handles,
    redisClients: clients.trim().split('\n').length - 1,
  }
}
