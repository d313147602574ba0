import { bytesId } from '#shared/bytes.ts'
import type { LargeSession, RiskReport } from '#shared/risks.ts'
import { RevealButton, useReveal } from '../../components/Secret.tsx'
import { SessionId } from '../../components/SessionId.tsx'
import { toLine } from '../../lib/bytes-view.ts'
import { formatBytes } from '../../lib/format.ts'
import { useApp } from '../../stores/context.ts'
import styles from './Risks.module.css'
import { coverageInWords } from './risk-coverage.ts'

/** What was looked at, what was not and why, and the largest of what there is. */
export function Overview({ report }: { readonly report: RiskReport }) {
  const { findings, values, largest, largestFields, ids } = report
  const isRead = values.phase !== 'idle'
  return (
    <section className={styles.overview} aria-label="The report">
      <div className={styles.words}>
        <h3 className={styles.heading}>
          {findings.length > 0
            ? 'What was looked at'
            : isRead
              ? 'Nothing found'
              : 'Nothing found by what the list tells'}
        </h3>
        <p>{coverageInWords(report)}</p>
        <p className={styles.muted}>
          Looked for: sessions without TTL, fragments, ends that disagree, ids that can be guessed, users with
          very many sessions{isRead ? ', large sessions, secrets in clear, orphans of indexes' : ''}. Only
          names of fields are shown here, never their values.
        </p>
        {ids === null ? null : <p className={styles.muted}>Ids: {ids}</p>}
      </div>
      {isRead ? (
        <div className={styles.largest}>
          <Largest title="Largest sessions" rows={largest} />
          <Largest title="Largest fields" rows={largestFields} />
        </div>
      ) : null}
    </section>
  )
}

function Largest({ title, rows }: { readonly title: string; readonly rows: readonly LargeSession[] }) {
  if (rows.length === 0) return null
  return (
    <div>
      <h3 className={styles.heading}>{title}</h3>
      <ol className={styles.sizes} aria-label={title}>
        {rows.map((row) => (
          <LargeRow key={`${bytesId(row.id)} ${row.field}`} row={row} />
        ))}
      </ol>
    </div>
  )
}

function LargeRow({ row: { id, user, bytes, field } }: { readonly row: LargeSession }) {
  const app = useApp()
  const reveal = useReveal(true)
  return (
    <li className={styles.large}>
      <button
        type="button"
        className={styles.size}
        onClick={() => app.goTo(app.list.store.getState().prefix, id)}
      >
        <span className={styles.figure}>{formatBytes(bytes)}</span>
        <span className={styles.name}>
          {field ?? (user === null || user === '' ? 'anonymous' : toLine(user))}
        </span>
        <span className={styles.id}>
          <SessionId id={id} revealed={!reveal.hidden} />
        </span>
      </button>
      <RevealButton reveal={reveal} what="session id" />
    </li>
  )
}
