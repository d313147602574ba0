import { Pencil } from 'lucide-react'
import { useMemo } from 'react'
import type { SessionDetail, ShownValue } from '#shared/model.ts'
import { LIMITS } from '#shared/model.ts'
import { IconButton } from '../../components/Button.tsx'
import { useReveal } from '../../components/Secret.tsx'
import { isBinary } from '../../lib/bytes-view.ts'
import { formatBytes } from '../../lib/format.ts'
import { secretOf } from '../../lib/secret-value.ts'
import { type TypedValue, typeOf } from '../../lib/value-type.ts'
import { useApp, useDecoded, useDetail } from '../../stores/context.ts'
import { wholeKey } from '../../stores/detail.ts'
import { DecodedContent } from './DecodedContent.tsx'
import { FieldEditor } from './FieldEditor.tsx'
import styles from './FieldTable.module.css'
import { FieldTable } from './FieldTable.tsx'
import { FieldValue } from './FieldValue.tsx'
import { useKeyBlock } from './session-block.ts'

/** What the key holds: the fields of a hash, a string, or in words why it is not shown. */
export function KeyContent({ detail }: { readonly detail: SessionDetail }) {
  const decoded = useDecoded((state) => state.key)
  const raw = <RawContent detail={detail} />
  return decoded === null ? raw : <DecodedContent detail={detail} decoded={decoded} raw={raw} />
}

function RawContent({ detail }: { readonly detail: SessionDetail }) {
  if (detail.state !== 'foreign') return <FieldTable detail={detail} />
  if (detail.value !== null) return <StringValue value={detail.value} />
  return (
    <p className={styles.none}>
      {detail.type === 'string'
        ? 'This Redis user may not read the string.'
        : `A key of type ${detail.type} has no fields. Read it with the redis-cli line on the other tab.`}
    </p>
  )
}

function StringValue({ value: shown }: { readonly value: ShownValue }) {
  const app = useApp()
  const whole = useDetail((state) => state.whole.get(wholeKey(null)))
  const editing = useDetail((state) => state.draft?.of === 'string')
  const blocked = useKeyBlock('editStrings')
  const value = whole ?? shown.value
  const typed: TypedValue =
    shown.cut && whole === undefined && typeof value === 'string'
      ? { type: 'text', text: value }
      : typeOf(value)
  const id = useDetail((state) => state.selected)
  const secret = useMemo(() => secretOf(value, [], id), [value, id])
  const reveal = useReveal(secret.kind !== 'nothing', 'value')
  return (
    <section className={styles.string} aria-label="Value">
      <div className={styles.stringHead}>
        <span className={styles.type}>
          {typed.type === 'json' ? 'JSON' : typed.type}, {formatBytes(shown.size)}
        </span>
        {editing ? null : (
          <IconButton
            icon={Pencil}
            label="Edit the value"
            blocked={blocked ?? whyNotText(value, shown)}
            onClick={() => app.detail.editString()}
          />
        )}
      </div>
      {editing ? (
        <FieldEditor />
      ) : (
        <FieldValue
          field={null}
          shown={shown}
          typed={typed}
          loaded={whole !== undefined}
          secret={secret}
          reveal={reveal}
        />
      )}
    </section>
  )
}

function whyNotText(value: ShownValue['value'], { size }: ShownValue): string | null {
  if (isBinary(value)) return 'Binary values are shown, not edited as text: that would change their bytes.'
  return size > LIMITS.valueBytes
    ? `A value of more than ${LIMITS.valueBytes / 1024 / 1024} MB is not edited here.`
    : null
}
