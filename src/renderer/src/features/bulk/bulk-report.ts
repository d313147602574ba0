import type { BulkRow, BulkStatus } from '#shared/bulk.ts'
import { idInWords, valueInWords } from '../../lib/privacy-words.ts'

type Finished = Extract<BulkStatus, { state: 'finished' }>

const iso = (epoch: number | null): string | null => (epoch === null ? null : new Date(epoch).toISOString())

/**
 * The report as a file: what was asked for, what came of it, and of each key. Ids that are no text are base64.
 * @param whole with the ids; else they are masked as on the screen
 */
export function reportText(
  { list, action, counts, related, stopped, failure, at, durationMs }: Finished,
  rows: readonly BulkRow[],
  whole: boolean,
): string {
  const report = {
    format: 'redis-session-inspector/bulk-report',
    version: 1,
    prefix: list.prefix,
    action,
    listed_at: iso(list.at),
    ended_at: iso(at),
    duration_ms: Math.round(durationMs),
    stopped,
    failure: failure?.message ?? null,
    counts,
    related_keys: related && {
      taken: related.taken,
      other_slot: related.otherSlot,
      elsewhere: related.elsewhere,
      untold_sessions: related.untold,
    },
    ids: whole ? 'whole' : 'masked',
    keys: rows.map(({ id, user, state, format, lastAccessedAt, expiresAt, outcome }) => ({
      id: whole ? id : idInWords(id, { mode: 'masked', salt: '' }),
      user: whole || user === null ? user : valueInWords(user, { mode: 'masked', salt: '' }),
      state,
      library: format?.name ?? null,
      last_accessed_at: iso(lastAccessedAt),
      expires_at: iso(expiresAt),
      outcome,
    })),
  }
  return `${JSON.stringify(report, null, 2)}\n`
}
