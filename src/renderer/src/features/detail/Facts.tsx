import { useCallback } from 'react'
import { endsDisagree, guideEnd } from '#shared/ends.ts'
import type { SessionDetail } from '#shared/model.ts'
import { useReveal } from '../../components/Secret.tsx'
import { SessionKey } from '../../components/SessionId.tsx'
import { paintText, Ticking } from '../../components/Ticking.tsx'
import { formatAgo, formatBytes, formatCount, formatInstant } from '../../lib/format.ts'
import { useDecoded, useDetail } from '../../stores/context.ts'
import { OPEN_ID } from '../../stores/reveals.ts'
import { DecodedFacts, Disagreement } from './DecodedFacts.tsx'
import styles from './DetailPane.module.css'

/** What is known of the key beside its fields. */
export function Facts({ detail }: { readonly detail: SessionDetail }) {
  const { key, type, createdAt, lastAccessedAt, expiresAt, memory } = detail
  const decoded = useDecoded((state) => state.key)
  const prefix = useDetail((state) => state.prefix)
  const { hidden } = useReveal(true, OPEN_ID)
  return (
    <dl className={styles.facts}>
      {decoded === null ? (
        <>
          <dt>Created</dt>
          <dd>{createdAt === null ? 'not recorded' : <Moment at={createdAt} />}</dd>
          <dt>Last seen</dt>
          <dd>{lastAccessedAt === null ? 'not recorded' : <Moment at={lastAccessedAt} />}</dd>
          <dt>Expires</dt>
          <dd>{expiresAt === null ? 'never' : formatInstant(expiresAt)}</dd>
          <OwnEnd detail={detail} />
        </>
      ) : (
        <DecodedFacts decoded={decoded} expiresAt={expiresAt} />
      )}
      <dt>Memory</dt>
      <dd
        title={
          memory === null ? 'MEMORY USAGE is not allowed for this Redis user' : `${formatCount(memory)} bytes`
        }
      >
        {memory === null ? 'not allowed to know' : formatBytes(memory)}
        {type === 'hash' ? '' : `, a ${type}`}
      </dd>
      <dt>Key</dt>
      <dd className={styles.key}>
        <SessionKey name={key} prefixes={[prefix]} revealed={!hidden} />
      </dd>
    </dl>
  )
}

/** What a session of our own says of its end, where Redis says something else. */
function OwnEnd({ detail }: { readonly detail: SessionDetail }) {
  const { state, lastAccessedAt, configuredTtl, expiresAt } = detail
  const inside = state === 'session' ? guideEnd(lastAccessedAt, configuredTtl) : null
  if (inside === null || !endsDisagree('guide', expiresAt, inside)) return null
  return (
    <>
      <dt>Inside</dt>
      <dd>
        until {formatInstant(inside)}
        <span className={styles.from}>last_accessed_at + session_ttl</span>
        <Disagreement expiresAt={expiresAt} inside={inside} />
      </dd>
    </>
  )
}

export function Moment({ at }: { readonly at: number }) {
  const paint = useCallback(
    (element: HTMLSpanElement, now: number) => paintText(element, formatAgo(at, now)),
    [at],
  )
  return (
    <>
      {formatInstant(at)}
      <Ticking className={styles.ago} paint={paint} />
    </>
  )
}
