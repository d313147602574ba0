import { TriangleAlert } from 'lucide-react'
import type { SessionRow } from '#shared/model.ts'
import { TtlBar } from '../../components/TtlBar.tsx'
import { formatInstant } from '../../lib/format.ts'
import styles from './SessionGrid.module.css'

/** Counts down to what ends the session first, and marks where Redis's TTL and the expiry inside disagree. */
export function TtlCell({ row }: { readonly row: SessionRow }) {
  const { inside, expiresAt, configuredTtl } = row
  const endsAt = inside?.first ? inside.at : expiresAt
  if (endsAt === null && row.state === 'foreign' && row.problem !== null)
    return <span className={styles.none}>no expiry</span>
  return (
    <>
      {/* A session that nothing ends says so by itself. */}
      {inside?.disputed && endsAt !== null ? (
        <span className={styles.disputed} role="img" aria-label="Redis’s TTL and the expiry inside disagree">
          <TriangleAlert size={11} aria-hidden />
        </span>
      ) : null}
      <TtlBar
        expiresAt={endsAt}
        configuredTtl={configuredTtl}
        {...(row.format !== null || inside?.disputed ? { title: endsInWords(row) } : {})}
      />
    </>
  )
}

/** Both ends of a session, and which of them counts. */
export function endsInWords({ inside, expiresAt }: Pick<SessionRow, 'inside' | 'expiresAt'>): string {
  const redis =
    expiresAt === null ? 'Redis has no TTL for it' : `Redis ends it at ${formatInstant(expiresAt)}`
  if (inside === undefined) return `${redis}.`
  const own = `the expiry inside is ${formatInstant(inside.at)}`
  const first = inside.first ? 'The library itself goes by the one inside' : 'Redis’s TTL is what ends it'
  return `${redis}; ${own}. ${first}${inside.disputed ? ', and the two disagree' : ''}.`
}
