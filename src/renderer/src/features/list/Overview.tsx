import { useEffect } from 'react'
import { useApp, useReadBlock } from '../../stores/context.ts'
import { ExpiryChart } from './ExpiryChart.tsx'
import styles from './Overview.module.css'
import { StateCounts } from './StateCounts.tsx'

/** What the rows below are, all together: counts by state, and when they expire. */
export function Overview() {
  const { summary } = useApp()
  const stale = useReadBlock() !== null
  useEffect(() => summary.watch(), [summary])
  return (
    <div className={styles.overview} data-stale={stale || undefined}>
      <StateCounts />
      <ExpiryChart />
    </div>
  )
}
