// What one would write by hand: a stream of SCAN, and for each key PTTL and HGETALL in a pipeline.
import { Redis } from 'ioredis'
import { PREFIX } from '../setup.ts'

const { host, port } = JSON.parse(process.argv[2] ?? '{}') as { readonly host: string; readonly port: number }
const client = new Redis({ host, port })
await client.ping()
const sessions = new Map<string, { readonly ttl: number; readonly fields: Record<string, string> }>()
const began = performance.now()
for await (const keys of client.scanStream({ match: `${PREFIX}*`, count: 1000 })) {
  const pipeline = client.pipeline()
  for (const key of keys as readonly string[]) pipeline.pttl(key).hgetall(key)
  const replies = (await pipeline.exec()) ?? []
  for (const [position, key] of (keys as readonly string[]).entries()) {
    const ttl = replies[2 * position]?.[1] as number
    sessions.set(key, { ttl, fields: replies[2 * position + 1]?.[1] as Record<string, string> })
  }
}
process.send?.({ complete: performance.now() - began, rows: sessions.size })
client.disconnect()
