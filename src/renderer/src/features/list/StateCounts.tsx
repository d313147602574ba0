import {
  Circle,
  CircleOff,
  Contrast,
  Infinity as Endless,
  Hourglass,
  type LucideIcon,
  Shapes,
} from 'lucide-react'
import type { StateCounts as Counts } from '#shared/model.ts'
import { Tip } from '../../components/Tip.tsx'
import { hasTerm, toggleTerm } from '../../lib/filter-text.ts'
import { formatCompact, formatCount } from '../../lib/format.ts'
import { useApp, useList, useSummary } from '../../stores/context.ts'
import styles from './Overview.module.css'

interface StateMark {
  readonly state: keyof Counts
  readonly label: string
  readonly icon: LucideIcon
  /** What the filter says of it. */
  readonly term: string
  readonly meaning: string
}

const STATES: readonly StateMark[] = [
  {
    state: 'active',
    label: 'active',
    icon: Circle,
    term: 'is:active',
    meaning: 'at least half of the TTL is left',
  },
  {
    state: 'idle',
    label: 'idle',
    icon: Contrast,
    term: 'is:idle',
    meaning: 'less than half of the TTL is left',
  },
  {
    state: 'expiring',
    label: 'expiring',
    icon: Hourglass,
    term: 'is:expiring',
    meaning: 'less than a tenth of the TTL is left',
  },
  {
    state: 'expired',
    label: 'expired',
    icon: CircleOff,
    term: 'is:expired',
    meaning: 'its library refuses it already, and Redis still has the key',
  },
  { state: 'withoutTtl', label: 'no end', icon: Endless, term: 'no:end', meaning: 'never expires by itself' },
  { state: 'other', label: 'other', icon: Shapes, term: '-is:session', meaning: 'a key that is no session' },
]
const TERMS = STATES.map(({ term }) => term)

/** How many sessions are in which state, of those that match; each is a switch that filters for it. */
export function StateCounts() {
  const { list } = useApp()
  const counts = useSummary((state) => state.summary?.states ?? null)
  const filter = useList((state) => state.filter)
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form.
    <div className={styles.states} role="group" aria-label="Sessions by state">
      {STATES.map(({ state, label, icon: Icon, term, meaning }) => {
        const count = counts?.[state] ?? null
        const on = hasTerm(filter, term)
        return (
          <Tip
            key={state}
            label={`${count === null ? '' : `${formatCount(count)} `}${label}: ${meaning}. ${on ? 'Click to show all again' : 'Click to show only these'}.`}
          >
            <button
              type="button"
              className={styles.state}
              data-state-of={state}
              data-none={count === 0 || undefined}
              aria-pressed={on}
              aria-label={count === null ? label : `${label}: ${formatCount(count)}`}
              onClick={() => list.setFilter(toggleTerm(filter, term, TERMS))}
            >
              <Icon size={11} aria-hidden />
              <span className={styles.label}>{label}</span>
              <span className={styles.count}>{count === null ? '–' : formatCompact(count)}</span>
            </button>
          </Tip>
        )
      })}
    </div>
  )
}
