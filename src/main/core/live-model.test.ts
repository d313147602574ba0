import { setTimeout as wait } from 'node:timers/promises'
import fc from 'fast-check'
import { Cluster, type Redis } from 'ioredis'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { bytesId } from '#shared/bytes.ts'
import type { ListWindow, SessionRow } from '#shared/model.ts'
import type { Endpoint } from '#shared/transport.ts'
import { useRedisServer } from '../../test/redis.ts'
import { SERVER_KINDS } from '../../test/redis-servers.ts'
import { useCluster } from '../../test/use-cluster.ts'
import { createInspector, type Inspector } from './services.ts'

const PREFIX = 's:'
const IDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
const TIME = '2026-04-02T12:34:56+00:00'
const SESSION = { created_at: TIME, last_accessed_at: TIME, session_ttl: '600' }

/** What others do to the keys while the inspector looks on. */
type Step =
  | { readonly does: 'create' | 'delete' | 'persist' | 'retype' | 'break'; readonly id: string }
  | { readonly does: 'edit'; readonly id: string; readonly value: string }
  | { readonly does: 'expire'; readonly id: string; readonly milliseconds: number }
  | { readonly does: 'rename'; readonly id: string; readonly to: string }
  | { readonly does: 'pause'; readonly milliseconds: number }
  | { readonly does: 'flush' | 'elsewhere' }

const id = fc.constantFrom(...IDS)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      does: fc.constantFrom(
        'create' as const,
        'create' as const,
        'delete' as const,
        'persist' as const,
        'retype' as const,
        'break' as const,
      ),
      id,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant('edit' as const),
      id,
      value: fc.constantFrom('ada', 'grace', 'ä', ''),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant('expire' as const),
      id,
      milliseconds: fc.constantFrom(1, 30, 250, 400_000, 500_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('rename' as const), id, to: id }) },
  {
    weight: 4,
    arbitrary: fc.record({ does: fc.constant('pause' as const), milliseconds: fc.constantFrom(0, 5, 60) }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constantFrom('flush' as const, 'elsewhere' as const) }) },
)

/** The servers that hold the keys. */
const mastersOf = (client: Redis | Cluster): readonly Redis[] =>
  client instanceof Cluster ? client.nodes('master') : [client]

async function take(client: Redis | Cluster, what: Step): Promise<unknown> {
  const key = 'id' in what ? PREFIX + what.id : ''
  switch (what.does) {
    case 'create':
      await client.del(key)
      return client.multi().hset(key, SESSION).expire(key, 600).exec()
    case 'edit':
      // A key of another type refuses it, which is no concern here.
      return client.hset(key, 'username', what.value).catch(() => {})
    case 'expire':
      return client.pexpire(key, what.milliseconds)
    case 'persist':
      return client.persist(key)
    case 'delete':
      return client.unlink(key)
    case 'rename':
      return client.rename(key, PREFIX + what.to).catch(() => {})
    case 'retype':
      return client.set(key, 'text')
    case 'break':
      return client.hdel(key, 'session_ttl').catch(() => {})
    case 'flush':
      return Promise.all(mastersOf(client).map((master) => master.flushdb()))
    case 'elsewhere':
      return client.hset('other:a', SESSION)
    case 'pause':
      return wait(what.milliseconds)
  }
}

const started: Inspector[] = []
afterEach(async () => {
  for (const inspector of started.splice(0)) await inspector.stop()
})

interface ListTarget {
  readonly port: number
  readonly deployment: 'standalone' | 'cluster'
}

/** A look at the list as a screen has it, from an inspector of its own. */
async function openList(target: ListTarget): Promise<() => Promise<ListWindow>> {
  const inspector = createInspector({ host: 'web', version: '1', redisUrl: null, log: () => {} })
  started.push(inspector)
  const endpoint: Endpoint = inspector.attach(() => {})
  const call = async (name: string, arg: unknown) => {
    const reply = await endpoint.dispatch(name, arg)
    if (!reply.ok) throw new Error(reply.message)
    return reply.value
  }
  await call('connection.connect', { host: '127.0.0.1', ...target })
  const look = async (offset: number) =>
    (await call('list.window', {
      prefix: PREFIX,
      columns: ['username'],
      filter: '',
      sort: { by: 'lastAccessedAt', direction: 'descending' },
      offset,
      limit: 500,
    })) as ListWindow
  return async () => {
    const first = await look(0)
    const rows: SessionRow[] = [...first.rows]
    while (rows.length < first.matched) {
      const { rows: more } = await look(rows.length)
      if (more.length === 0) break
      rows.push(...more)
    }
    return { ...first, rows }
  }
}

interface Seen {
  readonly matched: number
  readonly total: number
  readonly rows: readonly Omit<SessionRow, 'revision' | 'expiresAt'>[]
  readonly expiries: readonly (number | null)[]
}

/** What must agree: all but the inspector's own count of changes. */
function seen({ rows, matched, total }: ListWindow): Seen {
  const sorted = rows.toSorted((a, b) => (bytesId(a.id) < bytesId(b.id) ? -1 : 1))
  return {
    matched,
    total,
    rows: sorted.map(({ revision: _revision, expiresAt: _expiresAt, ...row }) => row),
    expiries: sorted.map(({ expiresAt }) => expiresAt),
  }
}

/** PTTL is relative, and read over a network: expiries agree to half a second. */
function expectSame({ expiries, ...live }: Seen, fresh: Seen): void {
  expect(live).toEqual({ matched: fresh.matched, total: fresh.total, rows: fresh.rows })
  const apart = expiries.map((expiresAt, position) => {
    const other = fresh.expiries[position] ?? null
    if (expiresAt === null || other === null) return expiresAt === other ? 0 : Number.POSITIVE_INFINITY
    return Math.abs(expiresAt - other)
  })
  expect(Math.max(0, ...apart)).toBeLessThan(500)
}

/** The list as an inspector sees it that has just come. */
async function freshList(target: ListTarget): Promise<Seen> {
  const look = await openList(target)
  await vi.waitFor(async () => expect((await look()).phase).toBe('complete'), 10_000)
  return seen(await look())
}

/** What the inspector looks at, and who else does. */
interface Place {
  readonly target: ListTarget
  readonly others: readonly (Redis | Cluster)[]
}

async function setNotifications({ others: [client] }: Place, live: string): Promise<void> {
  for (const master of client === undefined ? [] : mastersOf(client))
    await master.config('SET', 'notify-keyspace-events', live === 'polling' ? '' : 'KA')
}

async function keysOf({ others: [client] }: Place): Promise<readonly string[]> {
  const found = client === undefined ? [] : mastersOf(client).map((master) => master.keys(`${PREFIX}*`))
  return (await Promise.all(found)).flat().toSorted()
}

function compareWithFreshScans(place: () => Place): void {
  it.each([['notifications'], ['polling']])(
    'the live list by %s equals a fresh scan, whatever others did',
    { timeout: 120_000 },
    async (live) => {
      const { target, others } = place()
      await setNotifications(place(), live)
      const look = await openList(target)
      await look()
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 40, maxLength: 120 }), async (steps) => {
          for (const [at, each] of steps.entries()) await take(others[at % 2] as Redis, each)
          // What was to expire has done so.
          await wait(300)
          const fresh = await freshList(target)
          await vi.waitFor(async () => expectSame(seen(await look()), fresh), {
            timeout: 15_000,
            interval: 100,
          })
          expect(fresh.rows.map((row) => PREFIX + row.id)).toEqual(await keysOf(place()))
        }),
        { numRuns: 4, endOnFailure: true },
      )
    },
  )
}

describe('on a cluster', () => {
  const made = useCluster()
  compareWithFreshScans(() => ({
    target: { port: made.cluster.port, deployment: 'cluster' },
    others: [made.cluster.client, made.cluster.client],
  }))
})

for (const { name, binary, missing } of SERVER_KINDS) {
  describe.skipIf(missing !== null)(`on ${name}${missing === null ? '' : ` (skipped: ${missing})`}`, () => {
    const redis = useRedisServer(binary)

    let others: readonly Redis[] | undefined
    const target = () => ({ port: redis.port, deployment: 'standalone' }) as const
    compareWithFreshScans(() => {
      others ??= [redis.client, redis.connect()]
      return { target: target(), others }
    })

    it.each([['notifications'], ['polling']])(
      'ten thousand sessions that expire within a second all go, and no other, by %s',
      { timeout: 120_000 },
      async (live) => {
        await redis.client.config('SET', 'notify-keyspace-events', live === 'polling' ? '' : 'KA')
        const at = Date.now() + 4000
        for (let first = 0; first < 11_000; first += 1000) {
          const pipeline = redis.client.pipeline()
          for (let number = first; number < first + 1000; number += 1) {
            const key = `${PREFIX}${number}`
            pipeline.hset(key, SESSION)
            // One in eleven stays.
            if (number % 11 === 0) pipeline.expire(key, 600)
            else pipeline.pexpireat(key, at + (number % 1000))
          }
          await pipeline.exec()
        }
        const look = await openList(target())
        await vi.waitFor(async () => expect(await look()).toMatchObject({ total: 11_000 }), 3000)
        await vi.waitFor(async () => expect(await look()).toMatchObject({ total: 1000 }), {
          timeout: 20_000,
          interval: 200,
        })
        expectSame(seen(await look()), await freshList(target()))
      },
    )
  })
}
