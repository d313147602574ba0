import { useList, usePicks } from '../../stores/context.ts'
import { ListEmpty } from './ListEmpty.tsx'
import styles from './ListPane.module.css'
import { ListRefused, useRefusal } from './ListRefused.tsx'
import { ListToolbar } from './ListToolbar.tsx'
import { Overview } from './Overview.tsx'
import { ReadingLine } from './ReadingLine.tsx'
import { SelectionBar } from './SelectionBar.tsx'
import { SessionGrid } from './SessionGrid.tsx'

/** The list: its state above, its rows, or why there are none. */
export function ListPane() {
  const isEmpty = useList((state) =>
    state.view === null ? state.failure !== null : state.view.matched === 0,
  )
  const refusal = useRefusal()
  const picking = usePicks(({ mode, keys }) => mode === 'all' || keys.size > 0)
  return (
    <section className={styles.pane} aria-label="Session list">
      {picking ? <SelectionBar /> : <ListToolbar />}
      <ReadingLine />
      {refusal === null ? <Overview /> : null}
      {refusal !== null ? <ListRefused refusal={refusal} /> : isEmpty ? <ListEmpty /> : <SessionGrid />}
    </section>
  )
}
