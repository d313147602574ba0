import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { useRedisServer } from '../../../test/redis.ts'
import { SERVER_KINDS } from '../../../test/redis-servers.ts'
import { isIntact, knownRdbVersion, rdbVersionOf } from './dump-payload.ts'
import { serverName } from './testing/move.ts'

describe.each(SERVER_KINDS)('a payload of DUMP on $name', ({ binary, missing }) => {
  if (missing !== null) {
    it.skip(`is not tried: ${missing}`, () => {})
    return
  }
  const redis = useRedisServer(binary)

  it('has the RDB version that is known of its server, and a checksum that tells damage', async () => {
    const { client } = redis
    const known = knownRdbVersion(await serverName(client))
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.nat(), fc.nat(7), async (value, at, bit) => {
        await client.hset('key', 'a', Buffer.from(value))
        const dump = await client.dumpBuffer('key')
        if (dump === null) throw new TypeError('the key is there')
        expect(isIntact(dump)).toBe(true)
        if (known !== null) expect(rdbVersionOf(dump)).toBe(known)
        const damaged = Buffer.from(dump)
        const place = at % damaged.length
        damaged[place] = (damaged[place] ?? 0) ^ (1 << bit)
        expect(isIntact(damaged)).toBe(false)
        // The checksum says nothing of one in 256 that lost their last byte; what then is the version does.
        const cut = dump.subarray(0, -1)
        expect(isIntact(cut) && (rdbVersionOf(cut) ?? 0) < 256).toBe(false)
      }),
      { numRuns: 200 },
    )
  })
})

it('is too short to say anything', () => {
  expect(rdbVersionOf(Buffer.alloc(10))).toBeNull()
  expect(isIntact(Buffer.alloc(10))).toBe(false)
})
