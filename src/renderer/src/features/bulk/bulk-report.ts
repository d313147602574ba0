import type { BulkRow, BulkStatus } from '#shared/bulk.ts'

type Finished = Extract<BulkStatus, { state: 'finished' }>

const iso = (epoch: number | null): string | null => (epoch === null ? null : new Date(epoch).toISOString())

/** The report as a file: what was asked for, what came of it, and of each key. Ids that are no text are base64. */
export function reportText(
  { list, action, counts, stopped, failure, at, durationMs }: Finished,
  rows: readonly BulkRow[],
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
    keys: rows.map(({ id, user, state, lastAccessedAt, expiresAt, outcome }) => ({
      id,
      user,
      state,
      last_accessed_at: iso(lastAccessedAt),
      expires_at: iso(expiresAt),
      outcome,
    })),
  }
  return `${JSON.stringify(report, null, 2)}\n`
}
