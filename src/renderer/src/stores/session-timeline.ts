import { createStore, type StoreApi } from 'zustand/vanilla'
import { bytesId } from '#shared/bytes.ts'
import { LIMITS } from '#shared/model.ts'
import type { TimelineDiff, TimelineEntry, TimelineStatus } from '#shared/timeline.ts'
import type { Transport } from '#shared/transport.ts'
import { createAsker } from '../lib/asker.ts'
import { type Failure, toFailure } from '../lib/failure.ts'
import type { DetailStore } from './detail.ts'

/** What happened to the session in one moment, as one reading has shown it. */
export interface TimelineMoment {
  /** Of its last entry, which tells it from all others. */
  readonly number: number
  readonly at: number
  /** For comparing with another one; null where the session was not kept. */
  readonly moment: number | null
  /** In their order. */
  readonly entries: readonly TimelineEntry[]
}

export interface SessionTimelineState {
  /** Newest first; null before the first answer. */
  readonly moments: readonly TimelineMoment[] | null
  readonly status: TimelineStatus | null
  readonly failure: Failure | null
  /** The moments that are compared, in the order in which they were chosen: at most two. */
  readonly chosen: readonly number[]
  readonly diff: TimelineDiff | null
}

export interface SessionTimelineStore {
  readonly store: StoreApi<SessionTimelineState>
  /** Keeps the timeline of the selected session up to date until what it returns is called. */
  watch(): () => void
  /** Asks again: after the link was down. */
  reload(): void
  /** Chooses a moment for the comparison, or leaves it; a third one takes the place of the one chosen first. */
  choose(moment: number): void
  compareNothing(): void
}

const NOTHING: SessionTimelineState = { moments: null, status: null, failure: null, chosen: [], diff: null }

export function createSessionTimeline(transport: Transport, detail: DetailStore): SessionTimelineStore {
  const store = createStore<SessionTimelineState>(() => NOTHING)
  let watchers = 0
  /** Newest first; what is known is not asked for again. */
  let known: readonly TimelineEntry[] = []

  const session = () => {
    const { prefix, selected } = detail.store.getState()
    return selected === null ? null : { prefix, id: selected }
  }

  const asker = createAsker(
    async (isCurrent) => {
      const ref = session()
      if (watchers === 0 || ref === null) return
      const {
        entries,
        matched: _,
        ...status
      } = await transport.invoke('timeline.read', {
        ...ref,
        limit: LIMITS.timelineEntries,
        ...(known[0] === undefined ? {} : { after: known[0].number }),
      })
      if (!isCurrent()) return
      if (entries.length > 0) known = [...entries, ...known].slice(0, LIMITS.timelineEntries)
      const { moments } = store.getState()
      const same = entries.length === 0 && moments !== null
      store.setState({ moments: same ? moments : toMoments(known), status, failure: null })
    },
    (error) => store.setState({ failure: toFailure(error) }),
  )

  const compare = async (chosen: readonly number[]): Promise<void> => {
    const [from, to] = chosen.toSorted((a, b) => a - b)
    const ref = session()
    store.setState({ chosen, diff: null })
    if (from === undefined || to === undefined || ref === null) return
    try {
      const diff = await transport.invoke('timeline.diff', { ...ref, from, to })
      if (store.getState().chosen === chosen) store.setState({ diff, failure: null })
    } catch (error) {
      if (store.getState().chosen === chosen) store.setState({ chosen: [], failure: toFailure(error) })
    }
  }

  detail.store.subscribe(({ prefix, selected }, before) => {
    if (prefix === before.prefix && selected === before.selected) return
    asker.invalidate()
    known = []
    store.setState(NOTHING)
    asker.ask()
  })
  transport.on('timeline.changed', ({ prefix, ids }) => {
    const ref = session()
    if (ref === null || ref.prefix !== prefix) return
    if (ids === null || ids.some((id) => bytesId(id) === bytesId(ref.id))) asker.ask()
  })

  return {
    store,
    watch() {
      watchers += 1
      asker.ask()
      return () => {
        watchers -= 1
      }
    },
    reload() {
      // The host may be another one, which counts from one again.
      asker.invalidate()
      known = []
      asker.ask()
    },
    choose(moment) {
      const { chosen } = store.getState()
      void compare(
        chosen.includes(moment) ? chosen.filter((each) => each !== moment) : [...chosen.slice(-1), moment],
      )
    },
    compareNothing: () => void compare([]),
  }
}

/** @param entries newest first */
function toMoments(entries: readonly TimelineEntry[]): readonly TimelineMoment[] {
  const moments: { number: number; at: number; moment: number | null; entries: TimelineEntry[] }[] = []
  for (const entry of entries) {
    const { number, at, moment, by } = entry
    const last = moments.at(-1)
    const same = last?.at === at && last.moment === moment && last.entries[0]?.by === by
    if (last !== undefined && same) last.entries.unshift(entry)
    else moments.push({ number, at, moment, entries: [entry] })
  }
  return moments
}
