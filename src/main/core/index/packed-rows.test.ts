import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { useRedis } from '../../../test/redis.ts'
import { DecoderClient } from '../formats/decoder-client.ts'
import {
  aspnet,
  php,
  python,
  ruby,
  spring,
  springMarkers,
  storedString,
} from '../formats/testing/fixtures.ts'
import { fieldColumn, readPlan, SIZE_COLUMN } from './columns.ts'
import { KeyReader, type RowDecoder } from './key-reader.ts'
import type { KeptReply } from './packed-rows.ts'
import type { FreshRow } from './row-table.ts'

const redis = useRedis()
const decoder = new DecoderClient({ makesRows: true })
// From then on it is ready, and rows are left to it.
beforeAll(() => decoder.decode(storedString('sess:a', '{}')))
afterAll(() => decoder.stop())

/** As a decoder that is ready. */
const TAKES = { takesRows: true, expectRows() {} }

const TIME = '2026-04-02T12:34:56+00:00'
const OWN = { created_at: TIME, last_accessed_at: TIME, session_ttl: '60', username: 'ada' }
const cookie = { originalMaxAge: 600_000, expires: '2026-04-02T12:34:56.000Z', httpOnly: true, path: '/' }
/** None ends, so that each reading finds the same moments. */
beforeEach(async () => {
  const pipeline = redis.client.pipeline()
  for (let number = 0; number < 400; number += 1) {
    pipeline.hset(`session:own${number}`, OWN)
    const user = number % 3 === 0 ? 'grâce' : 'grace'
    pipeline.set(`session:sess:${number}`, JSON.stringify({ cookie, passport: { user }, number }))
  }
  for (const [name, value] of Object.entries(php)) pipeline.set(`session:PHPREDIS_SESSION:${name}`, value)
  for (const [name, { value }] of Object.entries({ ...python, ...ruby }))
    pipeline.set(`session:${name}`, value)
  for (const [name, fields] of Object.entries(spring))
    pipeline.hset(`session:spring:session:sessions:${name}`, fields)
  for (const [name, value] of Object.entries(springMarkers)) pipeline.set(`session:${name}`, value)
  pipeline.hset('session:aspnet', aspnet.sliding)
  pipeline.hset('session:fragment', { username: Buffer.from([0xff, 0xfe]) })
  pipeline.set('session:\u00ff', 'text')
  pipeline.rpush('session:list', 'a')
  for (const [error] of (await pipeline.exec()) ?? []) expect(error).toBeNull()
})

async function scan(columns: Parameters<typeof readPlan>[0], rowDecoder?: RowDecoder): Promise<FreshRow[]> {
  const { client } = redis
  const reader = new KeyReader({ client, prefix: 'session:', clock: () => 1_000_000, decoder: rowDecoder })
  const rows: FreshRow[] = []
  const batches: Promise<void>[] = []
  for (let cursor: string | null = '0'; cursor !== null; ) {
    await new Promise<void>((answered) => {
      const batch = reader.scan(cursor ?? '0', 50, readPlan(columns), {
        answered(reply) {
          cursor = reply.cursor === '0' ? null : reply.cursor
          answered()
        },
        take: (result) => void rows.push(...result.rows),
      })
      batches.push(batch)
    })
  }
  await Promise.all(batches)
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** What is left out says the same as what is nothing. */
const whole = (row: FreshRow) => ({
  ...row,
  format: row.format ?? null,
  pending: row.pending ?? false,
  inside: row.inside ?? null,
  left: row.left ?? Number.NaN,
})
const cells = (row: FreshRow, width: number) =>
  Array.from({ length: width }, (_, at) => row.cells[at] ?? null)

describe.each([
  ['the fields of our own', [fieldColumn('username')]],
  ['a field and the memory', [fieldColumn('username'), SIZE_COLUMN]],
])('rows made by the worker, with %s', (_, columns) => {
  it('are those that are made here', async () => {
    const asked: (number | null)[] = []
    const rows = async (reply: KeptReply) => {
      const packed = await decoder.rows(reply)
      asked.push(packed?.count ?? null)
      return packed
    }
    const [here, there] = [
      await scan(columns),
      await scan(columns, { ...TAKES, rows, summarise: (all) => decoder.summarise(all) }),
    ]
    expect(there.map(whole).map((row) => ({ ...row, cells: cells(row, columns.length) }))).toEqual(
      here.map(whole).map((row) => ({ ...row, cells: cells(row, columns.length) })),
    )
    expect(new Set(there.map(({ format }) => format?.id)).size).toBeGreaterThan(6)
    expect(asked).not.toContain(null)
    expect(asked.reduce<number>((sum, count) => sum + (count ?? 0), 0)).toBe(
      // A fragment, of which nothing tells of a library, is none of theirs either.
      there.length - 401,
    )
  })

  it('are made here where the worker cannot be asked', async () => {
    const stopped = new DecoderClient({ makesRows: true })
    await stopped.stop()
    const ends = {
      ...TAKES,
      rows: stopped.rows.bind(stopped),
      summarise: stopped.summarise.bind(stopped),
    }
    expect((await scan(columns, ends)).map(({ id }) => id)).toEqual((await scan(columns)).map(({ id }) => id))
  })
})

it('share one text where they say the same', async () => {
  const rows = await scan([fieldColumn('username')], decoder)
  const users = rows.filter(({ id }) => id.startsWith('sess:')).map(({ cells: [user] }) => user)
  expect(users).toHaveLength(400)
  expect(new Set(users)).toEqual(new Set(['grace', 'grâce']))
})
