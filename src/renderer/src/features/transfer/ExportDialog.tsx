import { Download } from 'lucide-react'
import { useState } from 'react'
import { useStore } from 'zustand'
import type { ExportForm, Redaction } from '#shared/transfer.ts'
import { Button } from '../../components/Button.tsx'
import { Dialog, DialogButtons } from '../../components/Dialog.tsx'
import { Problem } from '../../components/Problem.tsx'
import { Working } from '../../components/Working.tsx'
import { formatBytes, formatCount, plural } from '../../lib/format.ts'
import { idInWords } from '../../lib/privacy-words.ts'
import { saveFile } from '../../lib/save-file.ts'
import { useApp, useBlock, useList, usePrivacy } from '../../stores/context.ts'
import type { ExportTarget } from '../../stores/export.ts'
import { Choices } from './Choices.tsx'
import { prefixInWords } from './export-target.ts'
import { Limits } from './Limits.tsx'
import { RedactionChoice } from './RedactionChoice.tsx'
import styles from './Transfer.module.css'

/** Writes sessions to a file: what, in which form, and what came of it. */
export function ExportDialog({ onClose }: { readonly onClose: () => void }) {
  const { exporting } = useApp()
  const target = useStore(exporting.store, (state) => state.target)
  const phase = useStore(exporting.store, (state) => state.phase)
  const close = () => {
    if (phase === 'running') {
      exporting.stop()
      return
    }
    exporting.close()
    onClose()
  }
  if (target === null) return null
  const only = target.choices.length === 1 ? target.choices[0] : undefined
  return (
    <Dialog
      wide
      title={only?.count === 1 ? 'Export the session' : 'Export sessions'}
      description={
        <>
          From <code>{prefixInWords(target.prefix)}</code> to a file. Nothing in Redis is changed, and no
          access is recorded.
        </>
      }
      onClose={close}
    >
      {phase === 'choosing' ? <Choosing target={target} onCancel={close} /> : null}
      {phase === 'running' ? <Running /> : null}
      {phase === 'done' ? <Done onClose={close} /> : null}
    </Dialog>
  )
}

const NOTES = {
  secrets:
    'Values under secret-looking names, tokens and keys are replaced by a mark. An import refuses the sessions that lack something.',
  ids: 'Each id becomes a name that stands for it throughout the file. None of it can be imported.',
} as const

const FORMS = [
  {
    value: 'readable',
    label: 'Readable',
    note: 'JSON with each field as text: to look at, search and compare. Comes back with the same fields and the same moment of expiry.',
  },
  {
    value: 'lossless',
    label: 'Lossless',
    note: 'Redis’ own serialization (DUMP) with the same moment of expiry: every type, to the byte. Comes back into a server of the same version or a newer one.',
  },
] as const

function Choosing({ target, onCancel }: { readonly target: ExportTarget; readonly onCancel: () => void }) {
  const { exporting } = useApp()
  const failure = useStore(exporting.store, (state) => state.failure)
  const stopped = useStore(exporting.store, (state) => state.stopped)
  const [form, setForm] = useState<ExportForm>('readable')
  const [redact, setRedact] = useState<Redaction>('secrets')
  const blocked = useBlock(form === 'lossless' ? 'exportLossless' : 'export')
  const [chosen, setChosen] = useState(0)
  const view = usePrivacy()
  const choice = target.choices[chosen] ?? target.choices[0]
  if (choice === undefined) return null
  const start = async () => {
    const file = await exporting.start(choice.scope, form, form === 'lossless' ? 'nothing' : redact)
    if (file !== null) saveFile(file.name, file.blob)
  }
  return (
    <>
      {target.choices.length === 1 ? (
        <dl className={styles.facts}>
          <dt>What</dt>
          <dd>
            {choice.label}
            {choice.session === undefined ? null : (
              <>
                {', '}
                <code>{idInWords(choice.session, view)}</code>
              </>
            )}
          </dd>
        </dl>
      ) : (
        <Choices
          legend="What"
          value={String(chosen)}
          choices={target.choices.map(({ label, count }, index) => ({
            value: String(index),
            label,
            end: formatCount(count),
          }))}
          onChange={(value) => setChosen(Number(value))}
        />
      )}
      <Choices legend="Form" value={form} choices={FORMS} onChange={setForm} />
      {form === 'lossless' ? null : <RedactionChoice value={redact} onChange={setRedact} notes={NOTES} />}
      {form === 'readable' && redact === 'secretsAndIds' ? null : (
        <Problem tone="amber">
          {form === 'lossless'
            ? 'A lossless file cannot be redacted: it holds session ids and whatever secrets are in the fields.'
            : redact === 'nothing'
              ? 'The file holds session ids and whatever secrets are in the fields.'
              : 'The file holds session ids.'}{' '}
          Whoever has it can log in as these users until the sessions end: keep it as you would keep their
          passwords.
        </Problem>
      )}
      {'filter' in choice.scope ? <Incomplete /> : null}
      <Limits of={['exportOtherTypes']} />
      {stopped ? <Problem tone="plain">Stopped. No file was saved.</Problem> : null}
      {failure === null ? null : <Problem>{failure.message}</Problem>}
      <DialogButtons>
        <Button onClick={onCancel}>Cancel</Button>
        <Button kind="primary" icon={Download} blocked={blocked} onClick={start}>
          Export {plural(choice.count, 'session')}
        </Button>
      </DialogButtons>
    </>
  )
}

/** What is not known yet is not exported, and that is said before. */
function Incomplete() {
  const progress = useList((state) => state.progress)
  const reading = useList((state) => state.reading)
  if (progress !== null && progress.phase !== 'complete') {
    return (
      <Problem tone="plain">
        The list has looked at {formatCount(progress.scanned)} of {plural(progress.keys, 'key')} so far. Only
        the sessions that it knows by then are exported.
      </Problem>
    )
  }
  if (reading === null || reading.phase === 'complete') return null
  return (
    <Problem tone="plain">
      {formatCount(reading.done)} of {plural(reading.total, 'session')} are read for the filter so far. Only
      those that are known to match by then are exported.
    </Problem>
  )
}

function Running() {
  const { exporting } = useApp()
  const progress = useStore(exporting.store, (state) => state.progress)
  const bytes = useStore(exporting.store, (state) => state.bytes)
  const { done = 0, total = 0 } = progress ?? {}
  return (
    <>
      <Working label="Export" value={done} max={total}>
        {formatCount(done)} of {plural(total, 'session')} · {formatBytes(bytes)}
      </Working>
      <DialogButtons>
        <Button autoFocus onClick={() => exporting.stop()}>
          Stop
        </Button>
      </DialogButtons>
    </>
  )
}

function Done({ onClose }: { readonly onClose: () => void }) {
  const { exporting } = useApp()
  const progress = useStore(exporting.store, (state) => state.progress)
  const complete = useStore(exporting.store, (state) => state.complete)
  const file = useStore(exporting.store, (state) => state.file)
  if (file === null || progress === null) return null
  const { written, gone, leftOut } = progress
  const missing = [
    ...(gone === 0 ? [] : [`${formatCount(gone)} had ended by the time they were read`]),
    ...leftOut.map(({ reason, count }) => `${formatCount(count)} ${reason}`),
    ...(complete ? [] : ['what the list did not know yet']),
  ]
  return (
    <>
      <p role="status">
        {plural(written, 'session')} exported, {formatBytes(file.blob.size)}.
      </p>
      <dl className={styles.facts}>
        <dt>File</dt>
        <dd className={styles.mono}>{file.name}</dd>
        {missing.length === 0 ? null : (
          <>
            <dt>Not in it</dt>
            <dd>{missing.join('; ')}</dd>
          </>
        )}
      </dl>
      <DialogButtons>
        <Button icon={Download} onClick={() => saveFile(file.name, file.blob)}>
          Save again
        </Button>
        <Button kind="primary" autoFocus onClick={onClose}>
          Close
        </Button>
      </DialogButtons>
    </>
  )
}
