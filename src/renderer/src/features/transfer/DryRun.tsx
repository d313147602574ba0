import { Upload } from 'lucide-react'
import { useEffect, useRef } from 'react'
import type { ImportState } from '#shared/transfer.ts'
import { Button } from '../../components/Button.tsx'
import { DialogButtons } from '../../components/Dialog.tsx'
import { Problem } from '../../components/Problem.tsx'
import { Working } from '../../components/Working.tsx'
import { formatBytes, plural } from '../../lib/format.ts'
import { useApp, useBlock } from '../../stores/context.ts'
import type { ImportScreen } from '../../stores/import.ts'
import { Choices } from './Choices.tsx'
import { prefixInWords } from './export-target.ts'
import { OutcomeTable } from './OutcomeTable.tsx'
import { writesOf } from './outcomes.ts'
import styles from './Transfer.module.css'

interface DryRunProps {
  readonly screen: ImportScreen
  readonly onClose: () => void
}

/** What would happen, and the choices that change it. */
export function DryRun({ screen, onClose }: DryRunProps) {
  const { importing } = useApp()
  const blocked = useBlock('import')
  // A button that is blocked is made anew: it must not take the focus from a choice then.
  const isNew = useRef(true)
  useEffect(() => {
    isNew.current = false
  }, [])
  const { phase, file, plan, read, failure } = screen
  const size = file?.size ?? 0
  const writes = plan === null ? 0 : writesOf(plan)
  const checking = phase === 'checking'
  return (
    <>
      {checking ? (
        <Working label="Dry run" value={read} max={size}>
          Dry run: {formatBytes(read)} of {formatBytes(size)}
        </Working>
      ) : null}
      {plan === null ? null : <OutcomeTable state={plan} words="would" />}
      {plan === null ? null : <Options screen={screen} plan={plan} />}
      {plan === null || checking ? null : <Warnings plan={plan} />}
      {failure === null ? null : <Problem>{failure.message}</Problem>}
      <DialogButtons>
        {checking ? (
          <Button className={styles.first} onClick={() => importing.stop()}>
            Stop
          </Button>
        ) : (
          <Button className={styles.first} onClick={() => importing.again()}>
            Another file
          </Button>
        )}
        {failure === null ? null : <Button onClick={() => importing.setOptions({})}>Check again</Button>}
        <Button onClick={onClose}>Cancel</Button>
        <Button
          kind="primary"
          icon={Upload}
          autoFocus={isNew.current}
          busy={checking}
          blocked={checking ? null : (blocked ?? (writes === 0 ? 'There is nothing to be written.' : null))}
          onClick={() => importing.run()}
        >
          Import {plural(writes, 'session')}
        </Button>
      </DialogButtons>
    </>
  )
}

function Options({
  screen: { prefix, options },
  plan,
}: {
  readonly screen: ImportScreen
  readonly plan: ImportState
}) {
  const { importing } = useApp()
  const exported = plan.source?.prefix ?? prefix
  const { kept, replaced } = plan.counts
  return (
    <>
      {exported === prefix ? null : (
        <Choices
          legend="Into the prefix"
          value={options.into}
          choices={[
            { value: 'exported', label: prefixInWords(exported), note: 'From which they were exported.' },
            { value: 'given', label: prefixInWords(prefix), note: 'That of the list.' },
          ]}
          onChange={(into) => importing.setOptions({ into })}
        />
      )}
      {kept + replaced === 0 && options.existing === 'keep' ? null : (
        <Choices
          legend="Sessions that exist and differ"
          value={options.existing}
          choices={[
            { value: 'keep', label: 'Keep what is in Redis' },
            { value: 'replace', label: 'Replace it with what the file holds' },
          ]}
          onChange={(existing) => importing.setOptions({ existing })}
        />
      )}
    </>
  )
}

function Warnings({ plan }: { readonly plan: ImportState }) {
  if (writesOf(plan) === 0) return <Notes plan={plan} />
  return (
    <>
      <Notes plan={plan} />
      {plan.source?.form === 'lossless' ? (
        <Problem tone="plain">
          The server loads lossless sessions as they are. Import them only from a file whose origin you trust.
        </Problem>
      ) : null}
      {plan.undo.possible ? null : <Problem tone="amber">{plan.undo.reason}</Problem>}
    </>
  )
}

function Notes({ plan }: { readonly plan: ImportState }) {
  return plan.notes.map((note) => (
    <Problem key={note} tone="amber">
      {note}
    </Problem>
  ))
}
