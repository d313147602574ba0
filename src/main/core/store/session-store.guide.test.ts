import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { useRedis } from '../../../test/redis.ts'
import { SessionStore } from './session-store.ts'
import { findPython, type GuideStore, startGuideStore } from './testing/guide-store.ts'

const python = await findPython()
const name = "with the guide's Python store"

describe.skipIf(python === null)(
  python === null ? `${name} (skipped: no python3 has redis-py)` : name,
  () => {
    const redis = useRedis()
    let guide: GuideStore
    let store: SessionStore
    beforeAll(() => {
      guide = startGuideStore(python ?? '', redis.port)
    })
    afterAll(() => guide.stop())
    beforeEach(() => {
      store = new SessionStore({ client: redis.client })
    })
    const raw = (id: string) => redis.client.hgetall(`session:${id}`)
    const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/

    test('both lay out the same session in the same bytes, but for the time', async () => {
      const data = { username: 'ada ü', page_views: '0', empty: '' }
      const ours = await store.createSession(data, 60)
      const theirs = String(await guide.call('create', data, 60))
      const [a, b] = [await raw(ours), await raw(theirs)]
      expect(ours).toHaveLength(theirs.length)
      expect(Object.keys(a)).toEqual(Object.keys(b))
      for (const session of [a, b]) {
        expect(session).toEqual({
          ...data,
          created_at: expect.stringMatching(TIMESTAMP),
          last_accessed_at: session.created_at,
          session_ttl: '60',
        })
      }
      for (const id of [ours, theirs]) {
        expect(await redis.client.type(`session:${id}`)).toBe('hash')
        expect(await redis.client.ttl(`session:${id}`)).toBe(60)
      }
    })

    test('ours reads, touches and edits a session of theirs', async () => {
      const id = String(await guide.call('create', { username: 'ada', page_views: '0' }, 60))
      await redis.client.expire(`session:${id}`, 5)
      expect(await store.getSession(id)).toEqual(await raw(id))
      expect(await redis.client.ttl(`session:${id}`)).toBe(60)
      expect(await store.incrementField(id, 'page_views', 2)).toBe(2)
      expect(await store.updateSession(id, { theme: 'dark' })).toBe(true)
      expect(await store.removeFields(id, ['username'])).toBe(1)
      expect(await store.setSessionTtl(id, 90)).toBe(true)
      expect(await guide.call('get', id)).toMatchObject({ page_views: '2', theme: 'dark', session_ttl: '90' })
      expect(await guide.call('configured_ttl', id)).toBe(90)
      const next = await store.rotateSession(id)
      expect(await guide.call('get', id)).toBeNull()
      expect(await guide.call('get', next)).toMatchObject({ page_views: '2' })
      expect(await store.deleteSession(next ?? '')).toBe(true)
      expect(await guide.call('get', next)).toBeNull()
    })

    test('theirs reads, touches and edits a session of ours', async () => {
      const id = await store.createSession({ username: 'ada', page_views: 0 }, 60)
      await redis.client.expire(`session:${id}`, 5)
      expect(await guide.call('get', id)).toEqual(await raw(id))
      expect(await guide.call('remaining_ttl', id)).toBe(60)
      expect(await guide.call('increment', id, 'page_views', 2)).toBe(2)
      expect(await guide.call('update', id, { theme: 'dark', created_at: 'x' })).toBe(true)
      expect(await guide.call('set_ttl', id, 90)).toBe(true)
      expect(await store.getSession(id)).toEqual({
        username: 'ada',
        page_views: '2',
        theme: 'dark',
        created_at: expect.stringMatching(TIMESTAMP),
        last_accessed_at: expect.stringMatching(TIMESTAMP),
        session_ttl: '90',
      })
      expect(await store.getRemainingTtl(id)).toBe(90)
      expect(await guide.call('delete', id)).toBe(true)
      expect(await store.getSession(id)).toBeNull()
    })

    test('both count with the same fields, one after the other', async () => {
      const id = await store.createSession()
      for (let i = 0; i < 5; i++) {
        expect(await store.incrementField(id, 'n')).toBe(2 * i + 1)
        expect(await guide.call('increment', id, 'n')).toBe(2 * i + 2)
      }
    })

    test('ours does not touch what theirs can leave behind: a fragment', async () => {
      // What the guide's MULTI leaves when the session is deleted between its look and its write.
      await redis.client.hset('session:zombie', { page_views: 1, last_accessed_at: 'x' })
      expect(await store.getSession('zombie')).toBeNull()
      expect(await store.deleteSession('zombie')).toBe(false)
      expect(await raw('zombie')).toEqual({ page_views: '1', last_accessed_at: 'x' })
    })
  },
)
