import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { CommandQuery, EventName } from '#shared/contract.ts'
import { useRedis } from '../../../test/redis.ts'
import { CommandLog } from './command-log.ts'
import { tapCommands } from './command-tap.ts'
import { CommandClient } from './testing/command-client.ts'

const redis = useRedis()
const PREFIX = 'session:'

/** Text that appears nowhere else, and how it could be met again: as it is, in JSON, escaped, as base64. */
const secret = fc
  .tuple(fc.stringMatching(/^[a-zA-Z]{12}$/), fc.string({ unit: 'binary', maxLength: 300 }))
  .map(([core, rest]) => ({ core, value: core + rest.toWellFormed() }))
const name = fc.constantFrom(
  'password',
  'apiKey',
  'csrf_token',
  'private-key',
  'OTP',
  'user_pin',
  'authorization',
)

const all: CommandQuery = {
  offset: 0,
  limit: 500,
  text: '',
  kinds: ['reads', 'writes', 'background'],
  failedOnly: false,
}

it('nothing that the log answers holds the value of a secret-looking field, whatever is done with it', async () => {
  const client = new CommandClient()
  try {
    await client.invoke('connection.connect', { port: redis.port })
    await client.window()
    const cores: string[] = []
    const known = (...secrets: readonly { readonly core: string }[]) =>
      cores.push(...secrets.map(({ core }) => core))
    await fc.assert(
      fc.asyncProperty(name, secret, secret, secret, async (field, first, second, third) => {
        known(first, second, third)
        const fields = {
          username: 'ada',
          [field]: first.value,
          data: JSON.stringify({ a: 1, [field]: third.value }),
        }
        const { id } = await client.invoke('session.create', { prefix: PREFIX, fields, ttl: 600 })
        const ref = { prefix: PREFIX, id, field }
        await client.invoke('session.watch', { prefix: PREFIX, id })
        await client.invoke('session.setField', { ...ref, shown: first.value, value: second.value })
        // Refused, with what was guessed wrongly.
        await client.dispatch('session.setField', { ...ref, shown: third.value, value: third.value })
        await client.invoke('history.undo', {})
        await client.invoke('history.redo', {})
        await client.invoke('session.removeField', { ...ref, shown: second.value })
        await client.invoke('session.setField', { ...ref, shown: null, value: third.value })
        await client.invoke('session.readField', ref)
        const { id: rotated } = await client.invoke('session.rotate', { prefix: PREFIX, id })
        await client.invoke('session.delete', { prefix: PREFIX, id: rotated })
        await client.invoke('history.undo', {})
        const answers = [
          await client.page(all),
          await client.page({ ...all, kinds: ['writes'], failedOnly: true }),
        ]
        const told = JSON.stringify([answers, client.events.filter((event) => isCommands(event.name))])
        for (const core of cores) {
          expect(told).not.toContain(core)
          expect(told).not.toContain(Buffer.from(core).toString('base64').slice(0, 12))
        }
        // Nobody can find it by its text either.
        for (const { core } of [first, second, third]) {
          expect((await client.page({ text: core })).matched).toBe(0)
        }
      }),
      { numRuns: 15 },
    )
  } finally {
    await client.inspector.stop()
  }
}, 60_000)

const isCommands = (event: EventName) => event.startsWith('commands.')

it('passwords of Redis itself are not in it, however they are sent', async () => {
  await redis.client.call('ACL', 'SETUSER', 'keeper', 'on', '>hunter2-acl', '~*', '&*', '+@all')
  const client = new CommandClient()
  try {
    await client.invoke('connection.connect', {
      port: redis.port,
      username: 'keeper',
      password: 'hunter2-acl',
    })
    const [hello] = await client.log({ text: 'auth' })
    expect(hello).toMatchObject({
      name: 'HELLO',
      words: ['3', 'AUTH', 'keeper', { shown: '', left: 'secret', amount: 0 }],
      purpose: 'connected',
      outcome: 'ok',
    })
    expect(JSON.stringify(await client.page(all))).not.toContain('hunter2')
  } finally {
    await client.inspector.stop()
  }
  const own = redis.connect()
  const log = new CommandLog()
  tapCommands(own, 'main', log)
  await own.call('ACL', 'SETUSER', 'other', 'on', '>hunter2', `#${'a'.repeat(64)}`)
  await own.config('SET', 'masterauth', 'hunter2')
  await own.call('HELLO', '2', 'AUTH', 'other', 'hunter2').catch(() => {})
  await own.call('AUTH', 'hunter2').catch(() => {})
  await own.restore('k', 0, 'hunter2').catch(() => {})
  const told = JSON.stringify(log.read(all))
  expect(log.read(all).matched).toBeGreaterThanOrEqual(5)
  expect(told).not.toContain('hunter2')
  expect(told).not.toContain('aaaaaaa')
})
