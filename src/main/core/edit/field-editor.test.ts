import { expect, test } from 'vitest'
import { useRedis } from '../../../test/redis.ts'
import { SessionStore } from '../store/session-store.ts'
import { FieldEditor } from './field-editor.ts'

const redis = useRedis()

test.each([
  ['hmget', 'HMGET'],
  ['hset', 'HSET'],
])('a user who may not run %s is told so by its name, and nothing is written', async (denied, named) => {
  const id = await new SessionStore({ client: redis.client }).createSession({ theme: 'dark' })
  await redis.client.acl('SETUSER', 'guest', 'reset', 'on', '>pass', '~*', '&*', '+@all', `-${denied}`)
  const editor = new FieldEditor(redis.connect({ username: 'guest', password: 'pass' }), () => {})
  await expect(
    editor.set({ prefix: 'session:', id, field: 'theme', shown: 'dark' }, 'light'),
  ).rejects.toMatchObject({ code: 'no_permission', details: { command: named } })
  expect(await redis.client.hget(`session:${id}`, 'theme')).toBe('dark')
})
