import { Play, Square } from 'lucide-react'
import { Button } from '../../components/Button.tsx'
import { formatCount } from '../../lib/format.ts'
import { useApp, useList, useReadBlock } from '../../stores/context.ts'
import styles from './ListPane.module.css'

/** How far the reading is that the filter needs: until it is through, there may be more matches. */
export function ReadingLine() {
  const { list } = useApp()
  const reading = useList((state) => state.reading)
  const blocked = useReadBlock()
  if (reading === null || reading.phase === 'complete') return null
  const { done, total, phase } = reading
  const stopped = phase === 'stopped'
  const read = `${formatCount(done)} of ${formatCount(total)}`
  const rest = stopped ? 'matches are incomplete' : 'more matches may come'
  const fields = reading.fields.map((field) => (field === 'size' ? 'memory' : field)).join(', ')
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form.
    <div className={styles.reading} role="group" aria-label="Reading for the filter">
      <progress className={styles.bar} value={done} max={Math.max(1, total)} aria-label="Reading" />
      <span className={styles.said} title={`${fields}: ${read} · ${rest}`}>
        {stopped ? 'stopped reading' : 'reading'} <code>{fields}</code> of each session · {read}
        <span className={styles.aside}>
          {' · '}
          {rest}
        </span>
      </span>
      <Button
        small
        kind="quiet"
        icon={stopped ? Play : Square}
        blocked={blocked}
        aria-label={stopped ? 'Resume reading' : 'Stop reading'}
        onClick={() => list.setReading(stopped)}
      >
        {stopped ? 'Resume' : 'Stop'}
      </Button>
    </div>
  )
}
