import { Plus } from 'lucide-react'
import { bytesId } from '#shared/bytes.ts'
import type { SessionDetail } from '#shared/model.ts'
import { Button } from '../../components/Button.tsx'
import { useApp, useDetail } from '../../stores/context.ts'
import { FieldEditor } from './FieldEditor.tsx'
import { FieldRow } from './FieldRow.tsx'
import styles from './FieldTable.module.css'
import { useFieldBlock } from './session-block.ts'

/** The session's fields: its own first, the reserved ones last. */
export function FieldTable({ detail }: { readonly detail: SessionDetail }) {
  const app = useApp()
  const draft = useDetail((state) => state.draft)
  const blocked = useFieldBlock()
  const editable = detail.state === 'session'
  if (detail.state === 'foreign')
    return (
      <p className={styles.none}>
        A key of type {detail.type} has no fields. Read it with the redis-cli line on the other tab.
      </p>
    )
  const edited = draft?.field == null ? null : bytesId(draft.field)
  const lost = edited !== null && !detail.fields.some((field) => bytesId(field.name) === edited)
  return (
    <>
      <ul className={styles.table} aria-label="Fields">
        {detail.fields.map((field) => {
          const id = bytesId(field.name)
          return <FieldRow key={id} field={field} editable={editable} editing={id === edited} />
        })}
        {/* The field went while it was edited: what was typed stays. */}
        {lost ? (
          <li className={styles.row}>
            <FieldEditor />
          </li>
        ) : null}
        {draft !== null && draft.field === null ? (
          <li className={styles.row}>
            <FieldEditor />
          </li>
        ) : null}
      </ul>
      {editable && draft === null ? (
        <div className={styles.add}>
          <Button small kind="quiet" icon={Plus} blocked={blocked} onClick={() => app.detail.add()}>
            Add field
          </Button>
        </div>
      ) : null}
    </>
  )
}
