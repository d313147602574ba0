import { describe, expect, it } from 'vitest'
import { useRedis } from '../../../test/redis.ts'
import { prefixPattern } from './glob.ts'

const redis = useRedis()

describe('a prefix as a pattern', () => {
  it.each(['session:', 'a*b:', 'a?b:', 'a[b]c:', 'a\\b:', 'a[^b]:', 'a-b:', '[', '\\', '*', 'é[ü]:'])(
    '%j matches its own keys alone',
    async (prefix) => {
      const own = [`${prefix}1`, `${prefix}*`, prefix]
      const others = ['axb:1', 'ab:1', 'abc:1', 'sessionx', 'b', '^', 'x1']
      for (const key of [...own, ...others]) await redis.client.set(key, '')
      const expected = [...own, ...others].filter((key) => key.startsWith(prefix))
      const [, found] = await redis.client.scan('0', 'MATCH', prefixPattern(prefix), 'COUNT', 1000)
      expect(found.sort()).toEqual([...new Set(expected)].sort())
    },
  )
})
