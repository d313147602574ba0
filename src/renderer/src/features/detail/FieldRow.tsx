import { Lock, Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { bytesId } from '#shared/bytes.ts'
import type { SessionField } from '#shared/model.ts'
import { IconButton } from '../../components/Button.tsx'
import { Confirm } from '../../components/Confirm.tsx'
import { Tip } from '../../components/Tip.tsx'
import { isBinary, toLine } from '../../lib/bytes-view.ts'
import { formatBytes } from '../../lib/format.ts'
import { type TypedValue, typeOf } from '../../lib/value-type.ts'
import { useApp, useDetail } from '../../stores/context.ts'
import { FieldEditor } from './FieldEditor.tsx'
import styles from './FieldTable.module.css'
import { FieldValue } from './FieldValue.tsx'
import { useFieldBlock } from './session-block.ts'

interface FieldRowProps {
  readonly field: SessionField
  readonly editable: boolean
  readonly editing: boolean
}

export function FieldRow({ field, editable, editing }: FieldRowProps) {
  const app = useApp()
  const whole = useDetail((state) => state.whole.get(bytesId(field.name)))
  const blocked = useFieldBlock()
  const [removing, setRemoving] = useState(false)
  const name = toLine(field.name)
  const value = whole ?? field.value
  // A cut value is not parsed: half a JSON document is none.
  const typed: TypedValue =
    field.cut && whole === undefined && typeof value === 'string'
      ? { type: 'text', text: value }
      : typeOf(value)
  const binary = isBinary(value)
  return (
    <li className={styles.row} data-field={name} data-block={isWide(typed, editing) || undefined}>
      <div className={styles.name}>
        <span className={styles.nameText} title={name}>
          {name === '' ? '(empty name)' : name}
        </span>
        <span className={styles.type}>
          {typed.type === 'json' ? 'JSON' : typed.type}
          {field.reserved ? ', reserved' : ''}
          {field.size >= 1024 ? `, ${formatBytes(field.size)}` : ''}
        </span>
      </div>
      <div className={styles.value}>
        {editing ? <FieldEditor /> : <FieldValue field={field} typed={typed} loaded={whole !== undefined} />}
      </div>
      <div className={styles.actions}>
        {field.reserved ? (
          <Tip label="Reserved: written by the session store alone, with each access or TTL change.">
            <button type="button" className={styles.reserved} aria-label={`${name} is reserved`}>
              <Lock size={13} aria-hidden />
            </button>
          </Tip>
        ) : editable && !editing ? (
          <>
            <IconButton
              icon={Pencil}
              label={`Edit ${name}`}
              blocked={
                blocked ??
                (binary
                  ? 'Binary values are shown, not edited as text: that would change their bytes.'
                  : null)
              }
              onClick={() => app.detail.edit(field)}
            />
            <IconButton
              icon={Trash2}
              label={`Remove ${name}`}
              tone="danger"
              blocked={blocked}
              onClick={() => setRemoving(true)}
            />
          </>
        ) : null}
      </div>
      {removing ? (
        <Confirm
          title={`Remove the field ${name}?`}
          description={`Its value (${formatBytes(field.size)}) is lost. The session and its time stay as they are.`}
          action="Remove field"
          blocked={blocked}
          onClose={() => setRemoving(false)}
          onConfirm={async () => {
            await app.detail.removeField(field)
            app.wrote(`Removed ${name}.`)
          }}
        />
      ) : null}
    </li>
  )
}

const ONE_LINE = 60

/** What needs the whole width gets it, below its name. */
const isWide = (typed: TypedValue, editing: boolean): boolean =>
  editing ||
  typed.type === 'json' ||
  typed.type === 'binary' ||
  (typed.type === 'text' && (typed.text.length > ONE_LINE || typed.text.includes('\n')))
