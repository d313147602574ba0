import { createStore, type StoreApi } from 'zustand/vanilla'
import { type Bytes, bytesId } from '#shared/bytes.ts'
import type { SessionDetail, ShownValue } from '#shared/model.ts'
import type { Transport } from '#shared/transport.ts'
import { type Failure, toFailure } from '../lib/failure.ts'
import { createDetailEdits, type DetailEdits } from './detail-edits.ts'
import { type Draft, draftKey } from './draft.ts'

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
  /** Whole values of what travels cut, by {@link wholeKey}. */
  readonly whole: ReadonlyMap<string, Bytes>
}

/** A field by its name, or for null the string. No `bytesId` is empty. */
export const wholeKey = (field: Bytes | null): string => (field === null ? '' : bytesId(field))

export interface DetailStore extends DetailEdits {
  readonly store: StoreApi<DetailState>
  select(prefix: string, id: Bytes | null): void
  /** Reads the selected session again: after a reconnect. */
  reload(): void
  /** What a write of this key has answered. */
  learn(id: Bytes, detail: SessionDetail): void
  /** The whole value of a field or, for null, of the string. */
  readWhole(field: Bytes | null): Promise<Bytes | null>
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
    const kept = new Map([...whole].filter(([key]) => sameShown(shownAt(before, key), shownAt(detail, key))))
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

  const reload = () => {
    if (getState().selected !== null) rewatch()
  }

  transport.on('session.changed', ({ id, detail }) => {
    if (!isSelected(id)) return
    if (detail === null) end()
    else show(detail)
  })

  const showIfSelected = (id: Bytes, detail: SessionDetail | null) => {
    if (!isSelected(id)) return
    if (detail === null) end()
    else show(detail)
  }

  const readWhole = async (field: Bytes | null): Promise<Bytes | null> => {
    const { prefix, selected: id, whole: held } = getState()
    const known = held.get(wholeKey(field))
    if (known !== undefined || id === null) return known ?? null
    const ref = { prefix, id }
    try {
      const value = await (field === null
        ? transport.invoke('session.readValue', ref)
        : transport.invoke('session.readField', { ...ref, field }))
      if (isSelected(id)) setState(({ whole }) => ({ whole: new Map(whole).set(wholeKey(field), value) }))
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
    reload,
    learn: showIfSelected,
    readWhole,
    ...createDetailEdits({ transport, store, isSelected, showIfSelected, end, reload, readWhole }),
  }
}

/** What is shown of a field or, for '', of the string. */
const shownAt = (detail: SessionDetail | null, key: string): ShownValue | null | undefined =>
  key === '' ? detail?.value : detail?.fields.find(({ name }) => bytesId(name) === key)

const sameShown = (a: ShownValue | null | undefined, b: ShownValue | null | undefined): boolean =>
  a != null && b != null && a.size === b.size && bytesId(a.value) === bytesId(b.value)
