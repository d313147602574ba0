import { Plus } from 'lucide-react'
import { type RefObject, useEffect, useRef } from 'react'
import { bytesId } from '#shared/bytes.ts'
import type { SessionDetail } from '#shared/model.ts'
import { Button } from '../../components/Button.tsx'
import { toLine } from '../../lib/bytes-view.ts'
import { DETAIL, placeOf, returnFocus } from '../../lib/focus.ts'
import { useApp, useDetail } from '../../stores/context.ts'
import { type Draft, isAdding } from '../../stores/draft.ts'
import { FieldEditor } from './FieldEditor.tsx'
import { FieldRow } from './FieldRow.tsx'
import styles from './FieldTable.module.css'
import { useFieldBlock } from './session-block.ts'

/** The fields of a hash: its own first, the reserved ones last. */
export function FieldTable({ detail }: { readonly detail: SessionDetail }) {
  const app = useApp()
  const draft = useDetail((state) => state.draft)
  const blocked = useFieldBlock('editFields')
  const table = useRef<HTMLUListElement>(null)
  useFocusAfterEdit(table, draft)
  const edited = draft?.field == null ? null : bytesId(draft.field)
  const lost = edited !== null && !detail.fields.some((field) => bytesId(field.name) === edited)
  return (
    <>
      <ul ref={table} className={styles.table} aria-label="Fields">
        {detail.fields.map((field) => {
          const id = bytesId(field.name)
          return <FieldRow key={id} detail={detail} field={field} editing={id === edited} />
        })}
        {/* The field went while it was edited: what was typed stays. */}
        {lost ? (
          <li className={styles.row}>
            <FieldEditor />
          </li>
        ) : null}
        {draft !== null && isAdding(draft) ? (
          <li className={styles.row}>
            <FieldEditor />
          </li>
        ) : null}
      </ul>
      {draft === null ? (
        <div className={styles.add}>
          <Button small kind="quiet" icon={Plus} blocked={blocked} onClick={() => app.detail.add()}>
            Add field
          </Button>
        </div>
      ) : null}
    </>
  )
}

/** The editor takes the focus along when it closes: it goes to the field that was edited, else to the pane. */
function useFocusAfterEdit(table: RefObject<HTMLUListElement | null>, draft: Draft | null) {
  const before = useRef(draft)
  useEffect(() => {
    const left = before.current
    before.current = draft
    if (left === null || draft !== null) return
    const name = left.field === null ? left.name : toLine(left.field)
    const rows = [...(table.current?.querySelectorAll<HTMLElement>('[data-field]') ?? [])]
    const edit = rows
      .find((row) => row.dataset.field === name)
      ?.querySelector<HTMLElement>('button[aria-label^="Edit "]')
    const pane = placeOf(DETAIL)
    returnFocus([edit, pane].filter((element) => element != null))
  }, [table, draft])
}
