import type { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { RESERVED_FIELDS } from '#shared/model.ts'
import { useRedis } from '../../../test/redis.ts'
import { SessionStore } from './session-store.ts'
import { ReadThenWriteStore } from './testing/read-then-write-store.ts'

const redis = useRedis()
const PREFIX = 'session:'
const CONNECTIONS = 4
const SESSIONS = 6000
/** Sessions under way at the same time. */
const AT_ONCE = 60

/** What both stores can do, with strings for data. */
type RacingStore = Pick<
  SessionStore,
  | 'createSession'
  | 'getSession'
  | 'updateSession'
  | 'incrementField'
  | 'removeFields'
  | 'setSessionTtl'
  | 'rotateSession'
  | 'deleteSession'
>
interface Tally {
  /** Uses that found their session, and those that did not: a race has both. */
  found: number
  missed: number
  /** Ids of sessions that an operation said it ended, by deletion or rotation. */
  readonly ended: string[]
  readonly ends: Record<End, number>
}

/** A generator of its own, so that a run can be repeated. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

type End = 'delete' | 'rotate' | 'expire'
const ENDS: readonly End[] = ['delete', 'rotate', 'expire']

async function race(
  stores: readonly RacingStore[],
  clients: readonly Redis[],
  kinds: readonly End[] = ENDS,
): Promise<Tally> {
  const below = random(20260402)
  const any = <T>(list: readonly T[]): T => {
    const item = list[below(list.length)]
    if (item === undefined) throw new RangeError('nothing to choose from')
    return item
  }
  const tally: Tally = { found: 0, missed: 0, ended: [], ends: { delete: 0, rotate: 0, expire: 0 } }
  const uses: readonly ((store: RacingStore, id: string) => Promise<unknown>)[] = [
    (store, id) => store.getSession(id),
    (store, id) => store.updateSession(id, { theme: 'dark' }),
    (store, id) => store.incrementField(id, 'page_views'),
    (store, id) => store.removeFields(id, ['username', 'theme']),
    (store, id) => store.setSessionTtl(id, 600),
  ]
  const use = async (id: string) => {
    const reply = await any(uses)(any(stores), id)
    if (reply === null || reply === false) tally.missed++
    else tally.found++
  }
  const ends: Readonly<Record<End, (id: string) => Promise<unknown>>> = {
    delete: async (id) => {
      if (!(await any(stores).deleteSession(id))) return
      tally.ends.delete++
      tally.ended.push(id)
    },
    rotate: async (id) => {
      if ((await any(stores).rotateSession(id)) === null) return
      tally.ends.rotate++
      tally.ended.push(id)
    },
    expire: async (id) => {
      const set = await any(clients).pexpire(PREFIX + id, 1 + below(3))
      tally.ends.expire += set
    },
  }
  const end = (id: string) => ends[any(kinds)](id)
  const one = async () => {
    const id = await any(stores).createSession({ username: 'ada', page_views: '0' }, 60)
    // Two users of the session, one after another in each, and one or two who end it, somewhere in between.
    const chain = async (...steps: readonly ((id: string) => Promise<unknown>)[]) => {
      for (const step of steps) await step(id)
    }
    await Promise.all([chain(use, end, use), chain(use, use, use), chain(end, use)])
  }
  for (let done = 0; done < SESSIONS; done += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, one))
  return tally
}

/** What is left once everything has answered. */
async function aftermath({ ended }: Tally) {
  const keys = await redis.client.keys(`${PREFIX}*`)
  const looks = await Promise.all(
    keys.map(async (key) => ({
      key,
      fields: await redis.client.hmget(key, ...RESERVED_FIELDS),
      ttl: await redis.client.pttl(key),
    })),
  )
  const alive = looks.filter(({ ttl }) => ttl !== -2)
  const left = new Set(alive.map(({ key }) => key))
  return {
    zombies: alive.filter(({ fields }) => fields.includes(null)).length,
    immortal: alive.filter(({ ttl }) => ttl === -1).length,
    /** Deleted or rotated away, and yet there. */
    risen: ended.filter((id) => left.has(PREFIX + id)).length,
    whole: alive.filter(({ fields }) => !fields.includes(null)).length,
  }
}

const connections = () => Array.from({ length: CONNECTIONS }, () => redis.connect())

test('no interleaving of an end with a use leaves a zombie, a key without expiry, or a risen session', async () => {
  const clients = connections()
  const tally = await race(
    clients.map((client) => new SessionStore({ client, prefix: PREFIX })),
    clients,
  )
  const { zombies, immortal, risen, whole } = await aftermath(tally)
  expect({ zombies, immortal, risen }).toEqual({ zombies: 0, immortal: 0, risen: 0 })
  // The race was one: sessions were met and missed, ended in each way, and some came through.
  const expired = SESSIONS - tally.ends.delete - whole
  for (const count of [tally.found, tally.missed, ...Object.values(tally.ends), expired, whole]) {
    expect(count).toBeGreaterThan(SESSIONS / 100)
  }
})

test('nor does it with the user index, which then names exactly the living', async () => {
  const clients = connections()
  const stores = clients.map((client) => new SessionStore({ client, prefix: PREFIX, userIndex: {} }))
  const tally = await race(stores, clients)
  const { zombies, immortal, risen } = await aftermath(tally)
  expect({ zombies, immortal, risen }).toEqual({ zombies: 0, immortal: 0, risen: 0 })
  const listed = (await stores[0]?.listUserSessions('ada')) ?? []
  const named: string[] = []
  for (const key of await redis.client.keys(`${PREFIX}*`)) {
    if ((await redis.client.hget(key, 'username')) === 'ada') named.push(key.slice(PREFIX.length))
  }
  expect(listed.toSorted()).toEqual(named.toSorted())
})

test.each(ENDS)('the control, which reads and then writes, does leave zombies beside %s', async (end) => {
  const clients = connections()
  const tally = await race(
    clients.map((client) => new ReadThenWriteStore(client, PREFIX)),
    clients,
    [end],
  )
  expect((await aftermath(tally)).zombies).toBeGreaterThan(0)
})
