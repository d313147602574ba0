import { useRef } from 'react'
import { RISK_WORDS } from '#shared/risk-words.ts'
import type { RiskId, RiskReport } from '#shared/risks.ts'
import { RISKS } from '../../lib/focus.ts'
import { formatCompact, formatCount, plural } from '../../lib/format.ts'
import { useApp } from '../../stores/context.ts'
import styles from './Risks.module.css'
import { OverviewMark, SeverityMark } from './SeverityMark.tsx'

interface FindingListProps {
  readonly report: RiskReport
  readonly selected: RiskId | null
}

/** The findings, the gravest first; the arrow keys go from one to the next, as do clicks. */
export function FindingList({ report, selected }: FindingListProps) {
  const { risks } = useApp()
  const list = useRef<HTMLUListElement>(null)
  const { findings } = report
  const ids: readonly (RiskId | null)[] = [null, ...findings.map(({ id }) => id)]
  const move = (event: React.KeyboardEvent) => {
    const at = ids.indexOf(selected)
    const to: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: ids.length - 1,
    }
    const wanted = to[event.key]
    if (wanted === undefined) return
    event.preventDefault()
    const next = Math.min(ids.length - 1, Math.max(0, wanted))
    risks.select(ids[next] ?? null)
    list.current?.querySelectorAll('button')[next]?.focus()
  }
  return (
    <ul ref={list} className={styles.findings} aria-label="Findings" onKeyDown={move}>
      <li>
        <Choice isSelected={selected === null} onSelect={() => risks.select(null)}>
          <OverviewMark />
          <span className={styles.title}>
            {findings.length === 0 ? 'Nothing found' : plural(findings.length, 'finding')}
          </span>
        </Choice>
      </li>
      {findings.map(({ id, severity, count }) => (
        <li key={id}>
          <Choice isSelected={id === selected} onSelect={() => risks.select(id)}>
            <SeverityMark severity={severity} />
            <span className={styles.title}>{RISK_WORDS[id].title}</span>
            <span className={styles.count} title={formatCount(count)}>
              {formatCompact(count)}
            </span>
          </Choice>
        </li>
      ))}
    </ul>
  )
}

interface ChoiceProps {
  readonly isSelected: boolean
  readonly onSelect: () => void
  readonly children: React.ReactNode
}

/** One of them takes the Tab key; the arrows do the rest. */
function Choice({ isSelected, onSelect, children }: ChoiceProps) {
  return (
    <button
      type="button"
      className={styles.finding}
      aria-expanded={isSelected}
      tabIndex={isSelected ? 0 : -1}
      {...(isSelected ? { 'data-place': RISKS } : {})}
      onClick={onSelect}
    >
      {children}
    </button>
  )
}
