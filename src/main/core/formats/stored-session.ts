import { isUtf8 } from 'node:buffer'
import { firstCharacter } from './codecs/json.ts'

/** The fields of a hash, read when they are asked for: a list has only those that it read. */
export interface HashFields {
  get(name: string): Buffer | null
  /** In the order in which Redis answers them. */
  all(): readonly (readonly [name: Buffer, value: Buffer])[]
}

export interface StoredFacts {
  /** The whole key. */
  readonly key: Buffer
  /** Redis TYPE. */
  readonly type: string
  /** What a string holds, or its beginning. */
  readonly value?: Buffer
  /** Bytes of the whole string. @default those of `value` */
  readonly size?: number
  readonly fields?: HashFields
  /** When Redis ends the key, epoch milliseconds; null for never, left out where it is not known. */
  readonly expiresAt?: number | null
}

const NOTHING = Buffer.alloc(0)
const NO_FIELDS: HashFields = { get: () => null, all: () => [] }
const OPEN_BRACE = 0x7b

/** A key as it lies in Redis. What several formats ask of it is found out once. */
export class StoredSession {
  readonly keyBytes: Buffer
  readonly type: string
  readonly value: Buffer
  readonly size: number
  readonly fields: HashFields
  readonly expiresAt: number | null | undefined
  #key: string | undefined
  #json: unknown
  #jsonRead = false

  constructor({
    key,
    type,
    value = NOTHING,
    size = value.length,
    fields = NO_FIELDS,
    expiresAt,
  }: StoredFacts) {
    this.keyBytes = key
    this.type = type
    this.value = value
    this.size = size
    this.fields = fields
    this.expiresAt = expiresAt
  }

  /** Bytes that are no text as U+FFFD: for looking at the key, not for making others of it. */
  get key(): string {
    this.#key ??= this.keyBytes.toString()
    return this.#key
  }

  get isWhole(): boolean {
    return this.value.length === this.size
  }

  get startsAsObject(): boolean {
    return this.type === 'string' && firstCharacter(this.value) === OPEN_BRACE
  }

  /**
   * The string as JSON, for a quick look: undefined where it is none or is not there as a whole. Members are own
   * properties, also one that is called `__proto__`; look them up with `Object.hasOwn`.
   */
  get json(): unknown {
    if (!this.#jsonRead) {
      this.#jsonRead = true
      this.#json =
        this.startsAsObject && this.isWhole && isUtf8(this.value) ? parse(this.value.toString()) : undefined
    }
    return this.#json
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Fields that are there as a whole. */
export function hashFields(entries: readonly (readonly [name: Buffer, value: Buffer])[]): HashFields {
  // By one character a byte, so that names which are no text stay apart.
  const byName = new Map(entries.map(([name, value]) => [name.toString('latin1'), value]))
  return { get: (name) => byName.get(inLatin1(name)) ?? null, all: () => entries }
}

const inLatin1 = (name: string): string =>
  // Most names are ASCII, which is the same in both.
  /^[\0-\x7f]*$/.test(name) ? name : Buffer.from(name).toString('latin1')
