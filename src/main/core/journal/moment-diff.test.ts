import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Bytes } from '#shared/bytes.ts'
import { bytesId } from '#shared/bytes.ts'
import { useRedis } from '../../../test/redis.ts'
import { toBytes } from '../bytes.ts'
import { readSessionDetail } from '../index/session-detail.ts'
import { diffMoments } from './moment-diff.ts'
import type { Moment } from './session-log.ts'
import { Timeline } from './timeline.ts'

const redis = useRedis()
const KEY = 'session:a'
const NAMES = ['theme', 'cart', 'ä', '__proto__', 'session_ttl'].map((name) => Buffer.from(name))

type Edit =
  | { readonly does: 'set'; readonly name: Buffer; readonly value: Buffer }
  | { readonly does: 'remove'; readonly name: Buffer }
  | { readonly does: 'delete' }
const name = fc.constantFrom(...NAMES, Buffer.from([0xff, 0x00]))
const value = fc.oneof(
  fc.constantFrom('', 'dark', '{"a":1}', 'x'.repeat(3000)).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 5 }).map((bytes) => Buffer.from(bytes)),
)
const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant('set' as const), name, value }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('remove' as const), name }) },
  { weight: 1, arbitrary: fc.constant({ does: 'delete' as const }) },
)

type Fields = ReadonlyMap<string, { readonly name: Bytes; readonly value: Bytes }>

/** The fields as Redis itself says them, not as the timeline does. */
async function fieldsNow(): Promise<Fields> {
  const flat = (await redis.client.callBuffer('HGETALL', KEY)) as Buffer[]
  const fields = new Map<string, { name: Bytes; value: Bytes }>()
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const [field, held] = [toBytes(flat[i] as Buffer), toBytes(flat[i + 1] as Buffer)]
    fields.set(bytesId(field), { name: field, value: held })
  }
  return fields
}

/** What is different, by a direct comparison. */
function compare(old: Fields, now: Fields): readonly unknown[] {
  const names = [...new Set([...old.keys(), ...now.keys()])].sort()
  return names
    .map((id) => ({ id, old: old.get(id)?.value ?? null, new: now.get(id)?.value ?? null }))
    .filter((each) => JSON.stringify(each.old) !== JSON.stringify(each.new))
}

async function apply(what: Edit): Promise<void> {
  if (what.does === 'set') await redis.client.hset(KEY, what.name, what.value)
  else if (what.does === 'remove') await redis.client.hdel(KEY, what.name)
  else await redis.client.del(KEY)
}

it('says of any two moments what a direct comparison of the session says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(edit, { maxLength: 4 }), { maxLength: 8 }), async (rounds) => {
      await redis.client.del(KEY)
      await redis.client.hset(KEY, 'theme', 'light')
      const timeline = new Timeline({ clock: Date.now, onEntry: () => {} })
      timeline.opened()
      const read = async () => {
        const mark = timeline.mark()
        timeline.read('a', mark, await readSessionDetail(redis.client, 'session:', 'a', Date.now))
      }
      await read()
      timeline.watch('a')
      const known: { readonly moment: Moment; readonly fields: Fields }[] = []
      for (const edits of [[], ...rounds]) {
        for (const each of edits) await apply(each)
        await read()
        const moment = timeline.logs.get('a')?.last
        if (moment != null) known.push({ moment, fields: await fieldsNow() })
      }
      for (const from of known) {
        for (const to of known) {
          const { fields, same, ...facts } = diffMoments(from.moment, to.moment)
          const said = fields.map(({ name: field, change, old, new: now }) => {
            expect(change).toBe(old === null ? 'added' : now === null ? 'removed' : 'changed')
            return { id: bytesId(field), old: old?.value ?? null, new: now?.value ?? null }
          })
          const expected = compare(from.fields, to.fields)
          expect(said.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(expected)
          const all = new Set([...from.fields.keys(), ...to.fields.keys()])
          expect(same).toBe(all.size - expected.length)
          expect([facts.from.exists, facts.to.exists]).toEqual([from.fields.size > 0, to.fields.size > 0])
        }
      }
    }),
    { numRuns: 60 },
  )
})
