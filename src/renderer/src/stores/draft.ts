import { type Bytes, bytesId } from '#shared/bytes.ts'
import type { Failure } from '../lib/failure.ts'

/** A field or string that is being changed (`shown` is its value when the editing began) or a field to add (`shown` null). */
export interface Draft {
  /** A field of a session, of a hash that is none, or a string as a whole: as it was when the editing began. */
  readonly of: 'session' | 'incomplete' | 'string'
  /** Null for a string, and for a field that is to be added. */
  readonly field: Bytes | null
  readonly shown: Bytes | null
  readonly name: string
  readonly value: string
  /** What had been typed when the editing began anew on top of what Redis held by then; null where it did not. */
  readonly setAside: string | null
  readonly saving: boolean
  readonly failure: Failure | null
  /** What Redis holds now, after a refused write; null where the field is gone. */
  readonly conflict: { readonly current: Bytes | null } | null
}

const NEW = { name: '', setAside: null, saving: false, failure: null, conflict: null } as const

/** A draft of a field as it is shown, or of a new one without a name yet. */
export const openDraft = (
  of: 'session' | 'incomplete',
  field: Bytes | null,
  shown: string | null,
): Draft => ({
  ...NEW,
  of,
  field,
  shown,
  name: typeof field === 'string' ? field : '',
  value: shown ?? '',
})

export const openStringDraft = (shown: string): Draft => ({
  ...NEW,
  of: 'string',
  field: null,
  shown,
  value: shown,
})

export const isAdding = ({ of, field }: Draft): boolean => of !== 'string' && field === null

export const draftKey = (prefix: string, id: Bytes): string => `${prefix}\n${bytesId(id)}`

/** The value that Redis holds, from the details of a conflict; null where the field is gone. */
export const toCurrent = ({ details }: Pick<Failure, 'details'>): Bytes | null => {
  const { current } = details
  if (typeof current === 'string') return current
  if (typeof current === 'object' && current !== null && 'base64' in current) {
    const { base64 } = current
    if (typeof base64 === 'string') return { base64 }
  }
  return null
}
