import fc from 'fast-check'
import type { Redis } from 'ioredis'
import { describe, expect, it, vi } from 'vitest'
import type { ExportForm } from '#shared/transfer.ts'
import { useRedisServer } from '../../../test/redis.ts'
import { SERVER_KINDS } from '../../../test/redis-servers.ts'
import { exportKeys, importText, snapshot } from './testing/move.ts'

const PREFIX = 'session:'
const FORMS: readonly ExportForm[] = ['readable', 'lossless']
const FAR = 4_000_000_000_000
const ROUND_TRIPS = Number(process.env.TRANSFER_ROUND_TRIPS ?? 30)

const bytes = fc.oneof(
  fc.string({ maxLength: 30, unit: 'binary' }).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 30 }).map((octets) => Buffer.from(octets)),
  fc.constantFrom('__proto__', 'constructor', 'toString', '0', '').map((text) => Buffer.from(text)),
)
const value = fc.oneof(
  { weight: 9, arbitrary: bytes },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 60, max: 3000 }).map((length) => Buffer.alloc(length, 'é"\\\n')),
  },
)
const session = fc.record({
  id: bytes,
  fields: fc.uniqueArray(fc.tuple(bytes, value), {
    minLength: 1,
    maxLength: 12,
    selector: ([name]) => name.toString('latin1'),
  }),
  expiresAt: fc.option(fc.integer({ min: FAR, max: FAR + 1_000_000 })),
  fieldExpiry: fc.option(fc.integer({ min: FAR, max: FAR + 1_000_000 })),
})
const sessions = fc.uniqueArray(session, {
  minLength: 1,
  maxLength: 8,
  selector: ({ id }) => id.toString('latin1'),
})

describe.each(SERVER_KINDS)('export and import on $name', ({ binary, missing }) => {
  if (missing !== null) {
    it.skip(`is not tried: ${missing}`, () => {})
    return
  }
  const redis = useRedisServer(binary)

  const hasFieldExpiries = async () =>
    redis.client.call('HPEXPIRETIME', 'none', 'FIELDS', '1', 'a').then(
      () => true,
      () => false,
    )

  it.each(FORMS)(
    'brings back what was flushed, byte for byte, with the same expiries: %s',
    async (form) => {
      const { client } = redis
      const fieldExpiries = await hasFieldExpiries()
      await fc.assert(
        fc.asyncProperty(sessions, fc.integer({ min: 1, max: 4000 }), async (made, pieceBytes) => {
          await client.flushall()
          for (const { id, fields, expiresAt, fieldExpiry } of made) {
            const key = Buffer.concat([Buffer.from(PREFIX), id])
            await client.hset(key, ...fields.flat())
            if (expiresAt !== null) await client.pexpireat(key, expiresAt)
            const [first] = fields
            if (fieldExpiries && fieldExpiry !== null && first !== undefined) {
              await client.call('HPEXPIREAT', key, fieldExpiry, 'FIELDS', '1', first[0])
            }
          }
          const before = await snapshot(client, form === 'lossless')
          const { text, progress } = await exportKeys(client, PREFIX, form)
          expect(progress).toMatchObject({ total: made.length, written: made.length, gone: 0, leftOut: [] })
          await client.flushall()
          const { checked, state } = await importText(text, { client, pieceBytes })
          expect(checked.counts).toMatchObject({ created: made.length, invalid: 0, refused: 0 })
          expect(checked.notes).toEqual([])
          expect(state.counts.created).toBe(made.length)
          expect(await snapshot(client, form === 'lossless')).toEqual(before)
          // And that it is there is seen, whatever order its table has.
          const again = await importText(text, { client, pieceBytes })
          expect(again.checked.counts.identical).toBe(made.length)
          expect(again.written).toEqual([])
        }),
        { numRuns: ROUND_TRIPS },
      )
    },
    120_000,
  )

  /** One key of each type, and a session far larger than a piece. */
  async function fillTypes(): Promise<void> {
    const { client } = redis
    await client.hset(`${PREFIX}hash`, { username: 'ada', cart: '{"items":[]}' })
    await client.hset(`${PREFIX}large`, { value: Buffer.alloc(3_000_000, 'abc\u0001é'), ...manyFields(2500) })
    await client.set(`${PREFIX}string`, '{"cookie":{"originalMaxAge":1000}}')
    await client.rpush(`${PREFIX}list`, 'b', 'a', 'b')
    await client.sadd(`${PREFIX}set`, '1', '2', 'three')
    await client.zadd(`${PREFIX}zset`, 1.5, 'a', '-inf', 'b', 1e-7, 'c', 'inf', 'd')
    await client.xadd(`${PREFIX}stream`, '1-1', 'a', '1')
    for (const key of await client.keys('*')) await client.pexpireat(key, FAR + key.length)
  }

  it.each(FORMS)('exports every type that the form can hold, and says which it cannot: %s', async (form) => {
    const { client } = redis
    await fillTypes()
    await client.set('other:1', 'not under the prefix')
    const before = new Map(await snapshot(client, form === 'lossless'))
    const { text, progress } = await exportKeys(client, PREFIX, form)
    expect(progress.leftOut).toEqual(
      form === 'lossless'
        ? []
        : [{ reason: 'of type stream, which has no readable form; export them lossless', count: 1 }],
    )
    await client.flushall()
    const { state } = await importText(text, { client })
    before.delete('other:1')
    if (form === 'readable') before.delete(`${PREFIX}stream`)
    expect(await snapshot(client, form === 'lossless')).toEqual(before)
    expect(state.counts.created).toBe(before.size)
    const again = await importText(text, { client })
    expect(again.checked.counts.identical).toBe(before.size)
  })

  it.each(FORMS)(
    'never brings back a session whose time is over, not even for a moment: %s',
    async (form) => {
      const { client } = redis
      await client.hset(`${PREFIX}short`, { a: '1' })
      await client.hset(`${PREFIX}long`, { a: '1' })
      await client.pexpireat(`${PREFIX}long`, FAR)
      await client.pexpire(`${PREFIX}short`, 700)
      const { text } = await exportKeys(client, PREFIX, form)
      await client.flushall()
      await client.config('RESETSTAT')
      // Counted while it lives, it runs out before the run.
      const { checked, state, entries } = await importText(text, {
        client,
        meanwhile: () => past(client, text),
      })
      expect(checked.counts).toMatchObject({ created: 2, expired: 0 })
      expect(state.counts).toMatchObject({ created: 1, expired: 1 })
      expect(entries).toContainEqual(expect.objectContaining({ id: 'short', outcome: 'expired' }))
      expect(await client.keys('*')).toEqual([`${PREFIX}long`])
      expect(await client.info('stats')).toContain('expired_keys:0')
      await client.flushall()
      expect((await importText(text, { client })).checked.counts).toMatchObject({ created: 1, expired: 1 })
    },
  )

  it.each(FORMS)('leaves what exists as it is unless it is to be replaced: %s', async (form) => {
    const { client } = redis
    for (const id of ['same', 'content', 'expiry', 'gone']) {
      await client.hset(PREFIX + id, { username: 'ada', theme: 'dark' })
      await client.pexpireat(PREFIX + id, FAR)
    }
    const exported = await snapshot(client)
    const { text } = await exportKeys(client, PREFIX, form)
    await client.unlink(`${PREFIX}gone`)
    await client.hset(`${PREFIX}content`, 'theme', 'light')
    await client.pexpireat(`${PREFIX}expiry`, FAR + 1)
    const before = await snapshot(client)
    const kept = await importText(text, { client })
    expect(kept.checked.counts).toMatchObject({ created: 1, identical: 1, kept: 2 })
    expect(kept.entries).toContainEqual(
      expect.objectContaining({ id: 'expiry', outcome: 'kept', reason: 'It exists and differs.' }),
    )
    const after = await snapshot(client)
    for (const [key, state] of before) expect(after.get(key)).toBe(state)
    const replaced = await importText(text, { client, options: { existing: 'replace' } })
    expect(replaced.checked.counts).toMatchObject({ replaced: 2, identical: 2 })
    expect(await snapshot(client)).toEqual(exported)
    // What was there before is told, for undo.
    expect(replaced.recorded.flatMap(({ ids }) => ids).sort()).toEqual(['content', 'expiry'])
  })

  it.each(FORMS)('writes only what is still as the dry run saw it: %s', async (form) => {
    const { client } = redis
    const ids = ['created', 'appears', 'replaced', 'edited', 'touched', 'deleted']
    for (const id of ids) {
      await client.hset(PREFIX + id, { username: 'ada' })
      await client.pexpireat(PREFIX + id, FAR)
    }
    const { text } = await exportKeys(client, PREFIX, form)
    await client.unlink(`${PREFIX}created`, `${PREFIX}appears`)
    for (const id of ids.slice(2)) await client.hset(PREFIX + id, { username: 'grace' })
    const { state, entries } = await importText(text, {
      client,
      options: { existing: 'replace' },
      async meanwhile({ counts }) {
        expect(counts).toMatchObject({ created: 2, replaced: 4 })
        await client.hset(`${PREFIX}appears`, { theirs: '1' })
        await client.hset(`${PREFIX}edited`, { theirs: '1' })
        await client.pexpireat(`${PREFIX}touched`, FAR + 5)
        await client.unlink(`${PREFIX}deleted`)
      },
    })
    expect(state.counts).toMatchObject({ created: 1, replaced: 1, changed: 4 })
    expect(Object.fromEntries(entries.map(({ id, reason }) => [String(id), reason]))).toEqual({
      created: null,
      replaced: null,
      appears: 'It has come since the dry run, so it was left as it is.',
      edited: 'It has changed since the dry run, so it was left as it is.',
      touched: 'It has changed since the dry run, so it was left as it is.',
      deleted: 'It has gone since the dry run, so it stays gone.',
    })
    expect(await client.hgetall(`${PREFIX}appears`)).toEqual({ theirs: '1' })
    expect(await client.hgetall(`${PREFIX}edited`)).toEqual({ username: 'grace', theirs: '1' })
    expect(await client.exists(`${PREFIX}deleted`)).toBe(0)
  })

  it.each(FORMS)('imports under another prefix and touches no key outside of it: %s', async (form) => {
    const { client } = redis
    await client.hset(`${PREFIX}a`, { username: 'ada' })
    await client.pexpireat(`${PREFIX}a`, FAR)
    const { text } = await exportKeys(client, PREFIX, form)
    const foreign = text.replaceAll('"id":"a","key":"session:a"', '"id":"a","key":"other:a"')
    const before = await snapshot(client)
    const refused = await importText(foreign, { client, options: { existing: 'replace' } })
    expect(refused.checked.samples).toEqual([
      {
        line: 2,
        id: 'a',
        outcome: 'invalid',
        reason: 'Its key lies outside the prefix session: of the file.',
      },
    ])
    expect(await snapshot(client)).toEqual(before)
    const { state } = await importText(text, { client, prefix: 'app:', options: { into: 'given' } })
    expect(state).toMatchObject({ prefix: 'app:', counts: { created: 1 } })
    const after = await snapshot(client)
    expect(after.get('app:a')).toBe(before.get(`${PREFIX}a`))
    expect(after.size).toBe(2)
  })

  it('reads and writes without PEXPIRETIME, as on servers before Redis 7.0', async () => {
    const { client } = redis
    await client.call('ACL', 'SETUSER', 'old', 'on', 'nopass', '~*', '+@all', '-pexpiretime')
    const old = redis.connect({ username: 'old', password: 'x' })
    await client.hset(`${PREFIX}a`, { username: 'ada' })
    await client.pexpireat(`${PREFIX}a`, FAR)
    const { text } = await exportKeys(old, PREFIX, 'lossless')
    await client.hset(`${PREFIX}a`, { username: 'grace' })
    const { state } = await importText(text, { client: old, options: { existing: 'replace' } })
    expect(state.counts.replaced).toBe(1)
    expect(await client.hgetall(`${PREFIX}a`)).toEqual({ username: 'ada' })
    expect(Math.abs((await client.pexpiretime(`${PREFIX}a`)) - FAR)).toBeLessThanOrEqual(2)
  })

  it('names the command that this user may not run, and writes nothing without it', async () => {
    const { client } = redis
    await client.hset(`${PREFIX}a`, { username: 'ada' })
    await client.pexpireat(`${PREFIX}a`, FAR)
    const texts = {
      lossless: (await exportKeys(client, PREFIX, 'lossless')).text,
      readable: (await exportKeys(client, PREFIX, 'readable')).text,
    }
    const as = async (...without: readonly string[]) => {
      const name = `without-${without.join('')}`
      await client.call('ACL', 'SETUSER', name, 'on', 'nopass', '~*', '+@all', ...without)
      return redis.connect({ username: name, password: 'x' })
    }
    await expect(exportKeys(await as('-dump'), PREFIX, 'lossless')).rejects.toThrow('may not run DUMP')
    await expect(exportKeys(await as('-hgetall'), PREFIX, 'readable')).rejects.toThrow('may not run HGETALL')
    await expect(exportKeys(await as('-@scripting'), PREFIX, 'readable')).rejects.toThrow(/may not run EVAL/)
    await client.hset(`${PREFIX}a`, { username: 'grace' })
    const before = await snapshot(client)
    const replacing = async (form: ExportForm, ...without: readonly string[]) =>
      importText(texts[form], { client: await as(...without), options: { existing: 'replace' } })
    await expect(replacing('lossless', '-restore')).rejects.toThrow('may not run RESTORE')
    await expect(replacing('readable', '-hset')).rejects.toThrow('may not run HSET')
    await expect(replacing('readable', '-pexpireat')).rejects.toThrow('may not run PEXPIREAT')
    await expect(replacing('readable', '-unlink')).rejects.toThrow('may not run UNLINK')
    expect(await snapshot(client)).toEqual(before)
  })
})

const manyFields = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`field-${index}`, String(index)]))

/** Waits until all sessions of a file that end soon have ended. */
async function past(client: Redis, text: string): Promise<void> {
  const ends = [...text.matchAll(/"expires_at_ms":(\d+)/g)].map(([, at]) => Number(at))
  const last = Math.max(...ends.filter((at) => at < FAR))
  await vi.waitFor(async () => {
    const [seconds = 0, microseconds = 0] = await client.time()
    expect(1000 * Number(seconds) + Number(microseconds) / 1000).toBeGreaterThan(last + 1)
  })
}
