import { createStore, type StoreApi } from 'zustand/vanilla'
import type { TimelineAuthor, TimelineEntry, TimelineKind, TimelineStatus } from '#shared/timeline.ts'
import type { Transport } from '#shared/transport.ts'
import { createAsker } from '../lib/asker.ts'
import { type Failure, toFailure } from '../lib/failure.ts'
import type { ListStore } from './list-state.ts'

export interface TimelineFilter {
  /** None for all. */
  readonly kinds: readonly TimelineKind[]
  readonly by: TimelineAuthor | null
  /** What the user or the id must contain. */
  readonly text: string
}

export interface TimelinePanelState {
  readonly filter: TimelineFilter
  /** On the screen, newest first; null before the first answer. */
  readonly entries: readonly TimelineEntry[] | null
  /** All that match as far as it is known, the ones on the screen included. */
  readonly matched: number
  /** New ones that match and wait. */
  readonly waiting: number
  readonly paused: boolean
  readonly status: TimelineStatus | null
  readonly failure: Failure | null
}

export interface TimelinePanelStore {
  readonly store: StoreApi<TimelinePanelState>
  /** Keeps the panel up to date until what it returns is called. */
  watch(): () => void
  /** Asks again from the start: after the link was down. */
  reload(): void
  setFilter(part: Partial<TimelineFilter>): void
  setPaused(paused: boolean): void
  /** While one points at the rows, or has scrolled down, nothing moves. */
  hold(why: 'pointing' | 'scrolled', holds: boolean): void
  /** Shows what waits. */
  showNew(): void
  /** The screen nears the end of what is there. */
  loadMore(): void
}

/** Entries that one answer brings. */
const PAGE = 200

export const NO_FILTER: TimelineFilter = { kinds: [], by: null, text: '' }

/** What happens to the sessions of the prefix that the list shows. */
export function createTimelinePanel(transport: Transport, list: ListStore): TimelinePanelStore {
  const store = createStore<TimelinePanelState>(() => ({
    filter: NO_FILTER,
    entries: null,
    matched: 0,
    waiting: 0,
    paused: false,
    status: null,
    failure: null,
  }))
  const { getState, setState } = store
  let watchers = 0
  /** The next answer takes the place of all that is on the screen. */
  let anew = true
  /** All up to this number is on the screen, or does not match. */
  let top = 0
  const holds = { pointing: false, scrolled: false }

  const query = () => {
    const { kinds, by, text } = getState().filter
    return {
      prefix: list.store.getState().prefix,
      limit: PAGE,
      ...(kinds.length === 0 ? {} : { kinds: [...kinds] }),
      ...(by === null ? {} : { by: [by] }),
      ...(text.trim() === '' ? {} : { text }),
    }
  }

  const asker = createAsker(
    async (isCurrent) => {
      if (watchers === 0) return
      const { entries } = getState()
      const fromTop = anew || entries === null
      const page = await transport.invoke('timeline.read', { ...query(), ...(fromTop ? {} : { after: top }) })
      if (!isCurrent()) return
      const { entries: fresh, matched, ...status } = page
      const isHeld = getState().paused || holds.pointing || holds.scrolled
      setState({ status, failure: null })
      if (fromTop) {
        anew = false
        top = status.newest
        setState({ entries: fresh, matched, waiting: 0 })
      } else if (isHeld && matched > 0) setState({ waiting: matched })
      else if (matched > fresh.length) {
        // More than one answer brings: the screen begins anew with the latest.
        anew = true
        asker.ask()
      } else {
        top = status.newest
        setState({ entries: [...fresh, ...entries], matched: getState().matched + matched, waiting: 0 })
      }
    },
    (error) => setState({ failure: toFailure(error) }),
  )

  /** The question is another one. */
  const restart = (change: Partial<TimelinePanelState> = {}) => {
    asker.invalidate()
    anew = true
    setState({ ...change, entries: null, matched: 0, waiting: 0 })
    asker.ask()
  }

  list.store.subscribe(({ prefix, view }, before) => {
    if (prefix !== before.prefix) restart({ status: null, paused: false })
    // A timeline begins when its list is opened, which may come after the first question.
    else if (view !== null && before.view === null) asker.ask()
  })
  transport.on('timeline.changed', ({ prefix }) => {
    if (prefix === list.store.getState().prefix) asker.ask()
  })

  return {
    store,
    watch() {
      watchers += 1
      if (watchers === 1) restart()
      return () => {
        watchers -= 1
      }
    },
    reload: () => restart(),
    setFilter: (part) => restart({ filter: { ...getState().filter, ...part } }),
    setPaused(paused) {
      setState({ paused })
      if (!paused) asker.ask()
    },
    hold(why, held) {
      if (holds[why] === held) return
      holds[why] = held
      if (!held && getState().waiting > 0) asker.ask()
    },
    showNew() {
      anew = true
      asker.ask()
    },
    loadMore() {
      const { entries, matched } = getState()
      const last = entries?.at(-1)
      if (entries === null || last === undefined || entries.length >= matched) return
      asker.ask(async (isCurrent) => {
        const page = await transport.invoke('timeline.read', { ...query(), before: last.number })
        if (!isCurrent()) return
        setState(({ entries: shown }) => {
          const all = [...(shown ?? []), ...page.entries]
          // What has made room meanwhile is not there any more.
          return { entries: all, matched: all.length + page.matched - page.entries.length, failure: null }
        })
      })
    },
  }
}
