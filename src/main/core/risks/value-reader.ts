import { TRANSFER_LIMITS } from '#shared/transfer.ts'
import { fromBinary } from '../bytes.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import type { DecoderClient } from '../formats/decoder-client.ts'
import { FORMAT_LIMITS } from '../formats/limits.ts'
import { sizeOf } from '../formats/registry.ts'
import { hashFields, StoredSession } from '../formats/stored-session.ts'
import type { RowTable } from '../index/row-table.ts'
import { KeyBatches, type KeyReply, toContent } from '../transfer/key-batches.ts'
import type { Content } from '../transfer/record.ts'
import { RISK_DEFAULTS } from './defaults.ts'
import { isReadable } from './row-facts.ts'
import type { Verdicts } from './verdicts.ts'

export interface ValueReaderOptions {
  readonly client: RedisClient
  readonly prefix: string
  readonly decoder: Pick<DecoderClient, 'inspect'>
  readonly table: RowTable
  readonly verdicts: Verdicts
  /** What pointers point to, by their ids: keys, a byte a character. */
  readonly pointers: Map<string, string>
}

interface Unread {
  readonly slot: number
  readonly id: string
  readonly revision: number
}

/** Reads the values of rows that were not read as they are now, a batch at a time, at the pace of a scan. */
export class ValueReader {
  readonly #options: ValueReaderOptions
  readonly #prefix: Buffer
  /** Null while there is nothing to read: it looks now and then whether others use the server. */
  #batches: KeyBatches | null = null
  #from = 0

  constructor(options: ValueReaderOptions) {
    this.#options = options
    this.#prefix = Buffer.from(options.prefix)
  }

  /** Nothing more is read for now. */
  rest(): void {
    this.#batches?.stop()
    this.#batches = null
  }

  /** Begins to look for unread rows at the first one. */
  restart(): void {
    this.#from = 0
  }

  /**
   * Reads some; resolves soon.
   * @returns false where the last row has been looked at
   * @throws AppError
   */
  async step(): Promise<boolean> {
    const { table, verdicts } = this.#options
    const unread: Unread[] = []
    const end = Math.min(table.end, this.#from + RISK_DEFAULTS.unreadLook)
    const most = Math.min(this.#batches?.count ?? RISK_DEFAULTS.unreadAtOnce, RISK_DEFAULTS.unreadAtOnce)
    let slot = this.#from
    for (; slot < end && unread.length < most; slot += 1) {
      if (!table.alive(slot) || !isReadable(table, slot) || verdicts.isRead(slot)) continue
      unread.push({ slot, id: table.id(slot), revision: table.revision(slot) })
    }
    if (unread.length === 0) {
      this.#from = slot < table.end ? slot : 0
      return slot < table.end
    }
    this.#batches ??= new KeyBatches(this.#options.client, 'content')
    const { keys } = await this.#batches.read(
      unread.map(({ id }) => Buffer.concat([this.#prefix, fromBinary(id)])),
    )
    await this.#take(unread.slice(0, keys.length), keys)
    this.#from = unread[keys.length]?.slot ?? slot
    return true
  }

  async #take(unread: readonly Unread[], replies: readonly KeyReply[]): Promise<void> {
    const { decoder, pointers } = this.#options
    const stored: { readonly row: Unread; readonly session: StoredSession }[] = []
    for (const [position, row] of unread.entries()) {
      const reply = replies[position]
      if (reply === undefined) continue
      const session = toStored(Buffer.concat([this.#prefix, fromBinary(row.id)]), reply)
      // One that has gone the list finds out about; of other types nothing is known.
      if (session === null)
        this.#put(row, reply.type === 'none' ? 0 : TRANSFER_LIMITS.keyBytes, reply.type !== 'none')
      else if (sizeOf(session) > FORMAT_LIMITS.bytes) this.#put(row, sizeOf(session), true)
      else stored.push({ row, session })
    }
    if (stored.length === 0) return
    const inspections = await decoder.inspect(stored.map(({ session }) => session))
    for (const [position, { row, session }] of stored.entries()) {
      const inspection = inspections[position] ?? null
      if (!this.#isCurrent(row)) continue
      this.#options.verdicts.put(row.slot, row.revision, inspection, sizeOf(session))
      const target = inspection?.pointsTo ?? null
      if (target === null) pointers.delete(row.id)
      else if (pointers.size < RISK_DEFAULTS.orphans || pointers.has(row.id)) pointers.set(row.id, target)
    }
  }

  #put(row: Unread, bytes: number, tooLarge: boolean): void {
    if (this.#isCurrent(row)) this.#options.verdicts.put(row.slot, row.revision, null, bytes, tooLarge)
  }

  /** The row may have changed, or another one may have its slot. */
  #isCurrent({ slot, id, revision }: Unread): boolean {
    const { table } = this.#options
    return table.alive(slot) && table.revision(slot) === revision && table.id(slot) === id
  }
}

function toStored(key: Buffer, reply: KeyReply): StoredSession | null {
  const content: Content | null = toContent(reply)
  const { expiresAt } = reply
  if (content?.type === 'string')
    return new StoredSession({ key, type: 'string', value: content.value, expiresAt })
  if (content?.type !== 'hash') return null
  return new StoredSession({
    key,
    type: 'hash',
    fields: hashFields(content.fields.map(({ name, value }) => [name, value])),
    expiresAt,
  })
}
