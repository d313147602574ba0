import { Lock } from 'lucide-react'
import { type KeyboardEvent, useMemo, useRef, useState } from 'react'
import { bytesId } from '#shared/bytes.ts'
import type { SessionDetail, SessionField } from '#shared/model.ts'
import { useReveal } from '../../components/Secret.tsx'
import { Tip } from '../../components/Tip.tsx'
import { isBinary, toLine } from '../../lib/bytes-view.ts'
import { DETAIL, isTyping, placeOf, returnFocus } from '../../lib/focus.ts'
import { formatBytes } from '../../lib/format.ts'
import { isRevealKey } from '../../lib/row-keys.ts'
import { secretOf } from '../../lib/secret-value.ts'
import { type TypedValue, typeOf } from '../../lib/value-type.ts'
import { useDetail } from '../../stores/context.ts'
import { FieldActions, type FieldTask } from './FieldActions.tsx'
import { FieldEditor } from './FieldEditor.tsx'
import styles from './FieldTable.module.css'
import { FieldTtl, FieldTtlForm } from './FieldTtl.tsx'
import { FieldValue } from './FieldValue.tsx'
import { RemoveFieldDialog } from './RemoveFieldDialog.tsx'
import { RenameForm } from './RenameForm.tsx'

interface FieldRowProps {
  readonly detail: SessionDetail
  readonly field: SessionField
  readonly editing: boolean
}

export function FieldRow({ detail, field, editing }: FieldRowProps) {
  const whole = useDetail((state) => state.whole.get(bytesId(field.name)))
  const [task, setTask] = useState<FieldTask | null>(null)
  const actions = useRef<HTMLDivElement>(null)
  const name = toLine(field.name)
  const value = whole ?? field.value
  // A cut value is not parsed: half a JSON document is none.
  const typed: TypedValue =
    field.cut && whole === undefined && typeof value === 'string'
      ? { type: 'text', text: value }
      : typeOf(value)
  const id = useDetail((state) => state.selected)
  const secret = useMemo(() => secretOf(value, [name], id), [value, name, id])
  const reveal = useReveal(secret.kind !== 'nothing', `field:${bytesId(field.name)}`)
  const dots = secret.kind === 'whole' && reveal.hidden
  // Where there is no session nobody keeps them: they are fields like others.
  const reserved = field.reserved && detail.state === 'session'
  const close = () => {
    setTask(null)
    // The form takes the focus along; a field that has another name by now took its row along too.
    requestAnimationFrame(() => {
      const more = actions.current?.querySelector<HTMLElement>('[aria-haspopup]')
      returnFocus([more, placeOf(DETAIL)].filter((element) => element != null))
    })
  }
  const press = (event: KeyboardEvent) => {
    if (!isRevealKey(event) || editing || isTyping(event.target) || reveal.toggle === null) return
    event.preventDefault()
    reveal.toggle()
  }
  return (
    <li
      className={styles.row}
      data-field={name}
      data-block={(editing || !dots) && isWide(typed, editing) ? true : undefined}
      onKeyDown={press}
    >
      <div className={styles.name}>
        <span className={styles.nameText} title={name}>
          {name === '' ? '(empty name)' : name}
        </span>
        <span className={styles.type}>
          {dots ? 'secret' : typed.type === 'json' ? 'JSON' : typed.type}
          {field.reserved ? ', reserved' : ''}
          {field.size >= 1024 && !dots ? `, ${formatBytes(field.size)}` : ''}
        </span>
        {field.expiresAt === null ? null : <FieldTtl expiresAt={field.expiresAt} />}
      </div>
      <div className={styles.value}>
        {editing ? (
          <FieldEditor />
        ) : (
          <FieldValue
            field={field.name}
            shown={field}
            typed={typed}
            loaded={whole !== undefined}
            secret={secret}
            reveal={reveal}
          />
        )}
      </div>
      <div ref={actions} className={styles.actions}>
        {reserved ? (
          <Tip label="Reserved: written by the session store alone, with each access or TTL change.">
            <button type="button" className={styles.reserved} aria-label={`${name} is reserved`}>
              <Lock size={13} aria-hidden />
            </button>
          </Tip>
        ) : editing ? null : (
          <FieldActions detail={detail} field={field} binary={isBinary(value)} onTask={setTask} />
        )}
      </div>
      {task === 'rename' ? <RenameForm field={field} onClose={close} /> : null}
      {task === 'ttl' ? <FieldTtlForm field={field} onClose={close} /> : null}
      {task === 'remove' ? <RemoveFieldDialog field={field} onClose={() => setTask(null)} /> : null}
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
