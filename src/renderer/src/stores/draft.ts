import { type Bytes, bytesId } from '#shared/bytes.ts'
import type { Failure } from '../lib/failure.ts'

/** A field that is being changed (`shown` is its value when the editing began) or added (`shown` null). */
export interface Draft {
  readonly field: Bytes | null
  readonly shown: Bytes | null
  readonly name: string
  readonly value: string
  readonly saving: boolean
  readonly failure: Failure | null
  /** What Redis holds now, after a refused write; `present: false` where the field is gone. */
  readonly conflict: { readonly current: Bytes | null } | null
}

/** A draft of a field as it is shown, or of a new one without a name yet. */
export const openDraft = (field: Bytes | null, shown: string | null): Draft => ({
  field,
  shown,
  name: typeof field === 'string' ? field : '',
  value: shown ?? '',
  saving: false,
  failure: null,
  conflict: null,
})

export const draftKey = (prefix: string, id: Bytes): string => `${prefix}\n${bytesId(id)}`

/** The value that Redis holds, from the details of a conflict; null where the field is gone. */
export const toCurrent = ({ details }: Failure): Bytes | null => {
  const { current } = details
  if (typeof current === 'string') return current
  if (typeof current === 'object' && current !== null && 'base64' in current) {
    const { base64 } = current
    if (typeof base64 === 'string') return { base64 }
  }
  return null
}
