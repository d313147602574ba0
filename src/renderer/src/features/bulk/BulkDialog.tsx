import { Square } from 'lucide-react'
import { Button } from '../../components/Button.tsx'
import { Dialog, DialogButtons } from '../../components/Dialog.tsx'
import { Problem } from '../../components/Problem.tsx'
import { formatCount } from '../../lib/format.ts'
import { useApp, useBulk } from '../../stores/context.ts'
import styles from './Bulk.module.css'
import { BulkQuestion } from './BulkQuestion.tsx'
import { BulkReport } from './BulkReport.tsx'
import { resultOf, titleOf } from './bulk-words.ts'

/** From the frozen list to the report. */
export function BulkDialog() {
  const { bulk } = useApp()
  const intent = useBulk((state) => state.intent)
  const status = useBulk((state) => state.status)
  const failure = useBulk((state) => state.failure)
  if (intent === null) return null
  if (status.state === 'frozen') return <BulkQuestion intent={intent} list={status.list} />
  if (status.state === 'finished') return <BulkReport status={status} />
  if (status.state === 'running') {
    const { counts, list, action } = status
    const sum = Object.values(counts).reduce((all, count) => all + count, 0)
    return (
      // Escape does not end it: that would be a click away from a half-done action.
      <Dialog wide title={titleOf(intent, list.total).replace(/\?$/, '')} onClose={() => {}}>
        <Progress done={sum} total={list.total} words={resultOf(action.kind, counts, list.total)} />
        <DialogButtons>
          <Button icon={Square} onClick={() => bulk.stop()}>
            Stop
          </Button>
        </DialogButtons>
      </Dialog>
    )
  }
  return (
    <Dialog
      wide
      title="Making the list"
      description="Reads what these sessions are at this moment. Nothing is written."
      onClose={() => bulk.close()}
    >
      {failure !== null ? (
        <Problem>{failure.message}</Problem>
      ) : status.state === 'freezing' ? (
        <Progress {...status} words={`${formatCount(status.done)} of ${formatCount(status.total)} read`} />
      ) : null}
      <DialogButtons>
        <Button onClick={() => bulk.close()}>{failure === null ? 'Cancel' : 'Close'}</Button>
      </DialogButtons>
    </Dialog>
  )
}

function Progress({
  done,
  total,
  words,
}: {
  readonly done: number
  readonly total: number
  readonly words: string
}) {
  return (
    <div className={styles.progress}>
      <progress value={done} max={Math.max(1, total)} aria-label="Progress" />
      <span role="status">{words}</span>
    </div>
  )
}
