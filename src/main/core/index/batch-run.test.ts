import type { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { useRedis } from '../../../test/redis.ts'
import { BatchRun, type Pass } from './batch-run.ts'
import { readPlan } from './columns.ts'
import { KeyReader } from './key-reader.ts'
import { Pace } from './pace.ts'

const redis = useRedis()
const SET = { plan: readPlan([]), places: [], stamp: 1 }
const keys = (first: number, count: number) => Array.from({ length: count }, (_, i) => `session:${first + i}`)

async function addKeys(first: number, count: number): Promise<void> {
  await redis.client.mset(keys(first, count).flatMap((key) => [key, '']))
}

interface Run {
  readonly alone: boolean
  readonly client?: Redis
  /** Called with the number of batches taken in. */
  readonly meanwhile?: (batches: number) => void
  readonly more?: (batches: number) => boolean
}

async function scan({ alone, client = redis.client, meanwhile, more = () => true }: Run, pass = freshPass()) {
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

const freshPass = (): Pass => ({ number: 1, cursor: '0', scanned: 0, done: false })

describe.each([
  ['alone on the server', true],
  ['beside other clients', false],
])('a run of batches %s', (_, alone) => {
  it('meets every key, and each once while the table stays as it is', async () => {
    await addKeys(0, 20_000)
    const { ids, pass } = await scan({ alone })
    expect(ids).toHaveLength(20_000)
    expect(new Set(ids).size).toBe(20_000)
    expect(pass).toMatchObject({ done: true, cursor: '0' })
  })

  it('meets every key that lived throughout, while the table grows and shrinks', async () => {
    await addKeys(0, 20_000)
    let resized: Promise<unknown> = Promise.resolve()
    const { ids } = await scan({
      alone,
      meanwhile(batches) {
        if (batches === 3) resized = addKeys(20_000, 60_000)
        if (batches === 30) resized = redis.client.unlink(keys(20_000, 60_000))
      },
    })
    await resized
    const met = new Set(ids)
    expect(Array.from({ length: 20_000 }, (_, id) => String(id)).filter((id) => !met.has(id))).toEqual([])
  })

  it('goes on where it was left off', async () => {
    await addKeys(0, 20_000)
    const first = await scan({ alone, more: (batches) => batches < 10 })
    expect(first.pass.done).toBe(false)
    expect(first.pass.scanned).toBeGreaterThan(0)
    const second = await scan({ alone }, first.pass)
    expect(second.pass.done).toBe(true)
    expect(new Set([...first.ids, ...second.ids]).size).toBe(20_000)
  })

  it('fails with what the server says', async () => {
    await addKeys(0, 20_000)
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
})
