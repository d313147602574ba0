import { lazy, Suspense } from 'react'
import { axisMarks, chartWords, type Expiries, horizonOf } from '../../lib/expiries.ts'
import { withTtlSpan } from '../../lib/filter-text.ts'
import { formatCompact, formatDuration, plural } from '../../lib/format.ts'
import { useApp, useList, useSummary } from '../../stores/context.ts'
import styles from './ExpiryChart.module.css'
import { ExpirySpan } from './ExpirySpan.tsx'

const ExpiryBars = lazy(() => import('./ExpiryBars.tsx'))

/** Marks on the axis; more would touch each other where the list is narrow. */
const MOST_MARKS = 5

/** When the sessions of the list expire, and a way to choose those of a span of time. */
export function ExpiryChart() {
  const summary = useSummary((state) => state.summary)
  const failure = useSummary((state) => state.failure)
  if (summary !== null) return <Chart expiries={summary.expiries} />
  if (failure !== null)
    return <p className={styles.quiet}>When they expire cannot be said: {failure.message}</p>
  return (
    <div className={styles.skeleton} role="status" aria-label="Counting when sessions expire">
      {SKELETON.map((height, bar) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars never change.
        <span key={bar} style={{ height: `${height}%` }} />
      ))}
    </div>
  )
}

const SKELETON = [30, 52, 68, 84, 60, 44, 36, 58, 76, 92, 70, 48, 38, 30, 46, 62, 40, 28, 34, 24]

function Chart({ expiries }: { readonly expiries: Expiries }) {
  const { list } = useApp()
  const total = useList((state) => state.progress?.total ?? 0)
  const filter = useList((state) => state.filter)
  const horizon = horizonOf(expiries)
  const { later } = expiries
  if (later === 0 && expiries.all.every((count) => count === 0))
    return (
      <p className={styles.quiet}>
        {total === 0
          ? 'When sessions expire shows here as soon as there are any.'
          : 'Nothing under this prefix expires.'}
      </p>
    )
  return (
    <div className={styles.chart}>
      <div className={styles.plot}>
        <div role="img" aria-label={`When they expire: ${chartWords(expiries)}`} className={styles.drawing}>
          <Suspense>
            <ExpiryBars expiries={expiries} />
          </Suspense>
        </div>
        <ExpirySpan expiries={expiries} />
      </div>
      <div className={styles.axis} aria-hidden>
        {axisMarks(horizon, MOST_MARKS).map((seconds) => (
          <span key={seconds} className={styles.mark} style={markPlace(seconds / horizon)}>
            {seconds === 0 ? 'now' : formatDuration(seconds)}
          </span>
        ))}
      </div>
      {later === 0 ? null : (
        <button
          type="button"
          className={styles.later}
          title={`${plural(later, 'session')} ${later === 1 ? 'expires' : 'expire'} in more than ${formatDuration(horizon)}. Click to filter for them.`}
          onClick={() => list.setFilter(withTtlSpan(filter, { from: horizon, to: null }))}
        >
          <span>later</span> {formatCompact(later)}
        </button>
      )}
    </div>
  )
}

/** Marks stand in the middle under their moment, but for the ends, which stay within the chart. */
const markPlace = (share: number) => ({
  left: `${share * 100}%`,
  transform: share === 0 ? 'none' : share > 0.97 ? 'translateX(-100%)' : 'translateX(-50%)',
})
