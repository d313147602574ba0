import type { Redis } from 'ioredis'
import type { Bytes } from '#shared/bytes.ts'
import { AppError } from '#shared/errors.ts'
import { LIMITS } from '#shared/model.ts'
import { fromBytes, toBytes } from '../bytes.ts'
import { toAppError } from '../connection/redis-errors.ts'
import { keyOf } from '../index/session-detail.ts'
import { checkFieldName, refuseReserved } from '../store/fields.ts'
import type { KeyChange } from '../store/key-state.ts'
import { SESSION_TTL } from '../store/lua.ts'
import { Script } from '../store/script.ts'

/** A field of a session as it was shown: null for one that was absent. */
export interface FieldRef {
  readonly prefix: string
  readonly id: Bytes
  readonly field: Bytes
  readonly shown: Bytes | null
}

/**
 * Looks before it writes, in one step on the server: is it still a session, does the field still hold what was
 * shown? HSET and HDEL leave the key's expiry alone, and no access is recorded: looking at a session with a tool is
 * not a visit. KEYS: the session. ARGV: field, '1' and the shown value or '0' and '', then the change and its value.
 */
const CHANGE_FIELD = `${SESSION_TTL}
local found = redis.pcall('HMGET', KEYS[1], 'created_at', 'last_accessed_at', 'session_ttl', ARGV[1])
if found.err then
  if string.sub(found.err, 1, 9) == 'WRONGTYPE' then return {'not_a_session'} end
  return found
end
if not session_ttl(found[1], found[2], found[3]) then
  if redis.call('EXISTS', KEYS[1]) == 0 then return {'gone'} end
  return {'not_a_session'}
end
local current = found[4]
if ARGV[2] == '1' then
  if current ~= ARGV[3] then return {'conflict', current} end
elseif current then
  return {'conflict', current}
end
if ARGV[4] == 'set' then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[5])
else
  redis.call('HDEL', KEYS[1], ARGV[1])
end
return {'done'}
`

/** Changes single fields of sessions, refusing to write over what the person has not seen. */
export class FieldEditor {
  readonly #script: Script
  readonly #record: (changes: readonly KeyChange[] | null) => void

  /** @param record told what each write did to its key: empty where it is as it was, null where that cannot be told */
  constructor(client: Redis, record: (changes: readonly KeyChange[] | null) => void) {
    this.#script = new Script(client, CHANGE_FIELD, 1, { name: 'change or remove a field' })
    this.#record = record
  }

  /** @throws AppError `conflict` with `details.current`, `session_gone`, `reserved_field`, … */
  async set(ref: FieldRef, value: Bytes): Promise<void> {
    const bytes = fromBytes(value)
    if (bytes.length > LIMITS.valueBytes) {
      throw new AppError(
        'invalid_value',
        `A value takes at most ${LIMITS.valueBytes / 1024 / 1024} MB; this one has ${(bytes.length / 1024 / 1024).toFixed(1)} MB. Keep what is that large elsewhere, and its name in the session.`,
      )
    }
    if (ref.shown === null) checkFieldName(nameOf(ref.field))
    await this.#change(ref, 'set', bytes)
  }

  /** @throws AppError as {@link set} */
  async remove(ref: FieldRef): Promise<void> {
    await this.#change(ref, 'remove', Buffer.alloc(0))
  }

  async #change(
    { prefix, id, field, shown }: FieldRef,
    change: 'set' | 'remove',
    value: Buffer,
  ): Promise<void> {
    refuseReserved(nameOf(field))
    const args = [
      keyOf(prefix, id),
      fromBytes(field),
      shown === null ? '0' : '1',
      shown === null ? '' : fromBytes(shown),
      change,
      value,
    ]
    const { reply, changes } = await this.#script.record(...args).catch((error: unknown) => {
      throw toAppError(this.#script.nameRefused(error))
    })
    this.#record(changes)
    const [outcome, current] = reply as readonly [Buffer, (Buffer | null)?]
    switch (outcome.toString()) {
      case 'done':
        return
      case 'conflict':
        throw new AppError('conflict', 'This field has changed since it was shown. Nothing was written.', {
          current: current ? toBytes(current) : null,
        })
      case 'gone':
        throw new AppError(
          'session_gone',
          'This session has expired or was deleted. Nothing was written, so it stays gone.',
        )
      default:
        throw new AppError(
          'not_a_session',
          'This key is not a session any more, so it was not touched. Look at what it holds now.',
        )
    }
  }
}

/** A name that comes as base64 may be text all the same, and that of a reserved field. */
const nameOf = (field: Bytes): string => fromBytes(field).toString('utf8')
