import type { Bytes } from '#shared/bytes.ts'
import { AppError } from '#shared/errors.ts'
import type { SessionDetail } from '#shared/model.ts'
import { parseTtl } from '#shared/ttl.ts'
import type { Handlers } from '../dispatch.ts'
import type { KeyRef } from './key-editor.ts'
import type { SessionWriter } from './session-writer.ts'

export interface EditContext {
  readonly writing: () => SessionWriter
  /** @throws AppError `session_gone` */
  readonly detailOf: (ref: KeyRef) => Promise<SessionDetail>
  readonly readDetail: (ref: KeyRef) => Promise<SessionDetail | null>
  /** This key was written: the lists read it anew, and its timeline knows who did it. */
  readonly wrote: (ref: KeyRef) => void
  /** Why the session store found no session there. */
  readonly missing: (ref: KeyRef) => Promise<AppError>
}

type EditCalls =
  | 'session.setField'
  | 'session.removeField'
  | 'session.renameField'
  | 'session.setFieldTtl'
  | 'session.setValue'
  | 'session.setTtl'
  | 'session.setExpiry'
  | 'session.delete'

/** The calls that edit a key: what is a session's goes through its store, all else through the key editor. */
export function createEditHandlers({
  writing,
  detailOf,
  readDetail,
  wrote,
  missing,
}: EditContext): Pick<Handlers, EditCalls> {
  const editor = (ref: KeyRef, what: string) => writing().editor(ref.prefix, what)
  const shown = (ref: KeyRef) => {
    wrote(ref)
    return detailOf(ref)
  }
  const setSessionTtl = async (ref: KeyRef, ttl: number, instead?: number) => {
    const store = writing().store(ref.prefix, 'Set the TTL')
    const options = instead === undefined ? {} : { instead }
    if (!(await store.setSessionTtl(textId(ref.id), ttl, options))) throw await missing(ref)
    return detailOf(ref)
  }
  return {
    'session.setField': async ({ value, ...ref }) => {
      const what = `${ref.shown === null ? 'Added' : 'Changed'} ${nameInWords(ref.field)}`
      await editor(ref, what).setField(ref, value)
      return shown(ref)
    },
    'session.removeField': async (ref) => {
      await editor(ref, `Removed ${nameInWords(ref.field)}`).removeField(ref)
      wrote(ref)
      return readDetail(ref)
    },
    'session.renameField': async ({ to, ...ref }) => {
      const what = `Renamed ${nameInWords(ref.field)} to ${nameInWords(to)}`
      await editor(ref, what).renameField(ref, to)
      return shown(ref)
    },
    'session.setFieldTtl': async ({ shown: expiresAt, ttl, ...ref }) => {
      const what = `${ttl === null ? 'Removed' : 'Set'} the TTL of ${nameInWords(ref.field)}`
      const seconds = ttl === null ? null : parseTtl(ttl)
      await editor(ref, what).setFieldTtl(ref, { expiresAt }, seconds)
      return shown(ref)
    },
    'session.setValue': async ({ value, ...ref }) => {
      await editor(ref, 'Changed the value').setValue(ref, value)
      return shown(ref)
    },
    'session.setTtl': ({ ttl, shown: instead, ...ref }) => setSessionTtl(ref, parseTtl(ttl), instead),
    'session.setExpiry': async ({ prefix, id, state, type, shown: expiresAt, configuredTtl, ttl }) => {
      const ref = { prefix, id }
      const seconds = ttl === null ? null : parseTtl(ttl)
      if (state === 'session' && seconds !== null)
        return setSessionTtl(ref, seconds, configuredTtl ?? undefined)
      const what = seconds === null ? 'Removed the TTL' : 'Set the TTL'
      await editor(ref, what).setExpiry(ref, { state, type }, { expiresAt, configuredTtl }, seconds)
      return shown(ref)
    },
    'session.delete': async (ref) => {
      const store = writing().store(ref.prefix, 'Deleted')
      if (!(await store.deleteSession(textId(ref.id)))) throw await missing(ref)
      return { deleted: true }
    },
  }
}

const nameInWords = (field: Bytes): string =>
  typeof field === 'string' ? (field.length > 40 ? `${field.slice(0, 40)}…` : field) : 'a binary field'

/** The session store's ids are text. */
export function textId(id: Bytes): string {
  if (typeof id === 'string') return id
  throw new AppError(
    'invalid_argument',
    'This id is not text, so no session library made it: it cannot be touched, rotated or given another TTL. Its fields can be edited, and it can be deleted.',
  )
}
