import type { Redis } from 'ioredis'
import { LIMITS, RESERVED_FIELDS } from '#shared/model.ts'
import { fromBinary, toBytes } from '../bytes.ts'
import { toAppError } from '../connection/redis-errors.ts'
import { foreignProblem, judgeHash } from './judge.ts'
import type { IndexRow } from './row.ts'

export type FreshRow = Omit<IndexRow, 'revision'>

/** What a batch of keys is now: the rows that exist, and the ids that have gone. */
export interface ReadResult {
  readonly rows: readonly FreshRow[]
  readonly gone: readonly string[]
}

export interface RowReaderOptions {
  readonly client: Redis
  readonly prefix: string
  /** Epoch milliseconds. */
  readonly clock: () => number
}

const RESERVED = new Set<string>(RESERVED_FIELDS)

/** Keys of one pipeline: enough that the round trip costs little, few enough that other clients do not wait. */
const PIPELINE_KEYS = 500

/** Reads what the list shows of many keys, in pipelines. */
export class RowReader {
  readonly #client: Redis
  readonly #prefix: Buffer
  readonly #clock: () => number
  /** The reading under way: one at a time, so that what is read later is also taken in later. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: RowReaderOptions) {
    this.#client = options.client
    this.#prefix = Buffer.from(options.prefix, 'utf8')
    this.#clock = options.clock
  }

  /**
   * @param ids the keys' ids, as binary strings
   * @param columns the fields to read beside the reserved ones
   * @throws AppError
   */
  read(ids: readonly string[], columns: readonly string[]): Promise<ReadResult> {
    const reading = this.#last.then(() => this.#readAll(ids, columns))
    this.#last = reading.catch(() => {})
    return reading
  }

  async #readAll(ids: readonly string[], columns: readonly string[]): Promise<ReadResult> {
    const rows: FreshRow[] = []
    const gone: string[] = []
    for (let start = 0; start < ids.length; start += PIPELINE_KEYS) {
      await this.#readBatch(ids.slice(start, start + PIPELINE_KEYS), columns, rows, gone)
    }
    return { rows, gone }
  }

  /** The names of fields that these keys have beside the reserved ones, most frequent first. @throws AppError */
  async fieldNames(ids: readonly string[]): Promise<readonly string[]> {
    const pipeline = this.#client.pipeline()
    // HSCAN is bounded where HKEYS is not: a hash may have a million fields.
    for (const id of ids) pipeline.hscanBuffer(this.#key(id), '0', 'COUNT', 50)
    const counts = new Map<string, number>()
    for (const [error, reply] of await this.#exec(pipeline)) {
      if (error !== null && !isWrongType(error)) throw toAppError(error)
      const fields = Array.isArray(reply) ? (reply[1] as readonly Buffer[]) : []
      for (let i = 0; i < fields.length; i += 2) {
        const name = fields[i]?.toString('utf8') ?? ''
        if (name !== '' && !RESERVED.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1)
      }
    }
    return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name)
  }

  #key(id: string): Buffer {
    return Buffer.concat([this.#prefix, fromBinary(id)])
  }

  async #readBatch(
    ids: readonly string[],
    columns: readonly string[],
    rows: FreshRow[],
    gone: string[],
  ): Promise<void> {
    const keys = ids.map((id) => this.#key(id))
    const pipeline = this.#client.pipeline()
    for (const key of keys) {
      pipeline.hmgetBuffer(key, ...RESERVED_FIELDS, ...columns)
      // Last: a session that ends in between has gone then, and is not a hash that lacks its fields.
      pipeline.pttl(key)
    }
    const replies = await this.#exec(pipeline)
    const now = this.#clock()
    const foreign: { readonly id: string; readonly key: Buffer; readonly expiresAt: number | null }[] = []
    ids.forEach((id, position) => {
      const [hashError, values] = replies[2 * position] ?? [new Error('no reply'), null]
      const [ttlError, ttl] = replies[2 * position + 1] ?? [new Error('no reply'), null]
      const key = keys[position]
      if (ttlError !== null) throw toAppError(ttlError)
      if (typeof ttl !== 'number' || key === undefined || ttl === -2) {
        gone.push(id)
        return
      }
      const expiresAt = ttl < 0 ? null : now + ttl
      if (hashError === null) rows.push(hashRow(id, values as readonly (Buffer | null)[], expiresAt))
      else if (isWrongType(hashError)) foreign.push({ id, key, expiresAt })
      else throw toAppError(hashError)
    })
    if (foreign.length === 0) return
    const types = this.#client.pipeline()
    for (const { key } of foreign) types.type(key)
    const answers = await this.#exec(types)
    foreign.forEach(({ id, expiresAt }, position) => {
      const [error, type] = answers[position] ?? [null, 'unknown']
      if (type === 'none') gone.push(id)
      else rows.push(foreignRow(id, error === null ? String(type) : 'unknown', expiresAt))
    })
  }

  async #exec(pipeline: ReturnType<Redis['pipeline']>): Promise<readonly [Error | null, unknown][]> {
    try {
      return (await pipeline.exec()) ?? []
    } catch (error) {
      throw toAppError(error)
    }
  }
}

const isWrongType = (error: Error): boolean => error.message.startsWith('WRONGTYPE')

function hashRow(id: string, values: readonly (Buffer | null)[], expiresAt: number | null): FreshRow {
  const judgement = judgeHash(values)
  return {
    key: id,
    id: toBytes(fromBinary(id)),
    state: judgement.problem === null ? 'session' : 'incomplete',
    type: 'hash',
    ...judgement,
    expiresAt,
    cells: values.slice(RESERVED_FIELDS.length).map((value) => (value === null ? null : toCell(value))),
  }
}

function foreignRow(id: string, type: string, expiresAt: number | null): FreshRow {
  return {
    key: id,
    id: toBytes(fromBinary(id)),
    state: 'foreign',
    type,
    problem: foreignProblem(type),
    createdAt: null,
    lastAccessedAt: null,
    configuredTtl: null,
    expiresAt,
    cells: [],
  }
}

/** Long values are cut before they are decoded; text then by characters, so that none is cut in half. */
function toCell(value: Buffer) {
  const most = LIMITS.cellCharacters
  if (value.length <= most) return toBytes(value)
  const cell = toBytes(value.length <= 4 * most ? value : trimUtf8(value.subarray(0, 4 * most)))
  return typeof cell === 'string'
    ? `${[...cell].slice(0, most).join('')}…`
    : { base64: value.subarray(0, most).toString('base64') }
}

/** Drops a character that the cut went through from the end. */
export function trimUtf8(buffer: Buffer): Buffer {
  let end = buffer.length
  while (end > 0 && end > buffer.length - 4 && ((buffer[end - 1] ?? 0) & 0xc0) === 0x80) end -= 1
  const lead = buffer[end - 1] ?? 0
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1
  return end - 1 + length > buffer.length ? buffer.subarray(0, end - 1) : buffer
}
