import { AppError } from '#shared/errors.ts'
import { RESERVED_FIELDS } from '#shared/model.ts'
import { fromBinary, toBinary } from '../bytes.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { toAppError } from '../connection/redis-errors.ts'
import type { DecoderClient } from '../formats/decoder-client.ts'
import type { StoredSession } from '../formats/stored-session.ts'
import { BatchScript } from '../store/batch-script.ts'
import type { ReadPlan } from './columns.ts'
import { type RawKey, toFreshRow } from './fresh-row.ts'
import { prefixPattern } from './glob.ts'
import type { ListReader } from './list-reader.ts'
import { MessageReader } from './message-reader.ts'
import type { CallTime } from './pace.ts'
import { packOthers, unpackRows } from './packed-rows.ts'
import { readInPipelines, scanInPipelines } from './pipeline-reader.ts'
import { ELSEWHERE, NODE_READ_SCRIPT, NODE_SCAN_SCRIPT, READ_SCRIPT, SCAN_SCRIPT } from './read-script.ts'
import { ReplyKeys } from './reply-keys.ts'
import { type RowContext, toOtherRow, withSummary } from './row-format.ts'
import type { FreshRow } from './row-table.ts'
import { TextCache } from './text-cache.ts'

/** What a batch of keys is now: the rows that exist, and the ids that have gone. */
export interface ReadResult {
  readonly rows: readonly FreshRow[]
  readonly gone: readonly string[]
  /** Those that lay on another node than they were looked for on, and were read there. */
  readonly moved?: readonly string[]
}

export interface ReadReply extends ReadResult {
  readonly time: CallTime
}

export interface ScanReply {
  /** Where to go on; '0' when all keys have been met. */
  readonly cursor: string
  readonly time: CallTime
}

/** What becomes of a batch of a scan. */
export interface ScanTaker {
  /** As soon as the server has answered: the next batch can be asked for while the rows are made. */
  answered(reply: ScanReply): void
  /** Before any later reply is taken in. */
  take(result: ReadResult): void
}

/** Decodes other libraries' sessions apart from all else. */
export type RowDecoder = Pick<DecoderClient, 'takesRows' | 'expectRows' | 'rows' | 'summarise'>

export interface KeyReaderOptions {
  readonly client: RedisClient
  readonly prefix: string
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** Makes the rows of a scan, and says who and when of keys that are read by name where only its worker may decode them. */
  readonly decoder?: RowDecoder | undefined
  /** For a node of a cluster: reads keys that lie on another one by now. */
  readonly elsewhere?: (ids: readonly string[], plan: ReadPlan) => Promise<ReadResult>
}

const RESERVED = new Set<string>(RESERVED_FIELDS)

/**
 * Reads what the list shows of many keys, by one script call a batch. Where scripts are refused (an ACL, a cluster,
 * whose scripts may not reach into other slots) it reads in pipelines, from then on.
 *
 * Replies are taken in in the order in which they were asked for, so that what is read later also stays.
 */
export class KeyReader implements ListReader {
  readonly client: RedisClient
  /** One that reads a single server scans that server. */
  readonly shards: readonly KeyReader[] = [this]
  readonly #elsewhere: KeyReaderOptions['elsewhere']
  readonly #decoder: RowDecoder | undefined
  readonly #prefix: Buffer
  readonly #pattern: string
  readonly #clock: () => number
  readonly #scan: BatchScript
  readonly #read: BatchScript
  readonly #texts = new TextCache()
  #scripted = true
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: KeyReaderOptions) {
    this.client = options.client
    this.#elsewhere = options.elsewhere
    this.#decoder = options.decoder
    const onNode = options.elsewhere !== undefined
    this.#prefix = Buffer.from(options.prefix, 'utf8')
    this.#pattern = prefixPattern(options.prefix)
    this.#clock = options.clock
    this.#scan = new BatchScript(options.client, onNode ? NODE_SCAN_SCRIPT : SCAN_SCRIPT, {
      readOnly: true,
      name: 'scan a batch of keys',
      argv: 'plain',
    })
    this.#read = new BatchScript(options.client, onNode ? NODE_READ_SCRIPT : READ_SCRIPT, {
      readOnly: true,
      name: 'read a batch of keys',
      argv: 'plain',
    })
  }

  /** False since the server refused to run the scripts. */
  get scripted(): boolean {
    return this.#scripted
  }

  /** Whether a scan may be cut into parts by its cursors: those of a cluster's node have its slots in them. */
  get cutsScans(): boolean {
    return this.#elsewhere === undefined
  }

  /** Another server may answer now, or the user may run scripts now. */
  reset(): void {
    this.#scripted = true
  }

  /**
   * Reads the keys of the prefix among about so many keys of the database, from a cursor on.
   * @throws AppError
   */
  scan(cursor: string, count: number, plan: ReadPlan, { answered, take }: ScanTaker): Promise<void> {
    return this.#inOrder(() => this.#scanBatch(cursor, count, plan, answered), take)
  }

  /**
   * @param ids the keys' ids, as binary strings; a few hundred at most, so that other clients do not wait
   * @throws AppError
   */
  read(ids: readonly string[], plan: ReadPlan, take: (reply: ReadReply) => void): Promise<void> {
    if (ids.length === 0) return Promise.resolve()
    return this.#inOrder(() => this.#readBatch(ids, plan), take)
  }

  /** Reads keys out of turn. @throws AppError */
  async readApart(ids: readonly string[], plan: ReadPlan): Promise<ReadResult> {
    return this.#readBatch(ids, plan)
  }

  /** The names of fields that these keys have beside the reserved ones, most frequent first. @throws AppError */
  async fieldNames(ids: readonly string[]): Promise<readonly string[]> {
    return byFrequency(await this.fieldCounts(ids))
  }

  /** How many of these keys have a field, by its name, the reserved ones left out. @throws AppError */
  async fieldCounts(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const pipeline = this.client.pipeline()
    // HSCAN is bounded where HKEYS is not: a hash may have a million fields.
    for (const id of ids) pipeline.hscanBuffer(this.#key(id), '0', 'COUNT', 50)
    const counts = new Map<string, number>()
    for (const [error, reply] of (await pipeline.exec().catch(throwAppError)) ?? []) {
      // A key that has moved meanwhile is one of a sample: others tell the same.
      if (error !== null && !/^(WRONGTYPE|MOVED|ASK|TRYAGAIN)/.test(error.message)) throw toAppError(error)
      const fields = Array.isArray(reply) ? (reply[1] as readonly Buffer[]) : []
      for (let i = 0; i < fields.length; i += 2) {
        const name = fields[i]?.toString('utf8') ?? ''
        if (name !== '' && !RESERVED.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1)
      }
    }
    return counts
  }

  #key(id: string): Buffer {
    return Buffer.concat([this.#prefix, fromBinary(id)])
  }

  #inOrder<T>(ask: () => Promise<T>, take: (reply: T) => void): Promise<void> {
    const reply = ask()
    // Whoever comes before may fail; the reply of this one is then looked at later than it fails.
    reply.catch(() => {})
    const turn = this.#turn.then(() => reply).then(take)
    this.#turn = turn.catch(() => {})
    return turn
  }

  async #scanBatch(
    cursor: string,
    count: number,
    plan: ReadPlan,
    answered: (reply: ScanReply) => void,
  ): Promise<ReadResult> {
    const began = performance.now()
    const reply = await this.#try(this.#scan, [], [cursor, this.#pattern, count, ...this.#arguments(plan)])
    const now = this.#clock()
    if (reply !== null) {
      const reader = new MessageReader(reply)
      const time = timeOf(reader, began)
      const length = reader.text()
      answered({ cursor: reply.toString('latin1', reader.end - length, reader.end), time })
      return this.#decodeScan(reader, { plan, now })
    }
    const batch = await scanInPipelines(this.client, cursor, this.#pattern, count)
    const ids = [...new Set(batch.keys.map((key) => toBinary(key.subarray(this.#prefix.length))))]
    const result = await this.#readBatch(ids, plan)
    answered({ cursor: batch.cursor, time: { took: performance.now() - began, served: null } })
    return result
  }

  async #readBatch(ids: readonly string[], plan: ReadPlan): Promise<ReadReply> {
    const began = performance.now()
    const keys = ids.map((id) => this.#key(id))
    const reply = await (this.#elsewhere === undefined
      ? this.#try(this.#read, keys, this.#arguments(plan))
      : this.#try(this.#read, [], this.#nodeArguments(plan, keys)))
    let reading: Reading = { plan, now: this.#clock() }
    let result: Collected
    let time: CallTime
    if (reply !== null) {
      const reader = new MessageReader(reply)
      time = timeOf(reader, began)
      result = this.#decode(reader, ids, reading)
    } else {
      const raw = await readInPipelines(this.client, ids, keys, plan)
      reading = { plan, now: this.#clock() }
      result = { rows: [], gone: [], moved: [], asks: [] }
      raw.forEach((key, position) => {
        if (key.type === ELSEWHERE && key.values === null) result.moved.push(key.id)
        else if (key.ttl === -2 || key.type === 'none') result.gone.push(key.id)
        else if (key.values !== null && key.hasExtras !== true)
          result.rows.push(toFreshRow(key, plan, reading.now, this.#texts))
        else this.#addOther(key, keys[position] ?? this.#key(key.id), reading, result)
      })
      time = { took: performance.now() - began, served: null }
    }
    await this.#askWorker(result, reading)
    return { ...(this.#elsewhere === undefined ? result : await this.#whole(result, plan)), time }
  }

  /** With the keys that lie on other nodes. */
  async #whole(result: Collected, plan: ReadPlan): Promise<ReadResult> {
    if (result.moved.length === 0 || this.#elsewhere === undefined) return result
    const { rows, gone } = await this.#elsewhere(result.moved, plan)
    return { rows: [...result.rows, ...rows], gone: [...result.gone, ...gone], moved: result.moved }
  }

  #arguments(plan: ReadPlan): (string | number)[] {
    return [plan.cut, plan.size ? 1 : 0, ...plan.fields]
  }

  #nodeArguments(plan: ReadPlan, keys: readonly Buffer[]): (string | number | Buffer)[] {
    return [plan.cut, plan.size ? 1 : 0, plan.fields.length, ...plan.fields, ...keys]
  }

  /** @param ids the ids that were asked for; null where the reply alone names the keys @param others not made into rows */
  #decode(
    reader: MessageReader,
    ids: readonly string[] | null,
    { plan, now }: Reading,
    others: string[] | null = null,
  ): Collected {
    const result: Collected = { rows: [], gone: [], moved: [], asks: [] }
    const skip = this.#prefix.length
    const keys = new ReplyKeys(reader, plan)
    for (let position = 0; keys.next(); position += 1) {
      const id = ids?.[position] ?? keys.id(skip)
      if (keys.isElsewhere) result.moved.push(id)
      else if (keys.isGone) result.gone.push(id)
      else if (keys.isOurs) result.rows.push(toFreshRow(keys.raw(id), plan, now, this.#texts))
      else if (others !== null) others.push(id)
      else this.#addOther(keys.raw(id), keys.key, { plan, now }, result)
    }
    return result
  }

  /** Of what the scan has met: rows of other libraries are made by the worker where it takes them. */
  async #decodeScan(reader: MessageReader, reading: Reading): Promise<ReadResult> {
    const { plan } = reading
    const decoder = this.#decoder?.takesRows === true ? this.#decoder : null
    const at = reader.end
    const others: string[] = []
    const result = this.#decode(reader, null, reading, decoder === null ? null : others)
    if (decoder !== null && others.length > 0) {
      const kept = { bytes: reader.buffer, at, skip: this.#prefix.length, ...reading }
      const packed = (await decoder.rows(kept)) ?? packOthers(kept)
      result.rows.push(...unpackRows(packed, others, this.#texts))
    }
    return this.#elsewhere === undefined ? result : this.#whole(result, plan)
  }

  #addOther(key: RawKey, whole: Buffer, { plan, now }: Reading, { rows, asks }: Collected): void {
    // Where there is one, there will be more.
    this.#decoder?.expectRows()
    const [row, ask] = toOtherRow(key, whole, { plan, now, texts: this.#texts })
    if (ask !== null) asks.push([rows.length, ask])
    rows.push(row)
  }

  /** Puts who and when into the rows that only the worker may decode. */
  async #askWorker({ rows, asks }: Collected, { plan, now }: Reading): Promise<void> {
    if (asks.length === 0 || this.#decoder === undefined) return
    const summaries = await this.#decoder.summarise(asks.map(([, stored]) => stored))
    asks.forEach(([at], position) => {
      const row = rows[at]
      const summary = summaries[position] ?? null
      if (row !== undefined)
        rows[at] = summary === null ? { ...row, pending: false } : withSummary(row, summary, plan, now)
    })
  }

  /** @returns null where this server or this user cannot run the script */
  async #try(
    script: BatchScript,
    keys: readonly Buffer[],
    args: (string | number | Buffer)[],
  ): Promise<Buffer | null> {
    if (!this.#scripted) return null
    try {
      return (await script.run(keys, args)) as Buffer
    } catch (error) {
      if (!isScriptRefused(error)) throw toAppError(error)
      this.#scripted = false
      return null
    }
  }
}

/** Reads how a script's reply begins. @param began when it was sent */
function timeOf(reader: MessageReader, began: number): CallTime {
  reader.array()
  const microseconds = reader.integer()
  const took = performance.now() - began
  return { took, served: microseconds > 0 ? microseconds / 1000 : null }
}

const throwAppError = (error: unknown): never => {
  throw toAppError(error)
}

/** What a command inside was refused is refused in a pipeline too, which then names it. */
const isScriptRefused = (error: unknown): boolean =>
  (error instanceof AppError && error.code === 'read_only') ||
  (error instanceof Error &&
    /NOPERM|ACL failure|permissions|user executing the script can't|unknown command|cmsgpack|CROSSSLOT|same slot|not allowed from script|no such command|non-local key/i.test(
      error.message,
    ))

/** @returns names, the most frequent first */
export const byFrequency = (counts: ReadonlyMap<string, number>): readonly string[] =>
  [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name)

/** What keys are read for, and when they were. */
type Reading = Pick<RowContext, 'plan' | 'now'>

interface Collected {
  readonly rows: FreshRow[]
  readonly gone: string[]
  readonly moved: string[]
  /** Places of rows that the worker is to be asked for, and what to ask. */
  readonly asks: (readonly [at: number, stored: StoredSession])[]
}
