import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ListWindow } from '#shared/model.ts'
import { useRedis } from '../../../test/redis.ts'
import { SessionList } from './session-list.ts'

const redis = useRedis()
let list: SessionList | null = null
afterEach(() => list?.stop())

const MINUTE = 60_000
const timestamp = (ago: number) => new Date(Date.now() - ago).toISOString()
const session = (idle: number, age = idle) => ({
  created_at: timestamp(age),
  last_accessed_at: timestamp(idle),
  session_ttl: '1000',
})

/** Keys that differ in all that a filter can ask for. */
async function fill(): Promise<void> {
  const { client } = redis
  await client.hset('s:ada', {
    ...session(10 * MINUTE, 3 * 24 * 60 * MINUTE),
    username: 'Ada Lovelace',
    theme: 'dark',
    visits: '12',
    cart: JSON.stringify({ items: [1, 2, 3, 4], total: 9.5, gift: true }),
  })
  await client.hset('s:grace', {
    ...session(1000),
    username: 'grace',
    theme: 'light',
    visits: '9',
    cart: '{}',
  })
  await client.hset('s:guest', { ...session(3000), 'cart.items': '7', note: 'x'.repeat(20_000) })
  await client.hset('s:broken', { created_at: 'never', cart: '{"items":' })
  await client.set('s:text', 'ada')
  await client.expire('s:ada', 50)
  await client.expire('s:grace', 900)
  await client.expire('s:guest', 400)
}

async function open(): Promise<SessionList> {
  const made = new SessionList({
    client: redis.connect(),
    prefix: 's:',
    clock: Date.now,
    onChange: () => {},
    onError: (error) => expect.unreachable(String(error)),
  })
  list = made
  await made.start(null)
  return made
}

const look = (from: SessionList, filter: string): Promise<ListWindow> =>
  from.window(
    {
      prefix: 's:',
      columns: ['username'],
      filter,
      sort: { by: 'id', direction: 'ascending' },
      offset: 0,
      limit: 100,
    },
    list ?? {},
  )

/** The ids that match, once all has been read for the filter. */
async function matches(from: SessionList, filter: string): Promise<readonly unknown[]> {
  await vi.waitFor(async () => {
    const { phase, reading, filterProblem } = await look(from, filter)
    expect([filterProblem, phase, reading]).toEqual([null, 'complete', null])
  }, 10_000)
  return (await look(from, filter)).rows.map(({ id }) => id)
}

describe('the filter of a list', () => {
  it('finds what was asked for, of fields that the list shows and of those that it does not', async () => {
    await fill()
    const opened = await open()
    const expected: Readonly<Record<string, readonly string[]>> = {
      '': ['ada', 'broken', 'grace', 'guest', 'text'],
      ada: ['ada'],
      'LOVE gr': [],
      'a -gr': ['ada'],
      'user:ada | user:grace': ['ada', 'grace'],
      '"ada lovelace"': ['ada'],
      'id:g': ['grace', 'guest'],
      'id=ada': ['ada'],
      'theme:dark': ['ada'],
      '-theme:dark': ['broken', 'grace', 'guest', 'text'],
      'theme=Light': ['grace'],
      'visits>9': ['ada'],
      'visits>=9': ['ada', 'grace'],
      'visits!=9': ['ada'],
      'ttl<60': ['ada'],
      'ttl>=1m': ['grace', 'guest'],
      'no:ttl': ['broken', 'text'],
      'has:ttl -has:username': ['guest'],
      'idle>5m': ['ada'],
      'age>2d': ['ada'],
      'size>4kb': ['guest'],
      'has:cart': ['ada', 'broken', 'grace'],
      'no:cart': ['guest', 'text'],
      'cart.items>3': ['ada', 'guest'],
      'cart.total=9.5 cart.gift=true': ['ada'],
      'has:cart.constructor': [],
      'is:active': ['grace'],
      'is:idle': ['guest'],
      'is:expiring': ['ada'],
      'is:foreign': ['text'],
      '-is:session': ['broken', 'text'],
    }
    const found: Record<string, readonly unknown[]> = {}
    for (const filter of Object.keys(expected)) found[filter] = await matches(opened, filter)
    expect(found).toEqual(expected)
  })

  it('says what it reads for a filter, and that it was stopped', async () => {
    const pipeline = redis.client.pipeline()
    for (let i = 0; i < 20_000; i += 1)
      pipeline.hset(`s:${i}`, { ...session(0), theme: i % 2 ? 'dark' : 'light' })
    await pipeline.exec()
    const opened = await open()
    await matches(opened, '')
    opened.setGentle(true)
    const { reading, matched } = await look(opened, 'theme:dark')
    expect(reading).toMatchObject({ fields: ['theme'], total: 20_000, phase: 'scanning' })
    expect(matched).toBeLessThan(10_000)
    opened.setReading(false)
    expect((await look(opened, 'theme:dark')).reading).toMatchObject({ phase: 'stopped' })
    opened.setGentle(false)
    opened.setReading(true)
    expect(await matches(opened, 'theme:dark')).toHaveLength(100)
    expect((await look(opened, 'theme:dark')).matched).toBe(10_000)
  })

  it('follows the time, also where no row changes', async () => {
    await redis.client.hset('s:soon', session(0))
    await redis.client.pexpire('s:soon', 62_000)
    const opened = await open()
    expect(await matches(opened, 'ttl<60')).toEqual([])
    const { revision } = opened.progress
    await vi.waitFor(async () => expect((await look(opened, 'ttl<60')).matched).toBe(1), 10_000)
    expect(opened.progress.revision).toBeGreaterThan(revision)
  })

  it('says where it cannot be read, and matches nothing then', async () => {
    await redis.client.hset('s:one', session(0))
    const opened = await open()
    expect(await look(opened, 'ttl<5x')).toMatchObject({
      matched: 0,
      rows: [],
      filterProblem: { at: 5, length: 1 },
    })
  })
})
