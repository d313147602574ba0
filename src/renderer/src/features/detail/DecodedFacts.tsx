import { TriangleAlert } from 'lucide-react'
import { trueEnd } from '#shared/ends.ts'
import type { DecodedKey, Moment as Told } from '#shared/formats.ts'
import { formatDuration, formatInstant } from '../../lib/format.ts'
import styles from './DetailPane.module.css'
import { Moment } from './Facts.tsx'

/** Who and when by what another library wrote, and which of the two ends it. */
export function DecodedFacts({
  decoded: { session },
  expiresAt,
}: {
  readonly decoded: DecodedKey
  /** When Redis ends the key, epoch milliseconds; null for never. */
  readonly expiresAt: number | null
}) {
  const { expiry } = session
  const end = trueEnd(expiresAt, session)
  return (
    <>
      <dt>Format</dt>
      <dd>
        {session.name}
        {session.role === 'session' ? '' : `, ${ROLES[session.role]}`}
      </dd>
      <dt>Created</dt>
      <dd>
        <ToldMoment told={session.createdAt} />
      </dd>
      <dt>Last seen</dt>
      <dd>
        <ToldMoment told={session.lastSeenAt} />
      </dd>
      <dt>Redis TTL</dt>
      <dd>{expiresAt === null ? 'none' : `until ${formatInstant(expiresAt)}`}</dd>
      <dt>Inside</dt>
      <dd>
        {expiry === null ? (
          'says nothing of its end'
        ) : (
          <>
            {expiry.at === null ? 'moves with each access' : `until ${formatInstant(expiry.at)}`}
            <span className={styles.from}>{expiry.from}</span>
          </>
        )}
      </dd>
      <dt>Ends by</dt>
      <dd>
        {END_WORDS[end.by]}
        {end.disagree ? <Disagreement expiresAt={expiresAt} inside={expiry?.at ?? null} /> : null}
      </dd>
    </>
  )
}

const ROLES = {
  pointer: 'a pointer to a session',
  marker: 'a marker of a session',
  index: 'an index',
} as const
const END_WORDS = {
  redis: 'Redis’s TTL',
  inside: 'the expiry inside, which the library checks itself',
  nothing: 'nothing: the key stays until somebody deletes it',
} as const

/** Says that the two ends of a session disagree, and by how much. Moments are epoch milliseconds. */
export function Disagreement({
  expiresAt,
  inside,
}: {
  readonly expiresAt: number | null
  readonly inside: number | null
}) {
  return (
    <span className={styles.disagree}>
      <TriangleAlert size={12} aria-hidden />
      {difference(expiresAt, inside)}
    </span>
  )
}

function difference(expiresAt: number | null, inside: number | null): string {
  if (inside === null) return ''
  if (expiresAt === null) return 'They disagree: Redis has no TTL for it.'
  const seconds = Math.round(Math.abs(expiresAt - inside) / 1000)
  return `They disagree: Redis ends it ${formatDuration(seconds)} ${expiresAt < inside ? 'earlier' : 'later'}.`
}

function ToldMoment({ told }: { readonly told: Told | null }) {
  return told === null ? (
    <>not recorded</>
  ) : (
    <span title={`From ${told.from}`}>
      <Moment at={told.at} />
    </span>
  )
}
