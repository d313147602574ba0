import type { DecodedSession, RelatedKey, SessionSummary } from '#shared/formats.ts'
import type { KeptReply, PackedRows } from '../index/packed-rows.ts'
import type { Inspection } from '../risks/inspect.ts'
import { hashFields, StoredSession } from './stored-session.ts'

/** A key as it crosses to the worker. */
interface SentSession {
  readonly key: Uint8Array
  readonly type: string
  readonly value: Uint8Array
  readonly size: number
  readonly fields: readonly (readonly [name: Uint8Array, value: Uint8Array])[]
  readonly expiresAt: number | null | undefined
}

export type DecoderRequest =
  | { readonly kind: 'decode'; readonly session: SentSession }
  | { readonly kind: 'summarise'; readonly sessions: readonly SentSession[] }
  | { readonly kind: 'inspect'; readonly sessions: readonly SentSession[] }
  | { readonly kind: 'rows'; readonly replies: readonly KeptReply[] }
  | { readonly kind: 'relate'; readonly sessions: readonly SentSession[] }

export type DecoderReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'decoded'; readonly session: DecodedSession | null }
  | { readonly kind: 'summarised'; readonly summaries: readonly (SessionSummary | null)[] }
  | { readonly kind: 'inspected'; readonly inspections: readonly Inspection[] }
  | { readonly kind: 'rows'; readonly rows: readonly PackedRows[] }
  | { readonly kind: 'related'; readonly related: readonly (readonly RelatedKey[] | null)[] }

/** Each array alone: a Buffer is often a small part of a large piece of memory, which would be copied as a whole. */
export const toSent = ({ keyBytes, type, value, size, fields, expiresAt }: StoredSession): SentSession => ({
  key: new Uint8Array(keyBytes),
  type,
  value: new Uint8Array(value),
  size,
  fields:
    type === 'hash' ? fields.all().map(([name, held]) => [new Uint8Array(name), new Uint8Array(held)]) : [],
  expiresAt,
})

export const fromSent = ({ key, type, value, size, fields, expiresAt }: SentSession): StoredSession =>
  new StoredSession({
    key: toBuffer(key),
    type,
    value: toBuffer(value),
    size,
    fields: hashFields(fields.map(([name, held]) => [toBuffer(name), toBuffer(held)])),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  })

const toBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)
