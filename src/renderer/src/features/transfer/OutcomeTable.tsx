import { ChevronRight } from 'lucide-react'
import type { ImportState } from '#shared/transfer.ts'
import { SecretId } from '../../components/RowId.tsx'
import { formatCount } from '../../lib/format.ts'
import { OUTCOMES } from './outcomes.ts'
import styles from './Transfer.module.css'

interface OutcomeTableProps {
  readonly state: ImportState
  /** Of the dry run, or of the run. */
  readonly words: 'would' | 'did'
}

/** How many lines came to which outcome, with the first of each. */
export function OutcomeTable({ state, words }: OutcomeTableProps) {
  const met = OUTCOMES.filter(([outcome]) => state.counts[outcome] > 0)
  if (met.length === 0) return <p className={styles.note}>No session in it so far.</p>
  return (
    <ul className={styles.outcomes} aria-label={words === 'would' ? 'What would happen' : 'What happened'}>
      {met.map(([outcome, { [words]: label, tone }]) => {
        const count = state.counts[outcome]
        const samples = state.samples.filter((sample) => sample.outcome === outcome)
        return (
          <li key={outcome} className={styles.outcome} data-tone={tone}>
            <details>
              <summary className={styles.summary}>
                <ChevronRight size={14} aria-hidden className={styles.chevron} />
                <span className={styles.outcomeLabel}>{label}</span>
                <span className={styles.count}>{formatCount(count)}</span>
              </summary>
              <ul className={styles.samples}>
                {samples.map(({ line, id, reason }) => (
                  <li key={line} className={styles.sample}>
                    <span className={styles.line}>line {formatCount(line)}</span>
                    {id === null ? null : (
                      <code className={styles.id}>
                        <SecretId id={id} />
                      </code>
                    )}
                    {reason === null ? null : <span className={styles.reason}>{reason}</span>}
                  </li>
                ))}
                {count > samples.length ? (
                  <li className={styles.note}>and {formatCount(count - samples.length)} more</li>
                ) : null}
              </ul>
            </details>
          </li>
        )
      })}
    </ul>
  )
}
