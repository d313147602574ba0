import { randomBytes } from 'node:crypto'
import { AppError } from '#shared/errors.ts'
import { DEFAULT_PREFIX, LIMITS, USER_FIELD } from '#shared/model.ts'
import { DEFAULT_TTL_SECONDS, parseTtl } from '#shared/ttl.ts'
import { hasHashTag, idInSlotOf } from '../connection/key-slot.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { toAppError } from '../connection/redis-errors.ts'
import { checkFieldName, fieldValue, isReservedField, refuseReserved } from './fields.ts'
import type { KeyChange } from './key-state.ts'
import { redisCliLine } from './redis-cli.ts'
import { asText, type Script, type ScriptArgs, type Traced } from './script.ts'
import { NOT_A_NUMBER, storeScripts } from './scripts.ts'
import { formatTimestamp } from './timestamp.ts'
import type { SessionData, SessionFields, StoreListener } from './types.ts'
import { userIndexKey } from './user-index.ts'

export interface SessionStoreOptions {
  /** Belongs to the caller, who also closes it. Without `keyPrefix`: `prefix` takes its place. */
  readonly client: RedisClient
  /** What stands before the id in each key. @default 'session:' */
  readonly prefix?: string
  /** Seconds that a session lives without access, unless it is created with another TTL. @default 1800 */
  readonly ttl?: number
  /** Epoch milliseconds. @default Date.now */
  readonly clock?: () => number
  /** Must be unguessable: who knows an id is logged in. @default 32 random bytes, base64url */
  readonly generateId?: () => string
  /**
   * Keeps an index from each user to their sessions, for `listUserSessions` and `logOutUser`; on a cluster only under a
   * prefix with a hash tag, such as `session:{app}:`, which keeps all in one slot.
   * @default none
   */
  readonly userIndex?: {
    /** The field that names the user. @default 'username' */
    readonly field?: string
  }
  /**
   * Told what each operation did to the session's key, before the operation resolves: empty where it is as it was,
   * null where that cannot be told. Keys of the user index are not among them.
   * @default none: it costs a DUMP before and after
   */
  readonly record?: (changes: readonly KeyChange[] | null) => void
}

/** UTF-8 bytes of a session id. */
const MAX_ID_BYTES = 1024

type Scripts = ReturnType<typeof storeScripts>

/**
 * Web sessions in Redis, each a hash `{prefix}{id}` with a sliding expiry, as the Redis guide's Python store lays
 * them out. Every operation is one atomic step on the server and one round trip, so that no interleaving with an
 * expiry, a logout or a rotation brings a session back.
 *
 * A key that is no session (of another type, or a hash without the reserved fields or with a TTL that is none) is
 * answered like an absent one and never touched.
 *
 * All methods reject with an AppError for a bad argument, a permission that is missing (`no_permission`, naming the
 * command), a lost connection (`connection_lost`) and what else Redis refuses (`redis_error`).
 */
export class SessionStore {
  readonly prefix: string
  /** Seconds. */
  readonly ttl: number
  readonly #clock: () => number
  readonly #generateId: () => string
  /** False where ids are of the caller's making. */
  readonly #mayChooseId: boolean
  /** A new id must lie in the slot of the old one. */
  #isCluster: boolean
  readonly #scripts: Scripts
  readonly #record: SessionStoreOptions['record']
  #second = Number.NaN
  #timestamp = ''
  readonly #listeners = new Set<StoreListener>()

  /** @throws AppError for a bad prefix, TTL or user field, and for a client with a `keyPrefix`. */
  constructor(options: SessionStoreOptions) {
    const { client, prefix = DEFAULT_PREFIX, ttl = DEFAULT_TTL_SECONDS, userIndex } = options
    if (client.options.keyPrefix) {
      throw invalid("The client's keyPrefix would not reach all keys: use the store's prefix instead.")
    }
    if (!prefix.isWellFormed() || Buffer.byteLength(prefix) > LIMITS.prefixBytes) {
      throw invalid(`The prefix must be well-formed Unicode of at most ${LIMITS.prefixBytes} bytes.`)
    }
    const field = userIndex === undefined ? null : checkFieldName(userIndex.field ?? USER_FIELD)
    if (field !== null) refuseReserved(field)
    if (field !== null && client.isCluster && !hasHashTag(prefix)) {
      throw new AppError(
        'unsupported',
        'On a cluster the sessions of a user lie on many nodes, so that no single step could keep an index of them. Use a prefix with a hash tag, such as session:{app}:, or no userIndex.',
      )
    }
    this.prefix = prefix
    this.ttl = parseTtl(ttl)
    this.#clock = options.clock ?? Date.now
    this.#generateId = options.generateId ?? (() => randomBytes(32).toString('base64url'))
    this.#mayChooseId = options.generateId === undefined
    this.#isCluster = client.isCluster
    this.#record = options.record
    this.#scripts = storeScripts(client, field === null ? null : { prefix, field })
  }

  /** The key of a session. @throws AppError `invalid_argument` for what cannot be an id. */
  keyOf(id: string): string {
    if (typeof id !== 'string' || id === '' || !id.isWellFormed() || Buffer.byteLength(id) > MAX_ID_BYTES) {
      throw invalid(`A session id is text of 1 to ${MAX_ID_BYTES} bytes.`)
    }
    return this.prefix + id
  }

  /**
   * @param data reserved fields in it are left out.
   * @param ttl seconds.
   * @returns the new session's id.
   */
  async createSession(data: SessionData = {}, ttl: number = this.ttl): Promise<string> {
    const seconds = String(parseTtl(ttl))
    const now = this.#now()
    const pairs = [...pairsOf(data), 'created_at', now, 'last_accessed_at', now, 'session_ttl', seconds]
    const id = this.#generateId()
    const created = await this.#run('createSession', this.#scripts.create, id, this.keyOf(id), [
      seconds,
      pairs,
    ])
    if (created === null) throw taken()
    return id
  }

  /**
   * @param options.refresh whether this is an access, which sets `last_accessed_at` and renews the expiry.
   * @returns all fields, the reserved ones included, or null where there is no such session.
   */
  async getSession(
    id: string,
    { refresh = true }: { refresh?: boolean } = {},
  ): Promise<SessionFields | null> {
    const { read, readAndTouch } = this.#scripts
    const reply = refresh
      ? await this.#run('getSession', readAndTouch, id, this.keyOf(id), [this.#now()])
      : await this.#run('getSession', read, id, this.keyOf(id), [])
    return reply === null ? null : fieldsOf(reply as readonly string[])
  }

  /** @returns the seconds that each access resets the expiry to, or null where there is no such session. */
  async getConfiguredTtl(id: string): Promise<number | null> {
    const reply = await this.#run('getConfiguredTtl', this.#scripts.configuredTtl, id, this.keyOf(id), [])
    return reply === null ? null : Number(reply)
  }

  /** @returns seconds as Redis' TTL rounds them; -1 for a key without expiry, -2 where there is no key. */
  async getRemainingTtl(id: string): Promise<number> {
    return Number(
      await this.#run(
        'getRemainingTtl',
        this.#scripts.remainingTtl,
        id,
        this.keyOf(id),
        [],
        (ttl) => ttl !== '-2',
      ),
    )
  }

  /**
   * Writes fields and touches. Reserved fields in `data` are left out; with no fields at all nothing is written.
   * @returns whether there is such a session.
   */
  async updateSession(id: string, data: SessionData): Promise<boolean> {
    const pairs = pairsOf(data)
    const { configuredTtl, update } = this.#scripts
    const key = this.keyOf(id)
    const reply =
      Object.keys(data).length === 0
        ? await this.#run('updateSession', configuredTtl, id, key, [])
        : await this.#run('updateSession', update, id, key, [[...pairs, 'last_accessed_at', this.#now()]])
    return reply !== null
  }

  /**
   * Adds to a whole number, or to 0 where the field is absent, and touches.
   * @returns the new value, or null where there is no such session.
   * @throws AppError `reserved_field`; `not_a_number` where the value or the sum is no whole number within ±(2^53 - 1),
   * and nothing is written then.
   */
  async incrementField(id: string, field: string, by = 1): Promise<number | null> {
    refuseReserved(checkFieldName(field))
    if (!Number.isSafeInteger(by)) {
      throw new AppError('not_a_number', `A field is incremented by a whole number, not ${String(by)}.`)
    }
    const args = [this.#now(), field, String(by)]
    const reply = await this.#run('incrementField', this.#scripts.increment, id, this.keyOf(id), args)
    if (reply === NOT_A_NUMBER) {
      throw new AppError(
        'not_a_number',
        `The value of '${field}' or the sum is no whole number within ±${Number.MAX_SAFE_INTEGER}. Set the field to a number first.`,
        { field },
      )
    }
    return reply === null ? null : Number(reply)
  }

  /**
   * Removes fields and touches; with no fields at all nothing is written.
   * @returns how many of them there were, or null where there is no such session.
   * @throws AppError `reserved_field`, and nothing is removed then.
   */
  async removeFields(id: string, fields: readonly string[]): Promise<number | null> {
    for (const field of fields) refuseReserved(checkFieldName(field))
    const { configuredTtl, removeFields } = this.#scripts
    const key = this.keyOf(id)
    if (fields.length === 0) {
      return (await this.#run('removeFields', configuredTtl, id, key, [])) === null ? null : 0
    }
    const reply = await this.#run('removeFields', removeFields, id, key, [this.#now(), fields])
    return reply === null ? null : Number(reply)
  }

  /**
   * Changes the configured TTL, touches, and applies the TTL at once.
   * @param ttl seconds.
   * @param options.instead the configured TTL that it must have, in seconds.
   * @returns whether there is such a session.
   * @throws AppError `conflict` with `details.configuredTtl` where it is another than `instead`.
   */
  async setSessionTtl(
    id: string,
    ttl: number,
    options: { readonly instead?: number } = {},
  ): Promise<boolean> {
    const args = [this.#now(), String(parseTtl(ttl)), String(options.instead ?? '')]
    const reply = await this.#run('setSessionTtl', this.#scripts.setTtl, id, this.keyOf(id), args)
    if (typeof reply === 'string') {
      throw new AppError('conflict', 'The TTL has changed since it was shown. Nothing was written.', {
        configuredTtl: Number(reply),
      })
    }
    return reply !== null
  }

  /** An access that reads nothing. @returns whether there is such a session. */
  async touchSession(id: string): Promise<boolean> {
    return (await this.#run('touchSession', this.#scripts.touch, id, this.keyOf(id), [this.#now()])) !== null
  }

  /**
   * Gives a session a new id, as one does at login and logout. Its data and the rest of its TTL stay as they are,
   * and the old id is gone in the same step. On a cluster the new key lies in the slot of the old one, which makes that
   * possible; not with ids of `generateId`, unless they happen to.
   * @returns the new id, or null where there is no such session.
   */
  async rotateSession(id: string): Promise<string | null> {
    const key = this.keyOf(id)
    const next = (this.#isCluster ? this.#idBeside(key) : null) ?? this.#generateId()
    let reply: unknown
    try {
      reply = await this.#run('rotateSession', this.#scripts.rotate, id, key, [this.keyOf(next)])
    } catch (error) {
      // A node of a cluster that was connected to by itself; it has done nothing.
      if (this.#isCluster || !this.#mayChooseId || !isCrossSlot(error)) throw error
      this.#isCluster = true
      return this.rotateSession(id)
    }
    if (reply === null) return null
    if (Number(reply) === 0) throw taken()
    return next
  }

  #idBeside(key: string): string | null {
    return this.#mayChooseId ? idInSlotOf(key, this.prefix) : null
  }

  /** @returns whether there was such a session. */
  async deleteSession(id: string): Promise<boolean> {
    return (await this.#run('deleteSession', this.#scripts.delete, id, this.keyOf(id), [])) !== null
  }

  /**
   * @returns the ids of a user's living sessions, the longest-lived first; of those that the Python store has made,
   * the ones that this store has written to since.
   * @throws AppError `invalid_argument` for a store without `userIndex`.
   */
  async listUserSessions(user: string): Promise<string[]> {
    const { list } = this.#user()
    const some = (ids: unknown) => (ids as string[]).length > 0
    return (await this.#run('listUserSessions', list, '', this.#userKey(user), [user], some)) as string[]
  }

  /**
   * Deletes a user's sessions on all devices in one step.
   * @returns how many there were.
   * @throws AppError `invalid_argument` for a store without `userIndex`.
   */
  async logOutUser(user: string): Promise<number> {
    const { logOut } = this.#user()
    const some = (count: unknown) => Number(count) > 0
    return Number(await this.#run('logOutUser', logOut, '', this.#userKey(user), [user], some))
  }

  /**
   * Tells each operation as it ends, also one that found nothing. An operation that Redis refused is not told. The
   * listener must not throw: the operation, which is done by then, would seem to have failed.
   * @returns what ends the subscription.
   */
  subscribe(listener: StoreListener): () => void {
    // Its own entry, so that the same function may subscribe twice and each end only itself.
    const entry: StoreListener = (event) => listener(event)
    this.#listeners.add(entry)
    return () => this.#listeners.delete(entry)
  }

  /** @returns the script's reply; null where it found no session. */
  async #run(
    operation: string,
    script: Script,
    id: string,
    key: string,
    args: ScriptArgs,
    found = isSession,
  ): Promise<unknown> {
    try {
      if (this.#listeners.size === 0 && this.#record === undefined) return await script.run(key, ...args)
      const start = performance.now()
      const { reply, commands } =
        this.#record === undefined
          ? await script.trace(key, ...args)
          : await this.#recorded(script, this.#record, key, args)
      const durationMs = performance.now() - start
      const event = {
        operation,
        id,
        key,
        keys: [key, ...args.slice(0, script.keys - 1).map(String)],
        found: found(reply),
        commands: commands.map(redisCliLine),
        durationMs,
      }
      for (const listener of this.#listeners) listener(event)
      return reply
    } catch (error) {
      throw toAppError(script.nameRefused(error))
    }
  }

  async #recorded(
    script: Script,
    record: NonNullable<SessionStoreOptions['record']>,
    key: string,
    args: ScriptArgs,
  ): Promise<Traced> {
    const { reply, commands, changes } = await script.record(key, ...args)
    record(changes)
    return { reply: asText(reply), commands }
  }

  #user() {
    if (this.#scripts.user === null) {
      throw invalid('Sessions are found by user only in a store with the option userIndex: {}.')
    }
    return this.#scripts.user
  }

  #userKey(user: string): string {
    if (typeof user !== 'string' || user === '' || !user.isWellFormed()) {
      throw invalid('The user must be named by non-empty text.')
    }
    return userIndexKey(this.prefix, user)
  }

  /** Formatted once a second: it is a part of almost every operation. */
  #now(): string {
    const second = Math.floor(this.#clock() / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#timestamp = formatTimestamp(second * 1000)
    }
    return this.#timestamp
  }
}

const isCrossSlot = (error: unknown): boolean =>
  error instanceof AppError && error.cause instanceof Error && /CROSSSLOT/.test(error.cause.message)

const isSession = (reply: unknown): boolean => reply !== null

/** @throws AppError for a name or value that cannot be written. */
function pairsOf(data: SessionData): string[] {
  const pairs: string[] = []
  for (const [name, value] of Object.entries(data)) {
    if (!isReservedField(name)) pairs.push(checkFieldName(name), fieldValue(name, value))
  }
  return pairs
}

function fieldsOf(flat: readonly string[]): SessionFields {
  const fields: SessionFields = {}
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const name = flat[i] ?? ''
    const value = flat[i + 1] ?? ''
    // Assigning this one name would set the prototype instead of a field.
    if (name === '__proto__') {
      Object.defineProperty(fields, name, { value, writable: true, enumerable: true, configurable: true })
    } else {
      fields[name] = value
    }
  }
  return fields
}

const invalid = (message: string) => new AppError('invalid_argument', message)
const taken = () => invalid('generateId gave an id that is taken. Let it give unguessable, new ones.')
