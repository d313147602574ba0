import { createStore, type StoreApi } from 'zustand/vanilla'
import { type Bytes, bytesId } from '#shared/bytes.ts'
import type { SessionDetail, SessionField } from '#shared/model.ts'
import type { Transport } from '#shared/transport.ts'
import { type Failure, toFailure } from '../lib/failure.ts'
import { type Draft, draftKey, openDraft, toCurrent } from './draft.ts'

/** How a session that was watched ended. */
export interface Ending {
  readonly how: 'expired' | 'deleted'
  /** Epoch milliseconds. */
  readonly at: number
}

export interface DetailState {
  readonly prefix: string
  readonly selected: Bytes | null
  /** The last known state of the selected session; null while it is read for the first time. */
  readonly detail: SessionDetail | null
  readonly ending: Ending | null
  readonly failure: Failure | null
  readonly draft: Draft | null
  /** Whole values of fields that travel cut, by `bytesId` of the name. */
  readonly whole: ReadonlyMap<string, Bytes>
}

export interface DetailStore {
  readonly store: StoreApi<DetailState>
  select(prefix: string, id: Bytes | null): void
  /** Reads the selected session again: after a reconnect. */
  reload(): void
  readWhole(field: Bytes): Promise<Bytes | null>
  /** Opens the editor of a field; reads the whole value first where it travels cut. */
  edit(field: SessionField): Promise<void>
  add(): void
  change(part: { readonly name?: string; readonly value?: string }): void
  /** Writes the draft. @returns true when it is in Redis */
  save(): Promise<boolean>
  /** Writes the draft over what Redis holds now. */
  overwrite(): Promise<boolean>
  /** Leaves the draft, and what Redis holds is shown. */
  discard(): void
  /** @throws AppError */
  removeField(field: SessionField): Promise<void>
  /** @throws AppError */
  setTtl(ttl: string): Promise<void>
  /** @throws AppError */
  touch(): Promise<void>
  /** @returns the new id @throws AppError */
  rotate(): Promise<string>
  /** @returns false when it had gone already @throws AppError */
  remove(): Promise<boolean>
}

const NOTHING = {
  detail: null,
  ending: null,
  failure: null,
  draft: null,
  whole: new Map<string, Bytes>(),
} as const

export function createDetailStore(transport: Transport, now: () => number): DetailStore {
  const store = createStore<DetailState>(() => ({ prefix: '', selected: null, ...NOTHING }))
  const { getState, setState } = store
  /** Drafts of sessions that are not looked at now: what was typed is there when one comes back. */
  const drafts = new Map<string, Draft>()
  let generation = 0
  let watching = false

  const isSelected = (id: Bytes): boolean => {
    const { selected } = getState()
    return selected !== null && bytesId(selected) === bytesId(id)
  }

  const show = (detail: SessionDetail) => {
    const { detail: before, whole } = getState()
    // A value that was read whole is only good for as long as the field stays as it was.
    const kept = new Map(
      [...whole].filter(([name]) => {
        const old = before?.fields.find((field) => bytesId(field.name) === name)
        const fresh = detail.fields.find((field) => bytesId(field.name) === name)
        return (
          old !== undefined &&
          fresh !== undefined &&
          old.size === fresh.size &&
          bytesId(old.value) === bytesId(fresh.value)
        )
      }),
    )
    setState({ detail, ending: null, failure: null, whole: kept })
  }

  const end = () => {
    const { detail, ending } = getState()
    if (ending !== null) return
    const expired = detail?.expiresAt != null && detail.expiresAt <= now() + 1000
    const at = expired && detail.expiresAt !== null ? Math.min(detail.expiresAt, now()) : now()
    setState({ ending: { how: expired ? 'expired' : 'deleted', at } })
  }

  /** One watch in flight, and the latest wish after it: held arrow keys pass many sessions. */
  const watch = async () => {
    if (watching) return
    watching = true
    const asked = generation
    const { prefix, selected } = getState()
    try {
      const detail = await transport.invoke(
        'session.watch',
        selected === null ? null : { prefix, id: selected },
      )
      if (asked === generation && selected !== null) {
        if (detail === null) end()
        else show(detail)
      }
    } catch (error) {
      if (asked === generation) setState({ failure: toFailure(error) })
    } finally {
      watching = false
      if (asked !== generation) void watch()
    }
  }
  const rewatch = () => {
    generation += 1
    void watch()
  }

  transport.on('session.changed', ({ id, detail }) => {
    if (!isSelected(id)) return
    if (detail === null) end()
    else show(detail)
  })

  const session = () => {
    const { prefix, selected } = getState()
    if (selected === null) throw new Error('no session is selected')
    return { prefix, id: selected }
  }
  /** Shows the answer of a write, unless another session is looked at by now. */
  const showIfSelected = (id: Bytes, detail: SessionDetail) => {
    if (isSelected(id)) show(detail)
  }
  const patchDraft = (patch: Partial<Draft>) => {
    const { draft } = getState()
    if (draft !== null) setState({ draft: { ...draft, ...patch } })
  }

  const write = async (shown: Bytes | null): Promise<boolean> => {
    const { draft } = getState()
    if (draft === null || draft.saving) return false
    const ref = session()
    const field = draft.field ?? draft.name
    patchDraft({ saving: true, failure: null })
    const stillOpen = () => getState().draft !== null && isSelected(ref.id)
    try {
      const detail = await transport.invoke('session.setField', { ...ref, field, shown, value: draft.value })
      if (stillOpen()) setState({ draft: null })
      showIfSelected(ref.id, detail)
      return true
    } catch (error) {
      const failure = toFailure(error)
      if (!stillOpen()) return false
      if (failure.code === 'session_gone') end()
      const conflict = failure.code === 'conflict' ? { current: toCurrent(failure) } : null
      patchDraft({ saving: false, failure, conflict })
      return false
    }
  }

  const readWhole = async (field: Bytes): Promise<Bytes | null> => {
    const ref = session()
    const known = getState().whole.get(bytesId(field))
    if (known !== undefined) return known
    try {
      const value = await transport.invoke('session.readField', { ...ref, field })
      if (isSelected(ref.id)) setState(({ whole }) => ({ whole: new Map(whole).set(bytesId(field), value) }))
      return value
    } catch (error) {
      const failure = toFailure(error)
      if (failure.code === 'session_gone' && isSelected(ref.id)) end()
      else setState({ failure })
      return null
    }
  }

  return {
    store,
    select(prefix, id) {
      const same = id !== null && isSelected(id) && prefix === getState().prefix
      if (same || (id === null && getState().selected === null)) return
      const before = getState()
      if (before.selected !== null && before.draft !== null)
        drafts.set(draftKey(before.prefix, before.selected), before.draft)
      const key = id === null ? '' : draftKey(prefix, id)
      setState({ prefix, selected: id, ...NOTHING, draft: drafts.get(key) ?? null })
      drafts.delete(key)
      rewatch()
    },
    reload() {
      if (getState().selected !== null) rewatch()
    },
    readWhole,
    async edit(field) {
      const ref = session()
      const value = field.cut ? await readWhole(field.name) : field.value
      if (typeof value !== 'string' || !isSelected(ref.id)) return
      setState({ draft: openDraft(field.name, value) })
    },
    add() {
      setState({ draft: openDraft(null, null) })
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
    discard() {
      setState({ draft: null })
    },
    async removeField(field) {
      const ref = session()
      const shown = field.cut ? await readWhole(field.name) : field.value
      if (shown === null) return
      const detail = await transport.invoke('session.removeField', { ...ref, field: field.name, shown })
      showIfSelected(ref.id, detail)
    },
    async setTtl(ttl) {
      const ref = session()
      showIfSelected(ref.id, await transport.invoke('session.setTtl', { ...ref, ttl }))
    },
    async touch() {
      const ref = session()
      showIfSelected(ref.id, await transport.invoke('session.touch', ref))
    },
    async rotate() {
      const ref = session()
      const { id } = await transport.invoke('session.rotate', ref)
      return id
    },
    async remove() {
      const ref = session()
      const { deleted } = await transport.invoke('session.delete', ref)
      return deleted
    },
  }
}
