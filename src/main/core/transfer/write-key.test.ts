import { describe, expect, it } from 'vitest'
import { useRedisServer } from '../../../test/redis.ts'
import { SERVER_KINDS } from '../../../test/redis-servers.ts'
import { BulkChanges } from '../bulk/bulk-changes.ts'
import { toBinary } from '../bytes.ts'
import { toSeen } from './judge-record.ts'
import { KeyBatches } from './key-batches.ts'
import type { Content } from './record.ts'
import { snapshot } from './testing/move.ts'
import { KeyWriter } from './write-key.ts'

const KEY = Buffer.from('session:a')
const FAR = 4_000_000_000_000

describe.each(SERVER_KINDS)('writing one key on $name', ({ binary, missing }) => {
  if (missing !== null) {
    it.skip(`is not tried: ${missing}`, () => {})
    return
  }
  const redis = useRedisServer(binary)

  async function seen() {
    const batches = new KeyBatches(redis.client, 'mark')
    const { keys } = await batches.read([KEY])
    batches.stop()
    const [reply] = keys
    if (reply === undefined) throw new TypeError('one key was asked for')
    return toSeen(reply)
  }
  const write = async (holds: Content, expiresAt: number | null = FAR) =>
    new KeyWriter(redis.client).write({ key: KEY, seen: await seen(), expiresAt, holds }, true)
  const hash = (expiresAt: number | null): Content => ({
    type: 'hash',
    fields: [
      { name: Buffer.from('a'), value: Buffer.from('1'), expiresAt: null },
      { name: Buffer.from('b'), value: Buffer.from('2'), expiresAt },
    ],
  })

  // Refused by the server only when the hash is there already, where it knows expiries of fields at all.
  it.each(['is not there', 'is replaced'])(
    'takes back what is refused halfway, where the key %s',
    async (where) => {
      const { client } = redis
      if (where === 'is replaced') {
        await client.rpush(KEY, 'what', 'was', 'there')
        await client.pexpireat(KEY, FAR + 7)
      }
      const before = await snapshot(client)
      const outcome = await write(hash(2 ** 60)).catch((error: unknown) => error)
      expect(outcome).not.toMatchObject({ kind: 'done' })
      expect(await snapshot(client)).toEqual(before)
    },
  )

  it('replaces a key of another type, and tells what it was', async () => {
    const { client } = redis
    await client.rpush(KEY, 'what', 'was', 'there')
    const dump = await client.dumpBuffer(KEY)
    const written = await write(hash(null))
    expect(await client.hgetall(KEY)).toEqual({ a: '1', b: '2' })
    expect(await client.pexpiretime(KEY)).toBe(FAR)
    if (written.kind !== 'done' || written.change === null) throw new TypeError('it tells what it did')
    await new BulkChanges(client, '', [{ ids: [toBinary(KEY)], reply: written.change }]).revert(
      false,
      () => {},
    )
    expect(await client.dumpBuffer(KEY)).toEqual(dump)
    expect(await client.pexpiretime(KEY)).toBe(-1)
  })

  it('writes nothing that would have ended by then', async () => {
    expect(await write(hash(null), 5)).toEqual({ kind: 'expired' })
    expect(await redis.client.dbsize()).toBe(0)
  })
})
