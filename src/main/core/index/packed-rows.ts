import type { Bytes } from '#shared/bytes.ts'
import type { RowFormat } from '#shared/model.ts'
import type { ReadPlan } from './columns.ts'
import { MessageReader } from './message-reader.ts'
import { ReplyKeys } from './reply-keys.ts'
import { internFormat, toOtherRow } from './row-format.ts'
import type { FreshRow } from './row-table.ts'
import { TextCache } from './text-cache.ts'

/** A reply of the scripts that read batches, as the worker gets it. */
export interface KeptReply {
  readonly bytes: Uint8Array
  /** Where its first key begins. */
  readonly at: number
  /** Bytes of the prefix. */
  readonly skip: number
  readonly plan: ReadPlan
  /** When it came, epoch milliseconds. */
  readonly now: number
}

/**
 * Rows as few large pieces: to copy an object for each of them from one thread to another takes as long as to decode it.
 * They come without their ids, which whoever asks has.
 */
export interface PackedRows {
  readonly count: number
  readonly types: readonly string[]
  readonly formats: readonly RowFormat[]
  /** By row, {@link CODES} each. */
  readonly codes: Uint16Array<ArrayBuffer>
  /** By row, {@link NUMBERS} each; NaN where there is none. */
  readonly numbers: Float64Array<ArrayBuffer>
  /** By row, as many as the plan has. */
  readonly cells: readonly (Bytes | null)[]
}

/** The type, the flaws, the format (0 for none, else its place and 1), and the {@link FLAGS}. */
const CODES = 4
/** createdAt, lastAccessedAt, configuredTtl, expiresAt, the end inside, what was left. */
const NUMBERS = 6
const FLAGS = { pending: 1, inside: 2, first: 4, disputed: 8 } as const

const texts = new TextCache()

/** Rows of the keys of a reply that are no sessions of our own, in their order. To be run in the worker. */
export function packOthers({ bytes, at, skip, plan, now }: KeptReply): PackedRows {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const keys = new ReplyKeys(new MessageReader(buffer, at), plan)
  const rows: FreshRow[] = []
  while (keys.next()) {
    if (keys.isElsewhere || keys.isGone || keys.isOurs) continue
    const [row] = toOtherRow(keys.raw(keys.id(skip)), keys.key, { plan, now, texts })
    rows.push(row)
  }
  return pack(rows, plan.cells.length)
}

function pack(rows: readonly FreshRow[], width: number): PackedRows {
  const types: string[] = []
  const formats: RowFormat[] = []
  const codes = new Uint16Array(rows.length * CODES)
  const numbers = new Float64Array(rows.length * NUMBERS)
  const cells: (Bytes | null)[] = []
  let [code, number] = [0, 0]
  for (const row of rows) {
    const { format = null, inside = null } = row
    codes[code++] = placeIn(types, row.type)
    codes[code++] = row.flaws
    codes[code++] = format === null ? 0 : 1 + placeIn(formats, format)
    codes[code++] =
      (row.pending === true ? FLAGS.pending : 0) |
      (inside === null ? 0 : FLAGS.inside | (inside.first ? FLAGS.first : 0)) |
      (inside?.disputed === true ? FLAGS.disputed : 0)
    numbers[number++] = row.createdAt
    numbers[number++] = row.lastAccessedAt
    numbers[number++] = row.configuredTtl
    numbers[number++] = row.expiresAt
    numbers[number++] = inside?.at ?? Number.NaN
    numbers[number++] = row.left ?? Number.NaN
    for (let place = 0; place < width; place += 1) cells.push(row.cells[place] ?? null)
  }
  return { count: rows.length, types, formats, codes, numbers, cells }
}

function placeIn<T>(known: T[], value: T): number {
  const place = known.indexOf(value)
  return place >= 0 ? place : known.push(value) - 1
}

/** @param ids of the rows, in their order @param shared makes one text of those that are alike */
export function unpackRows(packed: PackedRows, ids: readonly string[], shared: TextCache): FreshRow[] {
  const { codes, numbers, types } = packed
  const formats = packed.formats.map(internFormat)
  const width = packed.count === 0 ? 0 : packed.cells.length / packed.count
  return ids.map((id, at): FreshRow => {
    const code = at * CODES
    const number = at * NUMBERS
    const flags = codes[code + 3] ?? 0
    const cells: (Bytes | null)[] = []
    for (let place = at * width; place < (at + 1) * width; place += 1) {
      const cell = packed.cells[place] ?? null
      cells.push(typeof cell === 'string' ? shared.same(cell) : cell)
    }
    return {
      id,
      type: types[codes[code] ?? 0] ?? '',
      flaws: codes[code + 1] ?? 0,
      format: formats[(codes[code + 2] ?? 0) - 1] ?? null,
      pending: (flags & FLAGS.pending) !== 0,
      createdAt: numbers[number] ?? Number.NaN,
      lastAccessedAt: numbers[number + 1] ?? Number.NaN,
      configuredTtl: numbers[number + 2] ?? Number.NaN,
      expiresAt: numbers[number + 3] ?? Number.NaN,
      inside:
        (flags & FLAGS.inside) === 0
          ? null
          : {
              at: numbers[number + 4] ?? Number.NaN,
              first: (flags & FLAGS.first) !== 0,
              disputed: (flags & FLAGS.disputed) !== 0,
            },
      left: numbers[number + 5] ?? Number.NaN,
      cells,
    }
  })
}
