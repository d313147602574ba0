import { Download } from 'lucide-react'
import { useState } from 'react'
import { useStore } from 'zustand'
import type { Redaction } from '#shared/transfer.ts'
import { Button } from '../../components/Button.tsx'
import { Dialog, DialogButtons } from '../../components/Dialog.tsx'
import { Problem } from '../../components/Problem.tsx'
import { type Failure, toFailure } from '../../lib/failure.ts'
import { idInWords } from '../../lib/privacy-words.ts'
import { useApp, usePrivacy } from '../../stores/context.ts'
import { RedactionChoice } from '../transfer/RedactionChoice.tsx'

const NOTES = {
  secrets:
    'Values under secret-looking names, tokens and keys are replaced by a mark, before and after a change.',
  ids: 'Each id becomes a name that stands for it throughout the file. For showing the file to others.',
} as const

/** Saves a timeline to a file, with or without what is secret in it. */
export function ExportTimelineDialog({ onClose }: { readonly onClose: () => void }) {
  const app = useApp()
  const target = useStore(app.timelineExport)
  const view = usePrivacy()
  const [redact, setRedact] = useState<Redaction>('secrets')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  if (target.prefix === null) return null
  const save = async () => {
    setBusy(true)
    setFailure(null)
    try {
      await app.saveTimeline(redact)
      onClose()
    } catch (error) {
      setFailure(toFailure(error))
      setBusy(false)
    }
  }
  return (
    <Dialog
      title="Export the timeline"
      description={
        <>
          What is kept of {target.id === null ? 'all sessions under' : 'the session'}{' '}
          <code>{target.id === null ? target.prefix || '(no prefix)' : idInWords(target.id, view)}</code>, as
          JSON.
        </>
      }
      onClose={onClose}
    >
      <RedactionChoice value={redact} onChange={setRedact} notes={NOTES} />
      {redact === 'nothing' ? (
        <Problem tone="amber">
          The file holds whatever secrets were in the fields. Keep it as you would keep passwords.
        </Problem>
      ) : null}
      {failure === null ? null : <Problem>{failure.message}</Problem>}
      <DialogButtons>
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" icon={Download} autoFocus busy={busy} onClick={save}>
          Save JSON
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
