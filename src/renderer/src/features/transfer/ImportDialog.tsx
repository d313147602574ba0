import { Download } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import type { ImportSource } from '#shared/transfer.ts'
import { Button } from '../../components/Button.tsx'
import { Dialog, DialogButtons } from '../../components/Dialog.tsx'
import { Problem } from '../../components/Problem.tsx'
import { Working } from '../../components/Working.tsx'
import { formatCount, formatInstant, plural } from '../../lib/format.ts'
import { fileName, saveFile } from '../../lib/save-file.ts'
import { useApp, useBlock, useList } from '../../stores/context.ts'
import type { ImportScreen } from '../../stores/import.ts'
import { DropZone } from './DropZone.tsx'
import { DryRun } from './DryRun.tsx'
import { prefixInWords } from './export-target.ts'
import { Limits } from './Limits.tsx'
import { OutcomeTable } from './OutcomeTable.tsx'
import { writesOf } from './outcomes.ts'
import styles from './Transfer.module.css'

/** Brings sessions of a file back: first a dry run, then, if it is wanted, what the dry run said. */
export function ImportDialog({ onClose }: { readonly onClose: () => void }) {
  const app = useApp()
  const { importing } = app
  const prefix = useList((state) => state.prefix)
  const screen = useStore(importing.store)
  useEffect(() => {
    importing.open(prefix)
    return () => importing.close()
  }, [importing, prefix])
  const close = () => {
    const { result, phase } = importing.store.getState()
    // First what was written is told.
    if (phase === 'running') {
      importing.stop()
      return
    }
    if (result !== null && writesOf(result) > 0) {
      app.wrote(`Imported ${plural(writesOf(result), 'session')}.`)
      app.list.refresh()
    }
    onClose()
  }
  return (
    <Dialog
      wide
      title="Import sessions"
      description={
        screen.phase === 'choosing'
          ? 'A dry run comes first: it says what would happen to each session, and writes nothing.'
          : undefined
      }
      onClose={close}
    >
      {screen.file === null || screen.phase === 'choosing' ? null : <Source screen={screen} />}
      {screen.phase === 'choosing' ? <Choosing screen={screen} /> : null}
      {screen.phase === 'checking' || screen.phase === 'checked' ? (
        <DryRun screen={screen} onClose={close} />
      ) : null}
      {screen.phase === 'running' ? <Running screen={screen} /> : null}
      {screen.phase === 'done' ? <Done screen={screen} onClose={close} /> : null}
    </Dialog>
  )
}

interface PartProps {
  readonly screen: ImportScreen
}

function Source({ screen: { file, plan } }: PartProps) {
  return (
    <dl className={styles.facts}>
      <dt>File</dt>
      <dd className={styles.mono}>{file?.name}</dd>
      {plan === null ? null : (
        <>
          <dt>Holds</dt>
          <dd>
            {plan.source === null ? (
              'Sessions as JSON, not an export of the inspector'
            ) : (
              <Origin source={plan.source} />
            )}
          </dd>
        </>
      )}
    </dl>
  )
}

function Origin({
  source: { form, prefix, exportedAt, server, redacted },
}: {
  readonly source: ImportSource
}) {
  return (
    <>
      {form === 'lossless' ? 'Lossless' : 'Readable'}
      {redacted === 'nothing' ? '' : ', redacted'} export of <code>{prefixInWords(prefix)}</code>
      {server === null ? '' : ` · ${server.product} ${server.version}`}
      {exportedAt === null ? '' : ` · ${formatInstant(exportedAt)}`}
    </>
  )
}

function Choosing({ screen: { failure, file } }: PartProps) {
  const { importing } = useApp()
  const blocked = useBlock('checkImport')
  return (
    <>
      <DropZone blocked={blocked} onFile={(chosen) => importing.choose(chosen)} />
      <p className={styles.note}>
        An export of the inspector (.ndjson), or JSON of your own: one session a line or one array, each with{' '}
        <code>id</code>, <code>fields</code> and <code>ttl</code> in seconds.
      </p>
      <Limits of={['importLossless', 'importOtherTypes', 'importFieldTtls']} />
      {failure === null ? null : (
        <Problem>
          {file === null ? '' : `${file.name}: `}
          {failure.message}
        </Problem>
      )}
    </>
  )
}

function Running({ screen: { file, plan, result, read } }: PartProps) {
  const { importing } = useApp()
  return (
    <>
      <Working label="Import" value={read} max={file?.size ?? 0}>
        {formatCount(result === null ? 0 : writesOf(result))} of{' '}
        {plural(plan === null ? 0 : writesOf(plan), 'session')} written
      </Working>
      {result === null ? null : <OutcomeTable state={result} words="did" />}
      <DialogButtons>
        <Button autoFocus onClick={() => importing.stop()}>
          Stop
        </Button>
      </DialogButtons>
    </>
  )
}

function Done({
  screen: { result, failure, stopped, report, plan },
  onClose,
}: PartProps & { readonly onClose: () => void }) {
  const app = useApp()
  const shown = useList((state) => state.prefix)
  const [whole, setWhole] = useState(false)
  if (result === null) return null
  const written = writesOf(result)
  const { prefix, undo } = result
  return (
    <>
      <p role="status">
        {stopped || failure !== null ? 'Ended early: ' : 'Done: '}
        {formatCount(written)} of {plural(plan === null ? written : writesOf(plan), 'session')} written under{' '}
        <code>{prefixInWords(prefix)}</code>.{' '}
        {written === 0 ? null : undo.possible ? 'Undo takes them back in one step.' : undo.reason}
      </p>
      <OutcomeTable state={result} words="did" />
      {failure === null ? null : <Problem>{failure.message}</Problem>}
      <label className={styles.choice}>
        <input
          type="checkbox"
          className={styles.radio}
          checked={whole}
          onChange={(event) => setWhole(event.target.checked)}
        />
        <span className={styles.choiceText}>Save the report with whole session ids</span>
      </label>
      <DialogButtons>
        <Button
          className={styles.first}
          icon={Download}
          onClick={() => {
            if (report === null) return
            const file = whole ? report.whole : report.masked
            saveFile(fileName(prefix, 'import', 'json', app.clock.now()), file)
          }}
        >
          Save report
        </Button>
        {prefix === shown ? null : (
          <Button
            onClick={() => {
              onClose()
              app.setPrefix(prefix)
            }}
          >
            Show {prefixInWords(prefix)}
          </Button>
        )}
        <Button kind="primary" autoFocus onClick={onClose}>
          Close
        </Button>
      </DialogButtons>
    </>
  )
}
