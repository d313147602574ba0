import { expect, it } from 'vitest'
import { REDACTED, type Redaction } from '#shared/transfer.ts'
import { useRedis } from '../../../test/redis.ts'
import { exportKeys, importText, snapshot } from './testing/move.ts'

const redis = useRedis()
const PREFIX = 'session:'
const ID = 'kJ3f9QxTbW5yLm2nPq8rSt4uVw6xYz0aBcDeFgHiJkL'
const OWN = 'w2Xc8RtYb4NmKq6PzL1s'
const SECRET = 'hunter2hunter2hunter2'
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N'
const packed = Buffer.concat([Buffer.from([0xff, 0x82, 0xa8]), Buffer.from(`password${SECRET}`)])

/** Sessions of all types, each with a secret in some place, and one without any. */
async function fill(): Promise<void> {
  const { client } = redis
  const times = { created_at: '2026-04-02T12:34:56+00:00', last_accessed_at: '2026-04-02T12:34:56+00:00' }
  await client.hset(`${PREFIX}${ID}`, { ...times, session_ttl: '900', username: 'ada', csrf_token: SECRET })
  await client.hset(`${PREFIX}json`, { cart: JSON.stringify({ items: [1], apiKey: SECRET }), theme: 'dark' })
  await client.hset(`${PREFIX}looks`, { note: `use ${JWT} for it`, [JWT]: 'x' })
  await client.hset(`${PREFIX}binary`, 'blob', packed, Buffer.from([0xfe, ...Buffer.from('token')]), SECRET)
  await client.set(
    `${PREFIX}express`,
    JSON.stringify({ cookie: { path: '/', expires: null }, user: { id: 1, password: SECRET } }),
  )
  await client.set(`${PREFIX}php`, `user|s:3:"ada";password|s:21:"${SECRET}";`)
  await client.rpush(`${PREFIX}list`, 'plain', `Bearer ${SECRET}`)
  await client.sadd(`${PREFIX}set`, JWT)
  await client.zadd(`${PREFIX}zset`, 1, `{"pin":"${SECRET}"}`)
  await client.set(`${PREFIX}${OWN}`, JSON.stringify({ at: `/s/${OWN}`, before: ID }))
  await client.set(
    `${PREFIX}plain`,
    JSON.stringify({ cookie: { path: '/', httpOnly: true, originalMaxAge: 60 }, theme: 'dark' }),
  )
}

const exported = async (redaction: Redaction) =>
  (await exportKeys(redis.client, PREFIX, 'readable', redaction)).text
const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

it('leaves every secret out of a readable export, and says so in its first line', async () => {
  await fill()
  expect(await exported('nothing')).toContain(SECRET)
  expect(linesOf(await exported('nothing'))[0]).not.toHaveProperty('redacted')
  const text = await exported('secrets')
  expect(text).not.toContain(SECRET)
  expect(text).not.toContain(Buffer.from(SECRET).toString('base64').slice(4, 20))
  expect(text).not.toContain(packed.toString('base64'))
  expect(text).not.toContain(JWT)
  const [header, ...lines] = linesOf(text)
  expect(header).toMatchObject({ form: 'readable', redacted: 'secrets', sessions: 11 })
  const line = (id: string) => lines.find((each) => each.id === id)
  expect(line(ID)).toMatchObject({
    key: `${PREFIX}${ID}`,
    fields: { username: 'ada', session_ttl: '900', csrf_token: { redacted: null } },
  })
  expect(line('json')).toMatchObject({
    fields: { theme: 'dark', cart: { redacted: JSON.stringify({ items: [1], apiKey: REDACTED }) } },
  })
  expect(line('express')).toMatchObject({
    value: {
      redacted: JSON.stringify({ cookie: { path: '/', expires: null }, user: { id: 1, password: REDACTED } }),
    },
  })
  expect(line('list')).toMatchObject({ items: ['plain', { redacted: REDACTED }] })
})

it('leaves ids out too where that is chosen, with the same name for the same id in one file alone', async () => {
  await fill()
  const text = await exported('secretsAndIds')
  expect(text).not.toContain(ID)
  expect(text).not.toContain(OWN)
  expect(text).not.toContain(SECRET)
  const idsOf = (lines: readonly Record<string, unknown>[]) =>
    lines.slice(1, -1).map(({ id }) => (id as { redacted: string }).redacted)
  const ids = idsOf(linesOf(text))
  expect(new Set(ids).size).toBe(11)
  for (const id of ids) expect(id).toMatch(/^redacted-[0-9a-f]{16}$/)
  const other = idsOf(linesOf(await exported('secretsAndIds')))
  expect(other.some((id) => ids.includes(id))).toBe(false)
})

it('writes no mark into a session: an import refuses what lacks something, and says what', async () => {
  await fill()
  const text = await exported('secrets')
  const before = await snapshot(redis.client)
  await redis.client.flushall()
  const { checked, state, entries } = await importText(text, { client: redis.client })
  expect(checked.source?.redacted).toBe('secrets')
  expect(checked.notes).toEqual([
    '9 sessions of it cannot be restored: what was secret in them was redacted when the file was made.',
  ])
  expect(state.counts).toMatchObject({ created: 2, refused: 9, invalid: 0 })
  const reasonOf = (id: string) => entries.find((entry) => entry.id === id)?.reason
  expect(reasonOf(ID)).toBe(
    'csrf_token was redacted when it was exported, so it cannot be restored. Export it again without redaction.',
  )
  expect(reasonOf('express')).toMatch(/^Secrets in it were redacted/)
  const after = await snapshot(redis.client)
  expect([...after.keys()].sort()).toEqual([`${PREFIX}plain`, `${PREFIX}${OWN}`])
  expect(after.get(`${PREFIX}plain`)).toBe(before.get(`${PREFIX}plain`))

  await redis.client.flushall()
  await fill()
  const withoutIds = await importText(await exported('secretsAndIds'), {
    client: redis.client,
    options: { existing: 'replace' },
  })
  expect(withoutIds.state.counts).toMatchObject({ created: 0, replaced: 0, refused: 11 })
  expect(withoutIds.entries[0]?.reason).toMatch(/^Its id was redacted/)
})

it('refuses a mark that somebody has taken for text', async () => {
  const text = [
    JSON.stringify({ id: 'a', type: 'string', value: `password=${REDACTED}`, expires_at_ms: null }),
    JSON.stringify({ id: 'b', fields: { token: REDACTED, redacted: 'yes' }, ttl: 60 }),
    JSON.stringify({ id: 'c', fields: { redacted: 'yes' }, ttl: 60 }),
  ].join('\n')
  const { state } = await importText(text, { client: redis.client })
  expect(state.counts).toMatchObject({ refused: 2, created: 1 })
  expect(await redis.client.keys('*')).toEqual([`${PREFIX}c`])
})
