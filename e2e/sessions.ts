import type { Redis } from 'ioredis'

const FILL = `
for i = 1, tonumber(ARGV[2]) do
  local number = string.format('%0' .. ARGV[4] .. 'd', i)
  local key = ARGV[1] .. 'id-' .. number
  redis.call('HSET', key, 'created_at', ARGV[3], 'last_accessed_at', ARGV[3], 'session_ttl', '3600',
    'username', 'user-' .. number, 'page_views', tostring(i % 50))
  redis.call('EXPIRE', key, 3600)
end
return redis.call('DBSIZE')
`

/** Many sessions at once: `user-00001` with the id `id-00001` and so on, with more digits where there are more. */
export async function fillSessions(client: Redis, count: number, prefix = 'session:'): Promise<void> {
  const now = `${new Date().toISOString().slice(0, 19)}+00:00`
  await client.eval(FILL, 0, prefix, count, now, Math.max(5, String(count).length))
}

/** As many keys that are no sessions, and not under the usual prefix. */
export async function fillOtherKeys(client: Redis, count: number): Promise<void> {
  await client.eval("for i = 1, tonumber(ARGV[1]) do redis.call('SET', 'other:' .. i, '') end", 0, count)
}
