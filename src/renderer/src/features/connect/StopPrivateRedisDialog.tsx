import { useState } from 'react'
import { Button } from '../../components/Button.tsx'
import { Dialog, DialogButtons } from '../../components/Dialog.tsx'
import { Problem } from '../../components/Problem.tsx'
import { type Failure, toFailure } from '../../lib/failure.ts'
import { useApp, usePrivateRedis } from '../../stores/context.ts'

/** Asks what becomes of its data before it ends. */
export function StopPrivateRedisDialog({ onClose }: { readonly onClose: () => void }) {
  const { privateRedis } = useApp()
  const status = usePrivateRedis((state) => state.status)
  const [busy, setBusy] = useState<'keep' | 'drop' | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const running = status?.running ?? null
  const stop = async (what: 'keep' | 'drop') => {
    setBusy(what)
    setFailure(null)
    try {
      await privateRedis.stop(what === 'keep')
      onClose()
    } catch (error) {
      setFailure(toFailure(error))
      setBusy(null)
    }
  }
  const keeps = running?.keeps === true
  const whyNotKept =
    status === null || keeps
      ? null
      : status.canKeep
        ? status.keptElsewhere || status.kept !== null
          ? 'Data of another private Redis is kept already. Drop that first.'
          : null
        : 'This host has no place to keep data at.'
  return (
    <Dialog
      title="Stop the private Redis?"
      description={
        keeps
          ? 'What it holds can be saved, to go on with it later, or dropped for good.'
          : 'It lives in memory: what it holds can be kept for later, or is dropped for good.'
      }
      onClose={onClose}
    >
      {failure === null ? null : <Problem>{failure.message}</Problem>}
      <DialogButtons>
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="danger" busy={busy === 'drop'} onClick={() => stop('drop')}>
          Stop and drop its data
        </Button>
        <Button kind="primary" busy={busy === 'keep'} blocked={whyNotKept} onClick={() => stop('keep')}>
          Stop and keep its data
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
