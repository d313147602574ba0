import { useCallback } from 'react'
import type { SessionDetail } from '#shared/model.ts'
import { paintText, Ticking } from '../../components/Ticking.tsx'
import { toLine } from '../../lib/bytes-view.ts'
import { formatAgo, formatBytes, formatCount, formatInstant } from '../../lib/format.ts'
import { useDecoded } from '../../stores/context.ts'
import { MiddleEllipsis } from '../list/MiddleEllipsis.tsx'
import { DecodedFacts } from './DecodedFacts.tsx'
import styles from './DetailPane.module.css'

/** What is known of the key beside its fields. */
export function Facts({ detail }: { readonly detail: SessionDetail }) {
  const { key, type, createdAt, lastAccessedAt, expiresAt, memory } = detail
  const decoded = useDecoded((state) => state.key)
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
        <MiddleEllipsis text={toLine(key)} />
      </dd>
    </dl>
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
