import { afterEach, expect, it } from 'vitest'
import { InspectorClient } from '../../../test/inspector-client.ts'
import { useRedis } from '../../../test/redis.ts'
import { SessionStore } from '../store/session-store.ts'
import { readSessionDetail } from './session-detail.ts'

const redis = useRedis()
afterEach(() => redis.client.config('SET', 'maxmemory', '0'))

const fill = async () => {
  await redis.client.config('SET', 'maxmemory-policy', 'noeviction')
  await redis.client.config('SET', 'maxmemory', '1')
}

it.each([true, false])(
  'reads a session of a server whose memory is full, with scripts allowed: %s',
  async (scripts) => {
    await redis.client.acl(
      'SETUSER',
      'reader',
      'on',
      '>pw',
      '~*',
      '+@all',
      scripts ? '+@scripting' : '-@scripting',
    )
    const client = redis.connect({ username: 'reader', password: 'pw' })
    const id = await new SessionStore({ client: redis.client }).createSession({ username: 'ada' })
    await fill()
    expect(await readSessionDetail(client, 'session:', id, Date.now)).toMatchObject({
      state: 'session',
      configuredTtl: 1800,
      fields: [{ name: 'username', value: 'ada' }, {}, {}, {}],
    })
  },
)

it('shows the list and says of a write what stands in its way', async () => {
  const id = await new SessionStore({ client: redis.client }).createSession({ username: 'ada' })
  const person = new InspectorClient()
  try {
    await person.invoke('connection.connect', { port: redis.port })
    await fill()
    const sort = { by: 'id', direction: 'ascending' } as const
    const query = { prefix: 'session:', columns: ['username'], filter: '', sort, offset: 0, limit: 10 }
    expect(await person.invoke('list.window', query)).toMatchObject({ rows: [{ id, cells: ['ada'] }] })
    expect(await person.invoke('session.watch', { prefix: 'session:', id })).toMatchObject({
      state: 'session',
    })
    await expect(
      person.invoke('session.create', { prefix: 'session:', fields: {}, ttl: 60 }),
    ).rejects.toMatchObject({
      code: 'redis_error',
      message: expect.stringContaining('maxmemory'),
    })
  } finally {
    await person.inspector.stop()
  }
})
