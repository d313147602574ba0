import type { StoreApi } from 'zustand/vanilla'
import type { Bytes } from '#shared/bytes.ts'
import type { ErrorCode } from '#shared/errors.ts'
import type { RelatedFate } from '#shared/formats.ts'
import type { SessionDetail, SessionField } from '#shared/model.ts'
import type { Transport } from '#shared/transport.ts'
import { type Failure, toFailure } from '../lib/failure.ts'
import type { DetailState } from './detail.ts'
import { type Draft, isAdding, openDraft, openStringDraft, toCurrent } from './draft.ts'

/** When a key ends as it was shown, which its edits are compared with. */
export interface ShownTime {
  /** Epoch milliseconds; null for no end. */
  readonly expiresAt: number | null
  /** Seconds; of a session this is compared, since its end moves with each access. */
  readonly configuredTtl: number | null
}

/** Edits of the selected key. What rejects does so with an AppError, whose `details` tell of a conflict. */
export interface DetailEdits {
  /** Opens the editor of a field; reads the whole value first where it travels cut. */
  edit(field: SessionField): Promise<void>
  /** Opens the editor of a string, in the same way. */
  editString(): Promise<void>
  add(): void
  change(part: { readonly name?: string; readonly value?: string }): void
  /** Writes the draft. @returns true when it is in Redis */
  save(): Promise<boolean>
  /** Writes the draft over what Redis holds now. */
  overwrite(): Promise<boolean>
  /** Goes on editing on top of what Redis holds now; what was typed is set aside. */
  startAnew(): void
  /** Leaves the draft, and what Redis holds is shown. */
  discard(): void
  /** @param shown what the field held; by default what it is shown with */
  removeField(field: SessionField, shown?: Bytes | null): Promise<void>
  renameField(field: SessionField, to: string, shown?: Bytes | null): Promise<void>
  /** @param ttl seconds; null for none @param shown when it ended as it was shown */
  setFieldTtl(field: SessionField, ttl: string | null, shown: number | null): Promise<void>
  /** @param ttl seconds; null for no expiry */
  setExpiry(ttl: string | null, shown: ShownTime): Promise<void>
  touch(): Promise<void>
  /** @returns the new id */
  rotate(): Promise<string>
  /**
   * Deletes the session, or a key of any other kind.
   * @param fingerprint of what was shown, of a key that is no session; null to delete it whatever it holds
   * @param related together with what its library keeps beside it
   * @returns false when it had gone already
   */
  remove(fingerprint: string | null, related: boolean): Promise<boolean>
  /** The keys that a library keeps beside the selected session, as far as they are there. */
  related(): Promise<readonly RelatedFate[]>
}

export interface DetailAccess {
  readonly transport: Transport
  readonly store: StoreApi<DetailState>
  readonly isSelected: (id: Bytes) => boolean
  /** Shows the answer of a write, unless another session is looked at by now; null where the key has gone with it. */
  readonly showIfSelected: (id: Bytes, detail: SessionDetail | null) => void
  /** The selected key has gone. */
  readonly end: () => void
  /** Reads the selected key again. */
  readonly reload: () => void
  /** The whole value of a field or, for null, of the string; null where it has gone, which is said. */
  readonly readWhole: (field: Bytes | null) => Promise<Bytes | null>
}

const STALE: ReadonlySet<ErrorCode> = new Set(['conflict', 'not_a_session', 'other_type'])

export function createDetailEdits(access: DetailAccess): DetailEdits {
  const { transport, store, isSelected, showIfSelected, readWhole } = access
  const { getState, setState } = store

  const session = () => {
    const { prefix, selected } = getState()
    if (selected === null) throw new Error('no session is selected')
    return { prefix, id: selected }
  }
  const detail = (): SessionDetail => {
    const { detail: known } = getState()
    if (known === null) throw new Error('the key has not been read yet')
    return known
  }
  /** What the fields' hash is shown as. */
  const hashState = () => (getState().detail?.state === 'incomplete' ? 'incomplete' : 'session')
  const hash = () => ({ ...session(), state: hashState() }) as const
  const patchDraft = (patch: Partial<Draft>) => {
    const { draft } = getState()
    if (draft !== null) setState({ draft: { ...draft, ...patch } })
  }

  const send = (draft: Draft, shown: Bytes | null): Promise<SessionDetail> => {
    const { value } = draft
    if (draft.of === 'string')
      return transport.invoke('session.setValue', { ...session(), shown: shown ?? '', value })
    const field = draft.field ?? draft.name
    return transport.invoke('session.setField', { ...session(), state: draft.of, field, shown, value })
  }
  /** What was refused says that what is shown is out of date. */
  const learn = (id: Bytes, { code }: Failure) => {
    if (!isSelected(id)) return
    if (code === 'session_gone') access.end()
    else if (STALE.has(code)) access.reload()
  }
  const write = async (shown: Bytes | null): Promise<boolean> => {
    const { draft } = getState()
    if (draft === null || draft.saving) return false
    const { id } = session()
    patchDraft({ saving: true, failure: null })
    const stillOpen = () => getState().draft !== null && isSelected(id)
    try {
      const written = await send(draft, shown)
      if (stillOpen()) setState({ draft: null })
      showIfSelected(id, written)
      return true
    } catch (error) {
      const failure = toFailure(error)
      if (!stillOpen()) return false
      learn(id, failure)
      const conflict = failure.code === 'conflict' ? { current: toCurrent(failure) } : null
      patchDraft({ saving: false, failure, conflict })
      return false
    }
  }
  /** What a field is shown with, whole; null where it has gone. */
  const wholeOf = (field: SessionField): Promise<Bytes | null> =>
    field.cut ? readWhole(field.name) : Promise.resolve(field.value)
  /** Writes and shows; a key that has gone is shown as gone. */
  const apply = async (work: () => Promise<SessionDetail | null>): Promise<void> => {
    const { id } = session()
    try {
      showIfSelected(id, await work())
    } catch (error) {
      learn(id, toFailure(error))
      throw error
    }
  }

  return {
    async edit(field) {
      const { id } = session()
      const value = await wholeOf(field)
      if (typeof value === 'string' && isSelected(id))
        setState({ draft: openDraft(hashState(), field.name, value) })
    },
    async editString() {
      const { id } = session()
      const { value: shown } = detail()
      const value = shown?.cut ? await readWhole(null) : shown?.value
      if (typeof value === 'string' && isSelected(id)) setState({ draft: openStringDraft(value) })
    },
    add() {
      setState({ draft: openDraft(hashState(), null, null) })
    },
    change: (part) => patchDraft(part),
    async save() {
      const { draft } = getState()
      return draft === null ? false : write(draft.shown)
    },
    async overwrite() {
      const { draft } = getState()
      if (draft?.conflict == null) return false
      patchDraft({ shown: draft.conflict.current })
      return write(draft.conflict.current)
    },
    startAnew() {
      const { draft } = getState()
      const current = draft?.conflict?.current
      if (draft === null || typeof current !== 'string') return
      const field = isAdding(draft) ? draft.name : draft.field
      patchDraft({
        field,
        shown: current,
        value: current,
        setAside: draft.value,
        failure: null,
        conflict: null,
      })
    },
    discard() {
      setState({ draft: null })
    },
    async removeField(field, shown) {
      const held = shown === undefined ? await wholeOf(field) : shown
      if (held === null) return
      await apply(() =>
        transport.invoke('session.removeField', { ...hash(), field: field.name, shown: held }),
      )
    },
    async renameField(field, to, shown) {
      const held = shown === undefined ? await wholeOf(field) : shown
      if (held === null) return
      await apply(() =>
        transport.invoke('session.renameField', { ...hash(), field: field.name, shown: held, to }),
      )
    },
    setFieldTtl: (field, ttl, shown) =>
      apply(() => transport.invoke('session.setFieldTtl', { ...hash(), field: field.name, shown, ttl })),
    setExpiry: (ttl, { expiresAt, configuredTtl }) =>
      apply(() => {
        const { state, type } = detail()
        const key = { ...session(), state, type }
        return transport.invoke('session.setExpiry', { ...key, shown: expiresAt, configuredTtl, ttl })
      }),
    touch: () => apply(() => transport.invoke('session.touch', session())),
    async rotate() {
      const { id } = await transport.invoke('session.rotate', session())
      return id
    },
    related: () => transport.invoke('session.related', session()),
    async remove(fingerprint, related) {
      const ref = session()
      const { detail: known } = getState()
      // The session store's ids are text.
      if (known === null || (known.state === 'session' && typeof ref.id === 'string'))
        return (await transport.invoke('session.delete', ref)).deleted
      const { state, type } = known
      try {
        const key = { ...ref, state, type, fingerprint, related }
        return (await transport.invoke('session.deleteKey', key)).deleted
      } catch (error) {
        learn(ref.id, toFailure(error))
        throw error
      }
    },
  }
}
