import type { ImportOutcome } from '#shared/transfer.ts'
import { contentMark, sha1 } from './content-mark.ts'
import { isIntact, rdbVersionOf } from './dump-payload.ts'
import type { KeyReply } from './key-batches.ts'
import type { Seen } from './planned-lines.ts'
import type { Content, Dumped, SessionRecord } from './record.ts'

export interface Verdict {
  readonly outcome: ImportOutcome
  /** In words, a sentence; null where there is nothing to say. */
  readonly reason: string | null
}

/** What the server that is written to can hold. */
export interface TargetServer {
  /** The RDB version that it reads up to; null where that is not known. */
  readonly rdbVersion: number | null
  /** Whether fields can have an expiry of their own: since Redis 7.4. */
  readonly fieldExpiries: boolean
}

/** What is to be written of a record, at a moment of the server's. */
export interface Writable {
  readonly expiresAt: number | null
  readonly holds: Content | Dumped
}

/** @returns what is to be written, or why it is not, whatever the server holds there */
export function judgeRecord(record: SessionRecord, now: number, server: TargetServer): Writable | Verdict {
  const { expiry } = record
  const expiresAt = expiry === null ? null : 'at' in expiry ? expiry.at : now + 1000 * expiry.seconds
  if (expiresAt !== null && expiresAt <= now) {
    return { outcome: 'expired', reason: `Its time ran out at ${momentWords(expiresAt)}.` }
  }
  const { holds } = record
  if (holds.type === 'dump') {
    const problem = whyNotRestorable(holds, server)
    return problem === null ? { expiresAt, holds } : { outcome: 'refused', reason: problem }
  }
  if (holds.type !== 'hash') return { expiresAt, holds }
  if (!server.fieldExpiries && holds.fields.some((field) => field.expiresAt !== null)) {
    const reason =
      'Some of its fields have an expiry of their own, which this server does not know (Redis 7.4).'
    return { outcome: 'refused', reason }
  }
  const fields = holds.fields.filter((field) => field.expiresAt === null || field.expiresAt > now)
  return fields.length > 0
    ? { expiresAt, holds: { type: 'hash', fields } }
    : { outcome: 'expired', reason: 'The time of all its fields has run out.' }
}

function whyNotRestorable({ dump }: Dumped, { rdbVersion }: TargetServer): string | null {
  if (!isIntact(dump)) return 'Its payload is damaged: the checksum does not match.'
  const version = rdbVersionOf(dump) ?? 0
  return rdbVersion === null || version <= rdbVersion
    ? null
    : `Its payload has RDB version ${version}, and this server reads up to ${rdbVersion}: it comes from a newer one. Import it there, or export the readable form.`
}

export const WOULD_BE_CREATED: Verdict = { outcome: 'created', reason: null }
export const IDENTICAL: Verdict = { outcome: 'identical', reason: null }

/** Compares with what the server holds. @param found the answer to the question for the mark */
export function compare(writable: Writable, found: KeyReply, existing: 'keep' | 'replace'): Verdict {
  if (found.type === 'none') return WOULD_BE_CREATED
  const [mark, dumpSha] = found.answer
  if (!Buffer.isBuffer(mark)) {
    return { outcome: 'kept', reason: 'It exists and is too large to be compared, so it is never replaced.' }
  }
  const { holds } = writable
  const sameContent =
    holds.type === 'dump'
      ? holds.mark === mark.toString() || sha1(holds.dump) === String(dumpSha)
      : contentMark(holds) === mark.toString()
  const sameExpiry = writable.expiresAt === found.expiresAt
  if (sameContent && sameExpiry) return IDENTICAL
  const what = sameContent ? 'with another expiry' : 'with other content'
  return existing === 'replace'
    ? { outcome: 'replaced', reason: `It exists ${what}.` }
    : { outcome: 'kept', reason: `It exists ${what}.` }
}

/** As the answer to the question for the mark shows it. */
export const toSeen = ({ type, expiresAt, answer: [mark] }: KeyReply): Seen =>
  type === 'none' || !Buffer.isBuffer(mark)
    ? { mark: null, expiresAt: null }
    : { mark: mark.toString(), expiresAt }

/** UTC, to the second. */
function momentWords(epoch: number): string {
  const date = new Date(epoch)
  return Number.isNaN(date.getTime())
    ? 'a moment that no calendar reaches'
    : `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
