import { describe, expect, it } from 'vitest'
import { useRedis } from '../../../test/redis.ts'
import { surveyPrefixes } from './prefix-survey.ts'

const redis = useRedis()

async function fill(keys: readonly (string | Buffer)[]): Promise<void> {
  const pipeline = redis.client.pipeline()
  for (const key of keys) pipeline.set(key, '')
  await pipeline.exec()
}

const numbered = (count: number, name: (number: number) => string) =>
  Array.from({ length: count }, (_, number) => name(number))

const found = async () =>
  Object.fromEntries((await surveyPrefixes(redis.client)).prefixes.map(({ prefix, keys }) => [prefix, keys]))

describe('the prefixes of a database', () => {
  it('are none in an empty one', async () => {
    expect(await surveyPrefixes(redis.client)).toEqual({ prefixes: [], looked: 0, keys: 0, complete: true })
  })

  it('are the namespaces that lead to more than one key, the largest first', async () => {
    await fill([
      ...numbered(30, (n) => `session:app-a:id${n}`),
      ...numbered(20, (n) => `session:app-b:id${n}`),
      ...numbered(5, (n) => `session:id${n}`),
      ...numbered(8, (n) => `spring:session:sessions:id${n}`),
      ...numbered(4, (n) => `spring:session:expirations:${n}`),
      'PHPREDIS_SESSION:abc',
      'plain',
    ])
    const { prefixes, looked, complete } = await surveyPrefixes(redis.client)
    expect([looked, complete]).toEqual([69, true])
    expect(prefixes[0]).toEqual({ prefix: 'session:', keys: 55 })
    expect(await found()).toEqual({
      'session:': 55,
      'session:app-a:': 30,
      'session:app-b:': 20,
      'spring:session:': 12,
      'spring:session:sessions:': 8,
      'spring:session:expirations:': 4,
      'PHPREDIS_SESSION:': 1,
    })
  })

  it('are no ids, whether these show it by their looks or by their number', async () => {
    await fill([
      ...numbered(60, (n) => `cart:user${n}:items`),
      ...numbered(60, (n) => `cart:user${n}:total`),
      ...numbered(3, (n) => `order:${1000 + n}:lines`),
      ...numbered(3, (n) => `order:${1000 + n}:address`),
      'token:0f8fad5b-d9cb-469f-a165-70867728950e:a',
      'token:0f8fad5b-d9cb-469f-a165-70867728950e:b',
    ])
    expect(await found()).toEqual({ 'cart:': 120, 'order:': 6, 'token:': 2 })
  })

  it('may hold any character, as long as they are text', async () => {
    await fill(['a*[b]?:1', 'sitzung-ä:1', Buffer.from('raw\xff:1', 'latin1'), Buffer.from([0, 58, 1])])
    expect(await found()).toEqual({ 'a*[b]?:': 1, 'sitzung-ä:': 1, '\0:': 1 })
  })

  it('are counted in full where a database is small enough', async () => {
    await fill([...numbered(20_000, (n) => `session:${n}`), ...numbered(10, (n) => `other:${n}`)])
    expect(await found()).toEqual({ 'session:': 20_000, 'other:': 10 })
  })

  it('say so where this user may not look', async () => {
    await redis.client.call('ACL', 'SETUSER', 'blind', 'on', '>pw', '~*', '&*', '+@all', '-scan')
    const client = redis.connect({ username: 'blind', password: 'pw' })
    await expect(surveyPrefixes(client)).rejects.toMatchObject({ code: 'no_permission' })
  })
})
