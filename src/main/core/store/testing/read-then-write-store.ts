import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import { formatTimestamp } from '../timestamp.ts'
import type { SessionData, SessionFields } from '../types.ts'

/**
 * The control for the race test and the benchmark: a store that looks first (EXISTS, HGET) and writes then (MULTI),
 * in the steps of the guide. What ends in between comes back. Not for use.
 */
export class ReadThenWriteStore {
  constructor(
    private readonly client: Redis,
    private readonly prefix = 'session:',
  ) {}

  async createSession(data: SessionData, ttl: number): Promise<string> {
    const id = randomBytes(32).toString('base64url')
    const now = formatTimestamp(Date.now())
    await this.client
      .multi()
      .hset(this.prefix + id, { ...data, created_at: now, last_accessed_at: now, session_ttl: String(ttl) })
      .expire(this.prefix + id, ttl)
      .exec()
    return id
  }

  async getSession(id: string): Promise<SessionFields | null> {
    const ttl = await this.#configuredTtl(id)
    if (ttl === null) return null
    const key = this.prefix + id
    const replies = await this.client
      .multi()
      .hset(key, 'last_accessed_at', formatTimestamp(Date.now()))
      .expire(key, ttl)
      .hgetall(key)
      .exec()
    return replies?.[2]?.[1] as SessionFields
  }

  async updateSession(id: string, data: SessionData): Promise<boolean> {
    const ttl = await this.#configuredTtl(id)
    if (ttl === null) return false
    const key = this.prefix + id
    await this.client
      .multi()
      .hset(key, { ...data, last_accessed_at: formatTimestamp(Date.now()) })
      .expire(key, ttl)
      .exec()
    return true
  }

  async incrementField(id: string, field: string): Promise<number | null> {
    const ttl = await this.#configuredTtl(id)
    if (ttl === null) return null
    const key = this.prefix + id
    const replies = await this.client
      .multi()
      .hincrby(key, field, 1)
      .hset(key, 'last_accessed_at', formatTimestamp(Date.now()))
      .expire(key, ttl)
      .exec()
    return replies?.[0]?.[1] as number
  }

  async removeFields(id: string, fields: readonly string[]): Promise<number | null> {
    const ttl = await this.#configuredTtl(id)
    if (ttl === null) return null
    const key = this.prefix + id
    const replies = await this.client
      .multi()
      .hdel(key, ...fields)
      .hset(key, 'last_accessed_at', formatTimestamp(Date.now()))
      .expire(key, ttl)
      .exec()
    return replies?.[0]?.[1] as number
  }

  async setSessionTtl(id: string, ttl: number): Promise<boolean> {
    const key = this.prefix + id
    if ((await this.client.exists(key)) !== 1) return false
    await this.client
      .multi()
      .hset(key, { session_ttl: String(ttl), last_accessed_at: formatTimestamp(Date.now()) })
      .expire(key, ttl)
      .exec()
    return true
  }

  /** The guide has no rotation; this is how one writes it without a script: read, write anew, delete. */
  async rotateSession(id: string): Promise<string | null> {
    const fields = await this.client.hgetall(this.prefix + id)
    const { session_ttl: ttl } = fields
    if (ttl === undefined) return null
    const next = randomBytes(32).toString('base64url')
    await this.client
      .multi()
      .hset(this.prefix + next, fields)
      .expire(this.prefix + next, ttl)
      .del(this.prefix + id)
      .exec()
    return next
  }

  async deleteSession(id: string): Promise<boolean> {
    return (await this.client.del(this.prefix + id)) === 1
  }

  async #configuredTtl(id: string): Promise<number | null> {
    // Once for the operation and once within its look at the TTL, as in the guide.
    if ((await this.client.exists(this.prefix + id)) !== 1) return null
    if ((await this.client.exists(this.prefix + id)) !== 1) return null
    const ttl = await this.client.hget(this.prefix + id, 'session_ttl')
    return ttl === null ? null : Number(ttl)
  }
}
