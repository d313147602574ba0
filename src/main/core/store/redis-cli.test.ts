import { expect, test } from 'vitest'
import { redisCliLine } from './redis-cli.ts'

test('plain words stay plain', () => {
  expect(redisCliLine(['EXPIRE', 'session:abc', '60'])).toBe('EXPIRE session:abc 60')
})

test('what redis-cli would split or read otherwise is quoted as it reads it', () => {
  expect(redisCliLine(['HSET', 'k', 'a', '', 'b', 'x y', 'c', 'say "hi"\n\\\u0001'])).toBe(
    'HSET k a "" b "x y" c "say \\"hi\\"\\n\\\\\\x01"',
  )
})

test.each(['csrf_token', 'token', 'client_secret', 'Password', 'apiKey'])(
  'the value of %s is cut',
  (name) => {
    expect(redisCliLine(['HSET', 'k', 'user', 'ada', name, 'hunter2'])).toBe(`HSET k user ada ${name} …`)
  },
)

test('a field that is called like a value of a secret one is not mistaken for it', () => {
  expect(redisCliLine(['HMGET', 'k', 'token', 'username'])).toBe('HMGET k token username')
})

test('long values are cut, keys are not', () => {
  const key = `session:${'k'.repeat(300)}`
  expect(redisCliLine(['HSET', key, 'a', 'v'.repeat(300)])).toBe(`HSET ${key} a ${'v'.repeat(200)}…`)
})
