import type { Redis } from 'ioredis'
import { describe, expect, it, vi } from 'vitest'
import { type TestRedis, useRedisServer } from '../../../test/redis.ts'
import { SERVER_KINDS } from '../../../test/redis-servers.ts'
import { freePort } from '../connection/redis-process.ts'
import { BatchRun } from './batch-run.ts'
import { readPlan } from './columns.ts'
import { KeyReader } from './key-reader.ts'
import { Pace } from './pace.ts'
import { ScanPass } from './scan-pass.ts'

const SET = { plan: readPlan([]), places: [], stamp: 1 }
const keys = (first: number, count: number) => Array.from({ length: count }, (_, i) => `session:${first + i}`)

async function addKeys({ client }: TestRedis, first: number, count: number): Promise<void> {
  await client.mset(keys(first, count).flatMap((key) => [key, '']))
}

interface Run {
  readonly client: Redis
  readonly alone: boolean
  /** Called with the number of batches taken in. */
  readonly meanwhile?: (batches: number) => void
  readonly more?: (batches: number) => boolean
}

async function scan({ alone, client, meanwhile, more = () => true }: Run, pass = new ScanPass()) {
  const pace = new Pace()
  pace.alone = alone
  const ids: string[] = []
  let batches = 0
  await new BatchRun({
    reader: new KeyReader({ client, prefix: 'session:', clock: Date.now }),
    pace,
    pass,
    readSet: () => SET,
    more: () => more(batches),
    take({ rows }) {
      for (const { id } of rows) ids.push(id)
      batches += 1
      meanwhile?.(batches)
    },
  }).run()
  return { ids, pass }
}

const MANNERS = [
  ['alone on the server', true],
  ['beside other clients', false],
] as const
const RUNS = SERVER_KINDS.flatMap((kind) =>
  MANNERS.map(([name, alone]) => ({ ...kind, manner: name, alone })),
)

for (const { name, binary, missing, manner, alone } of RUNS)
  describe.skipIf(missing !== null)(
    `a run of batches on ${name}${missing === null ? '' : ` (${missing})`}, ${manner}`,
    () => {
      const redis = useRedisServer(binary)
      const run = (options: Omit<Run, 'alone' | 'client'> = {}, pass = new ScanPass()) =>
        scan({ client: redis.client, alone, ...options }, pass)

      it('meets every key, and few of them twice while the table stays as it is', async () => {
        await addKeys(redis, 0, 20_000)
        const { ids, pass } = await run()
        expect(new Set(ids).size).toBe(20_000)
        // Where parts are scanned side by side, one ends within the beginning of the next.
        expect(ids.length).toBeLessThan(alone ? 22_000 : 20_001)
        expect(pass.done).toBe(true)
      })

      it('meets every key that lived throughout, while the table grows and shrinks', async () => {
        await addKeys(redis, 0, 20_000)
        let resized: Promise<unknown> = Promise.resolve()
        const { ids } = await run({
          meanwhile(batches) {
            if (batches === 3) resized = addKeys(redis, 20_000, 60_000)
            if (batches === 30) resized = redis.client.unlink(keys(20_000, 60_000))
          },
        })
        await resized
        const met = new Set(ids)
        expect(Array.from({ length: 20_000 }, (_, id) => String(id)).filter((id) => !met.has(id))).toEqual([])
      })

      it('goes on where it was left off', async () => {
        await addKeys(redis, 0, 20_000)
        const first = await run({ more: (batches) => batches < 10 })
        expect(first.pass.done).toBe(false)
        expect(first.pass.scanned).toBeGreaterThan(0)
        const second = await run({}, first.pass)
        expect(second.pass.done).toBe(true)
        expect(new Set([...first.ids, ...second.ids]).size).toBe(20_000)
      })

      it('fails with what the server says', async () => {
        await addKeys(redis, 0, 20_000)
        const client = redis.connect()
        const scanning = scan({
          alone,
          client,
          meanwhile: (batches) => {
            if (batches === 3) client.disconnect()
          },
        })
        await expect(scanning).rejects.toMatchObject({ code: 'connection_lost' })
      })
    },
  )

const BUS = await freePort()
const { binary, missing } = SERVER_KINDS[1] ?? { binary: null, missing: 'there is no Redis 8.0' }
describe.skipIf(missing !== null)(
  `a run of batches on Redis 8.0${missing === null ? '' : ` (${missing})`}`,
  () => {
    const redis = useRedisServer(binary, '--cluster-enabled', 'yes', '--cluster-port', String(BUS))

    it('meets every key of a server whose cursors are no places in a table', async () => {
      await redis.client.cluster('ADDSLOTSRANGE', 0, 16_383)
      await vi.waitFor(
        async () => expect(await redis.client.cluster('INFO')).toMatch('cluster_state:ok'),
        10_000,
      )
      const pipeline = redis.client.pipeline()
      for (const key of keys(0, 20_000)) pipeline.set(key, '')
      await pipeline.exec()
      const { ids, pass } = await scan({ client: redis.client, alone: true })
      expect(pass.done).toBe(true)
      expect(new Set(ids).size).toBe(20_000)
    })
  },
)
