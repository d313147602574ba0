import type { Bytes } from '#shared/bytes.ts'
import { AppError } from '#shared/errors.ts'
import { LIMITS, type SessionState } from '#shared/model.ts'
import { MAX_FIELD_TTL_SECONDS } from '#shared/ttl.ts'
import { fromBytes, toBytes } from '../bytes.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { toAppError } from '../connection/redis-errors.ts'
import { keyOf } from '../index/session-detail.ts'
import { checkFieldName, refuseReserved } from '../store/fields.ts'
import type { KeyChange, SharedPart } from '../store/key-state.ts'
import { Script, type ScriptArgs } from '../store/script.ts'
import {
  DELETE_KEY,
  DELETE_WITH_RELATED,
  EDIT_NAMES,
  REMOVE_FIELD,
  RENAME_FIELD,
  SET_EXPIRY,
  SET_FIELD,
  SET_FIELD_TTL,
  SET_VALUE,
} from './edit-scripts.ts'

export interface KeyRef {
  readonly prefix: string
  readonly id: Bytes
}

/** A key as it was shown; anything else that is there by now is not touched. */
export interface ShownKey {
  readonly state: SessionState
  /** Redis TYPE. */
  readonly type: string
}

/** What goes with a key that is deleted: see `related-keys.ts`. */
export interface AlongWith {
  readonly key: Buffer
  readonly part: { readonly kind: 'whole' } | Pick<SharedPart, 'kind' | 'word'>
}

/** A field as it was shown: `shown` is null for one that was absent. */
export interface FieldRef extends KeyRef {
  /** What its hash was shown as. @default 'session' */
  readonly state?: 'session' | 'incomplete'
  readonly field: Bytes
  readonly shown: Bytes | null
}

/** When something ends as it was shown, epoch milliseconds; null where it does not end. */
interface ShownEnd {
  readonly expiresAt: number | null
}

export interface KeyEditorOptions {
  readonly client: RedisClient
  /** Epoch milliseconds; the clock that `expiresAt` was shown by. */
  readonly clock: () => number
  /** Told what each write did to its key: empty where it is as it was, null where that cannot be told. */
  readonly record: (changes: readonly KeyChange[] | null) => void
}

/**
 * Milliseconds by which a time left may differ from the one that was shown and still be the same: it was read over a
 * network, and is compared after the way back.
 */
const TIME_TOLERANCE = 1000

type Reply = readonly [outcome: Buffer, now?: Buffer | null]

const FIELD_CHANGED = 'This field has changed since it was shown. Nothing was written.'

/**
 * Changes any key that is shown, one guarded step on the server each: refused where the key has gone, holds another
 * type by now, or what is to be changed is not what was shown. No edit records an access, and none but those of the
 * expiry moves the key's expiry or a field's own.
 *
 * All methods reject with an AppError: `session_gone`; `not_a_session` and `other_type` where the key is something
 * else by now; `conflict` with what is there in `details`; `reserved_field`, `invalid_field`, `invalid_value`,
 * `invalid_ttl`; `no_permission` and what else Redis refuses. Nothing was written then.
 */
export class KeyEditor {
  readonly #options: KeyEditorOptions

  constructor(options: KeyEditorOptions) {
    this.#options = options
  }

  /** Sets a field, or adds one that was absent. @throws AppError `conflict` with `details.current`, null for none */
  async setField(ref: FieldRef, value: Bytes): Promise<void> {
    const bytes = checkedValue(value)
    if (ref.shown === null) checkFieldName(nameOf(ref.field))
    await this.#field(SET_FIELD, ref, bytes)
  }

  /** Removes a field; a hash that loses its only field is gone. @throws AppError as {@link setField} */
  async removeField(ref: FieldRef): Promise<void> {
    await this.#field(REMOVE_FIELD, ref)
  }

  /**
   * Gives a field another name; its value and its own TTL go along.
   * @throws AppError as {@link setField}, and `invalid_field` where there is a field of that name
   */
  async renameField(ref: FieldRef, to: Bytes): Promise<void> {
    const name = checkFieldName(nameOf(to))
    if (ref.state !== 'incomplete') refuseReserved(name)
    await this.#field(RENAME_FIELD, ref, fromBytes(to))
  }

  /** Sets a string; its expiry stays as it is. Needs Redis 6.0. @throws AppError `conflict` with `details.current` */
  async setValue({ shown, ...ref }: KeyRef & { readonly shown: Bytes }, value: Bytes): Promise<void> {
    const key: ShownKey = { state: 'foreign', type: 'string' }
    const reply = await this.#run(SET_VALUE, ref, key, fromBytes(shown), checkedValue(value))
    if (isConflict(reply)) {
      throw new AppError('conflict', 'The value has changed since it was shown. Nothing was written.', {
        current: currentOf(reply),
      })
    }
  }

  /**
   * Lets a key end after so many seconds, or never.
   * @param shown for a session its configured TTL, for anything else when it ends
   * @param ttl seconds, null for no expiry; a session's TTL is the session store's to set
   * @throws AppError `conflict` with `details.expiresAt` or `details.configuredTtl`
   */
  async setExpiry(
    ref: KeyRef,
    key: ShownKey,
    shown: ShownEnd & { readonly configuredTtl: number | null },
    ttl: number | null,
  ): Promise<void> {
    const isSession = key.state === 'session'
    if (isSession && ttl !== null) throw new TypeError('the TTL of a session is set by its store')
    const guard = isSession ? String(shown.configuredTtl) : this.#left(shown)
    const reply = await this.#run(SET_EXPIRY, ref, key, guard, String(TIME_TOLERANCE), String(ttl ?? ''))
    if (!isConflict(reply)) return
    throw new AppError(
      'conflict',
      'The TTL has changed since it was shown. Nothing was written.',
      isSession ? { configuredTtl: Number(reply[1]) } : { expiresAt: this.#end(reply) },
    )
  }

  /**
   * Lets a single field end after so many seconds, or with its key.
   * @param ttl seconds, null for none
   * @throws AppError `conflict` with `details.expiresAt`, and `details.absent` where the field has gone; `unsupported`
   */
  async setFieldTtl(
    { state = 'session', field, ...ref }: Omit<FieldRef, 'shown'>,
    shown: ShownEnd,
    ttl: number | null,
  ): Promise<void> {
    if (state === 'session') refuseReserved(nameOf(field))
    if (ttl !== null && this.#options.clock() / 1000 + ttl > MAX_FIELD_TTL_SECONDS) {
      throw new AppError(
        'invalid_ttl',
        'Redis keeps the time of a single field up to the year 4199 only. Shorten the TTL, or remove it.',
      )
    }
    const reply = await this.#run(
      SET_FIELD_TTL,
      ref,
      { state, type: 'hash' },
      this.#left(shown),
      String(TIME_TOLERANCE),
      fromBytes(field),
      ttl === null ? '' : String(1000 * ttl),
    )
    if (!isConflict(reply)) return
    const absent = reply[1] === null
    throw new AppError(
      'conflict',
      absent
        ? 'This field has gone since it was shown. Nothing was written.'
        : 'The field’s TTL has changed since it was shown. Nothing was written.',
      { absent, expiresAt: absent ? null : this.#end(reply) },
    )
  }

  /**
   * Deletes a key of any kind.
   * @param fingerprint of what was shown; null to ask for the kind alone
   * @param along what goes in the same step, in one slot with it where there are slots
   * @throws AppError `conflict` where it holds something else by now
   */
  async deleteKey(
    ref: KeyRef,
    key: ShownKey,
    fingerprint: string | null,
    along: readonly AlongWith[] = [],
  ): Promise<void> {
    const reply =
      along.length === 0
        ? await this.#run(DELETE_KEY, ref, key, fingerprint ?? '')
        : await this.#runWith(
            DELETE_WITH_RELATED,
            ref,
            key,
            along,
            fingerprint ?? '',
            ...along.flatMap(words),
          )
    if (isConflict(reply))
      throw new AppError('conflict', 'This key has changed since it was shown. Nothing was deleted.')
  }

  async #field(lua: string, { field, shown, ...ref }: FieldRef, ...more: readonly Buffer[]): Promise<void> {
    const { state = 'session', ...key } = ref
    // In a hash that is no session nobody reads them: they are fields like others, and may be what is to be mended.
    if (state === 'session') refuseReserved(nameOf(field))
    const shownArgs = shown === null ? ['0', ''] : ['1', fromBytes(shown)]
    const reply = await this.#run(lua, key, { state, type: 'hash' }, fromBytes(field), ...shownArgs, ...more)
    if (isConflict(reply)) throw new AppError('conflict', FIELD_CHANGED, { current: currentOf(reply) })
    if (reply[0].toString() === 'taken') {
      throw new AppError(
        'invalid_field',
        'There is a field of that name already. Choose another, or remove that field first.',
        { current: currentOf(reply) },
      )
    }
  }

  #run(lua: string, ref: KeyRef, key: ShownKey, ...args: ScriptArgs): Promise<Reply> {
    return this.#runWith(lua, ref, key, [], ...args)
  }

  /** @param along the keys of the script after the first */
  async #runWith(
    lua: string,
    { prefix, id }: KeyRef,
    { state, type }: ShownKey,
    along: readonly AlongWith[],
    ...args: ScriptArgs
  ): Promise<Reply> {
    const { client, record } = this.#options
    const script = new Script(client, lua, 1 + along.length, { name: EDIT_NAMES.get(lua) ?? 'edit a key' })
    const kind = state === 'foreign' ? type : state
    const { reply, changes } = await script
      .record(keyOf(prefix, id), ...along.map(({ key }) => key), kind, ...args)
      .catch((error: unknown) => {
        throw toAppError(script.nameRefused(error))
      })
    record(changes?.map((change) => withPart(change, along)) ?? null)
    const answer = reply as Reply
    switch (answer[0].toString()) {
      case 'gone':
        throw gone(state)
      case 'other':
        throw other(state, kind, String(answer[1]))
      case 'unsupported':
        throw new AppError(
          'unsupported',
          'This server knows no TTLs of single fields: that takes Redis 7.4 or Valkey 9. Set the TTL of the whole key instead.',
        )
      default:
        return answer
    }
  }

  /** As PTTL answers, as it should be by now. */
  #left({ expiresAt }: ShownEnd): string {
    return expiresAt === null ? '-1' : String(Math.max(0, Math.round(expiresAt - this.#options.clock())))
  }

  #end([, left]: Reply): number | null {
    return Number(left) < 0 ? null : this.#options.clock() + Number(left)
  }
}

const words = ({ part }: AlongWith): readonly (string | Buffer)[] => [
  part.kind,
  part.kind === 'whole' ? '' : part.word,
]

/** Notes that a key is others' too. */
function withPart(change: KeyChange, along: readonly AlongWith[]): KeyChange {
  const part = along.find(({ key }) => key.equals(change.key))?.part
  return part === undefined || part.kind === 'whole'
    ? change
    : { ...change, part: { kind: part.kind, word: part.word, returns: true } }
}

const isConflict = ([outcome]: Reply): boolean => outcome.toString() === 'conflict'
const currentOf = ([, current]: Reply): Bytes | null => (current ? toBytes(current) : null)

/** A name that comes as base64 may be text all the same, and that of a reserved field. */
const nameOf = (field: Bytes): string => fromBytes(field).toString('utf8')

function checkedValue(value: Bytes): Buffer {
  const bytes = fromBytes(value)
  if (bytes.length <= LIMITS.valueBytes) return bytes
  const megabytes = (count: number) => count / 1024 / 1024
  throw new AppError(
    'invalid_value',
    `A value takes at most ${megabytes(LIMITS.valueBytes)} MB; this one has ${megabytes(bytes.length).toFixed(1)} MB. Keep what is that large elsewhere, and its name in the session.`,
  )
}

const gone = (state: SessionState) =>
  new AppError(
    'session_gone',
    `This ${state === 'session' ? 'session' : 'key'} has expired or was deleted. Nothing was written, so it stays gone.`,
  )

const other = (state: SessionState, shown: string, now: string) =>
  state === 'session'
    ? new AppError(
        'not_a_session',
        'This key is not a session any more, so it was not touched. Look at what it holds now.',
        { now },
      )
    : new AppError(
        'other_type',
        `This key is ${KIND_WORDS[now] ?? `a ${now}`} by now, not ${KIND_WORDS[shown] ?? `a ${shown}`}. Nothing was written: look at what it holds first.`,
        { now },
      )

const KIND_WORDS: Readonly<Record<string, string>> = {
  session: 'a session',
  incomplete: 'a hash that is no session',
}
