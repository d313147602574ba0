import {
  type ExportChunk,
  type ExportForm,
  type ExportProgress,
  type Redaction,
  type ServerName,
  TRANSFER_LIMITS,
} from '#shared/transfer.ts'
import { fromBinary } from '../bytes.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { rdbVersionOf } from './dump-payload.ts'
import { KeyBatches, type KeyReply, toContent } from './key-batches.ts'
import type { Content, Dumped } from './record.ts'
import { Redactor } from './redact.ts'
import { endText, headerText, sessionText } from './write-lines.ts'

export interface SessionExportOptions {
  readonly client: RedisClient
  readonly prefix: string
  /** Without the prefix, a byte a character. */
  readonly ids: readonly string[]
  readonly form: ExportForm
  readonly redaction: Redaction
  readonly server: ServerName | null
  readonly clock: () => number
}

/** Milliseconds after which a piece is handed over, however short, so that the progress is seen. */
const PIECE_TIME = 150

const READABLE_TYPES: ReadonlySet<string> = new Set(['hash', 'string', 'list', 'set', 'zset'])

/** Why a key is not in the file. */
const LARGE = `larger than ${TRANSFER_LIMITS.keyBytes / 1024 / 1024} MB`
const noReadableForm = (type: string) => `of type ${type}, which has no readable form; export them lossless`

/** An export that is read piece by piece: at no time is more of it here than the next piece and one batch of keys. */
export class SessionExport {
  readonly #options: SessionExportOptions
  readonly #prefix: Buffer
  readonly #batches: KeyBatches
  readonly #redactor: Redactor
  /** What has been made and not handed over yet. */
  #pending: string[] = []
  #pendingLength = 0
  #at = 0
  #written = 0
  #gone = 0
  readonly #leftOut = new Map<string, number>()
  #begun = false
  #ended = false

  constructor(options: SessionExportOptions) {
    this.#options = options
    this.#prefix = Buffer.from(options.prefix)
    this.#redactor = new Redactor(options.redaction)
    this.#batches = new KeyBatches(options.client, options.form === 'lossless' ? 'dump' : 'content')
  }

  get progress(): ExportProgress {
    return {
      total: this.#options.ids.length,
      done: this.#at,
      written: this.#written,
      gone: this.#gone,
      leftOut: [...this.#leftOut].map(([reason, count]) => ({ reason, count })),
    }
  }

  /** The next piece of the file. @throws AppError */
  async read(): Promise<ExportChunk> {
    const { ids } = this.#options
    const began = performance.now()
    while (this.#at < ids.length && this.#pendingLength < TRANSFER_LIMITS.chunkBytes) {
      await this.#readBatch()
      if (performance.now() - began > PIECE_TIME) break
    }
    if (this.#at === ids.length && !this.#ended) {
      this.#begin(null)
      const { written, gone, leftOut } = this.progress
      this.#add(endText(written, gone, leftOut))
      this.#ended = true
      this.stop()
    }
    const text = this.#take()
    return { text, done: this.#ended && this.#pendingLength === 0, progress: this.progress }
  }

  stop(): undefined {
    this.#batches.stop()
  }

  async #readBatch(): Promise<void> {
    const ids = this.#options.ids.slice(this.#at, this.#at + this.#batches.count).map((id) => fromBinary(id))
    const keys = ids.map((id) => Buffer.concat([this.#prefix, id]))
    const { now, keys: replies } = await this.#batches.read(keys)
    for (const [position, reply] of replies.entries()) {
      this.#addSession(ids[position] as Buffer, reply, now)
    }
    this.#at += replies.length
  }

  #addSession(id: Buffer, reply: KeyReply, readAt: number): void {
    const { type, expiresAt } = reply
    if (type === 'none') {
      this.#gone += 1
      return
    }
    const holds = this.#holding(reply)
    if (holds === null) {
      const readable = this.#options.form === 'readable'
      this.#leaveOut(readable && !READABLE_TYPES.has(type) ? noReadableForm(type) : LARGE)
      return
    }
    const { prefix } = this.#options
    const text = sessionText({ id, prefix, type, readAt, expiresAt, holds }, this.#redactor)
    if (text.length * 3 > TRANSFER_LIMITS.lineBytes && Buffer.byteLength(text) > TRANSFER_LIMITS.lineBytes) {
      this.#leaveOut(LARGE)
      return
    }
    this.#begin(holds)
    this.#add(text)
    this.#written += 1
  }

  #holding(reply: KeyReply): Content | Dumped | null {
    if (this.#options.form === 'readable') return toContent(reply)
    const [mark, dump] = reply.answer
    return Buffer.isBuffer(dump) ? { type: 'dump', dump, mark: String(mark) } : null
  }

  #leaveOut(reason: string): void {
    this.#leftOut.set(reason, (this.#leftOut.get(reason) ?? 0) + 1)
  }

  /** The header waits for the first session, whose payload tells the server's RDB version. */
  #begin(first: Content | Dumped | null): void {
    if (this.#begun) return
    this.#begun = true
    const { form, prefix, server, ids, clock, redaction } = this.#options
    const rdbVersion = first?.type === 'dump' ? rdbVersionOf(first.dump) : null
    const about = { form, prefix, exportedAt: clock(), server, rdbVersion, sessions: ids.length }
    this.#add(headerText({ ...about, redacted: redaction }))
  }

  #add(text: string): void {
    this.#pending.push(text)
    this.#pendingLength += text.length
  }

  /** A piece of bounded length, cut between characters. */
  #take(): string {
    const all = this.#pending.join('')
    const piece = trimSurrogate(all.slice(0, 2 * TRANSFER_LIMITS.chunkBytes))
    const rest = all.slice(piece.length)
    this.#pending = rest === '' ? [] : [rest]
    this.#pendingLength = rest.length
    return piece
  }
}

/** A pair of surrogates that is parted would not survive becoming UTF-8. */
function trimSurrogate(text: string): string {
  const last = text.charCodeAt(text.length - 1)
  return last >= 0xd800 && last < 0xdc00 ? text.slice(0, -1) : text
}
