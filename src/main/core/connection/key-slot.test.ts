import { describe, expect, it } from 'vitest'
import { useRedis } from '../../../test/redis.ts'
import { hasHashTag, idInSlotOf, slotOf, slotsUnder } from './key-slot.ts'
import { freePort } from './redis-process.ts'

const redis = useRedis('--cluster-enabled', 'yes', '--cluster-port', String(await freePort()))

const KEYS = ['', 'a', 'session:abc', 'session:{app}:1', '{}x', 'x{', 'a{b}{c}', 'é€😀', '123456789']

describe('the slot of a key', () => {
  it.each(KEYS.map((key) => [key]))('is what the server says: %j', async (key) => {
    expect(slotOf(Buffer.from(key))).toBe(Number(await redis.client.call('CLUSTER', 'KEYSLOT', key)))
    expect(slotOf(Buffer.from(`s:${key}`))).toBe(slotsUnder('s:')(Buffer.from(key).toString('latin1')))
  })

  it('is that of the bytes, also where they are no text', async () => {
    const key = Buffer.from([0x73, 0x3a, 0xff, 0x00, 0xfe])
    expect(slotOf(key)).toBe(Number(await redis.client.call('CLUSTER', 'KEYSLOT', key)))
    expect(slotsUnder('s:')('\xff\x00\xfe')).toBe(slotOf(key))
    expect(slotsUnder('é:')('x')).toBe(slotOf(Buffer.from('é:x')))
  })
})

describe('an id in the slot of another key', () => {
  it('is found, and is another each time', () => {
    const key = 'session:some-id'
    const ids = Array.from({ length: 20 }, () => idInSlotOf(key, 'session:'))
    expect(new Set(ids).size).toBe(20)
    for (const id of ids) {
      expect(id).toMatch(/^[\w-]{43}$/)
      expect(slotOf(`session:${id}`)).toBe(slotOf(key))
    }
  })

  it('is any where a hash tag decides, and none where it decides for another slot', () => {
    expect(hasHashTag('session:{app}:')).toBe(true)
    expect(hasHashTag('session:{}:')).toBe(false)
    expect(idInSlotOf('session:{app}:1', 'session:{app}:')).toMatch(/^[\w-]{43}$/)
    expect(idInSlotOf('session:1', 'session:{app}:')).toBeNull()
  })
})
