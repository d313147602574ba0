import { Timer } from 'lucide-react'
import { useCallback } from 'react'
import type { SessionField } from '#shared/model.ts'
import { paintText, Ticking } from '../../components/Ticking.tsx'
import { ttlText } from '../../components/TtlBar.tsx'
import { toLine } from '../../lib/bytes-view.ts'
import { formatInstant } from '../../lib/format.ts'
import { useApp } from '../../stores/context.ts'
import styles from './FieldTable.module.css'
import { RowForm } from './RowForm.tsx'
import { useFieldBlock } from './session-block.ts'
import { TtlForm } from './TtlForm.tsx'

/** What is left of a field's own TTL. */
export function FieldTtl({ expiresAt }: { readonly expiresAt: number }) {
  const paint = useCallback(
    (element: HTMLSpanElement, now: number) =>
      paintText(element, ttlText({ expiresAt, configuredTtl: null }, now)),
    [expiresAt],
  )
  return (
    <span className={styles.ttl} title={`This field ends by itself at ${formatInstant(expiresAt)}`}>
      <Timer size={11} aria-hidden />
      <span className="visually-hidden">Its own TTL:</span>
      <Ticking paint={paint} />
    </span>
  )
}

interface FieldTtlFormProps {
  readonly field: SessionField
  readonly onClose: () => void
}

/** Sets, changes or removes it. */
export function FieldTtlForm({ field, onClose }: FieldTtlFormProps) {
  const app = useApp()
  const name = toLine(field.name)
  const removeBlock = useFieldBlock('removeFieldTtls')
  return (
    <RowForm label={`TTL of ${name}`} onClose={onClose}>
      <TtlForm
        shown={{ expiresAt: field.expiresAt, configuredTtl: null }}
        initial=""
        note="The field goes when it is over; the key and its other fields stay."
        warning={
          field.expiresAt === null ? null : `Without a TTL of its own ${name} lives as long as its key.`
        }
        removeBlock={removeBlock}
        cancel
        onWrite={async (ttl, { expiresAt }) => {
          await app.detail.setFieldTtl(field, ttl, expiresAt)
          app.wrote(ttl === null ? `Removed the TTL of ${name}.` : `${name} ends in ${ttl.trim()} s.`)
        }}
        onDone={onClose}
      />
    </RowForm>
  )
}
