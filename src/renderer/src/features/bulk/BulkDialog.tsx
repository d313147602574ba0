import { Square } from 'lucide-react'
import { Button } from '../../components/Button.tsx'
import { Dialog, DialogButtons } from '../../components/Dialog.tsx'
import { Problem } from '../../components/Problem.tsx'
import { Working } from '../../components/Working.tsx'
import { formatCount } from '../../lib/format.ts'
import { useApp, useBulk } from '../../stores/context.ts'
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
    const { counts, list, action, related } = status
    const sum = Object.values(counts).reduce((all, count) => all + count, 0)
    return (
      // Escape does not end it: that would be a click away from a half-done action.
      <Dialog wide title={titleOf(intent, list.total).replace(/\?$/, '')} onClose={() => {}}>
        <Working label="Progress" value={sum} max={list.total}>
          {resultOf(action.kind, counts, list.total, related)}
        </Working>
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
        <Working label="Progress" value={status.done} max={status.total}>
          {formatCount(status.done)} of {formatCount(status.total)} read
        </Working>
      ) : null}
      <DialogButtons>
        <Button onClick={() => bulk.close()}>{failure === null ? 'Cancel' : 'Close'}</Button>
      </DialogButtons>
    </Dialog>
  )
}
