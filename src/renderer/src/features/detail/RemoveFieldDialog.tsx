import { useState } from 'react'
import type { Bytes } from '#shared/bytes.ts'
import type { SessionField } from '#shared/model.ts'
import { Confirm } from '../../components/Confirm.tsx'
import { toLine } from '../../lib/bytes-view.ts'
import { toFailure } from '../../lib/failure.ts'
import { formatBytes } from '../../lib/format.ts'
import { useApp, useDetail } from '../../stores/context.ts'
import { Held } from './Comparison.tsx'
import styles from './Dialogs.module.css'
import { useFieldBlock } from './session-block.ts'

interface RemoveFieldDialogProps {
  readonly field: SessionField
  readonly onClose: () => void
}

/** Asks before a field goes; and once more, with both values, where it has changed since. */
export function RemoveFieldDialog({ field: latest, onClose }: RemoveFieldDialogProps) {
  const app = useApp()
  const blocked = useFieldBlock('removeFields')
  const [field] = useState(latest)
  const only = useDetail((state) => state.detail?.fields.length === 1)
  const [now, setNow] = useState<{ readonly value: Bytes | null } | null>(null)
  const name = toLine(field.name)
  return (
    <Confirm
      title={`Remove the field ${name}?`}
      description={`Its value (${formatBytes(field.size)}) is lost. ${
        only
          ? 'It is the only field, so that the key goes with it.'
          : 'All else stays as it is, the time left too.'
      }`}
      action={now === null ? 'Remove field' : 'Remove it anyway'}
      blocked={blocked ?? (now?.value === null ? 'There is no such field any more.' : null)}
      onClose={onClose}
      onConfirm={async () => {
        try {
          await app.detail.removeField(field, now?.value)
        } catch (error) {
          const { code, details } = toFailure(error)
          if (code === 'conflict') setNow({ value: (details.current ?? null) as Bytes | null })
          throw error
        }
        app.wrote(`Removed ${name}.`)
      }}
    >
      {now === null ? null : (
        <dl className={styles.lost}>
          <dt>Shown</dt>
          <dd>
            <Held value={field.value} of={[name]} />
          </dd>
          <dt>Now in Redis</dt>
          <dd>
            <Held value={now.value} of={[name]} />
          </dd>
        </dl>
      )}
    </Confirm>
  )
}
