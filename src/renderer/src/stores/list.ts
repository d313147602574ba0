import { createStore } from 'zustand/vanilla'
import { type Bytes, bytesId } from '#shared/bytes.ts'
import type { WindowQuery } from '#shared/contract.ts'
import { type ListProgress, type ListWindow, type Sort, type SortKey, USER_FIELD } from '#shared/model.ts'
import type { Transport } from '#shared/transport.ts'
import { toFailure } from '../lib/failure.ts'
import type { ListView } from '../lib/hold.ts'
import { createWindowFetcher } from '../lib/window-fetcher.ts'
import type { ListState, ListStore } from './list-state.ts'
import { createListViewer, NO_ROWS } from './list-viewer.ts'

export interface ListDependencies {
  readonly transport: Transport
  readonly now: () => number
  readonly selected: () => Bytes | null
  readonly select: (id: Bytes) => void
}

/** Rows asked for beyond the ones on the screen: most of them where one is scrolling to. */
const AHEAD = 50
const BEHIND = 15
const MOST_ROWS = 120
/** Milliseconds for which a session that is gone to may take to come into the list. */
const REVEAL_WITHIN = 3000

export const DEFAULT_SORT: Sort = { by: 'lastAccessedAt', direction: 'descending' }
/** What a first click on a header sorts by: the newest, the first letter, the first to expire. */
const FIRST_DIRECTION = (key: SortKey): Sort['direction'] =>
  key === 'createdAt' || key === 'lastAccessedAt' ? 'descending' : 'ascending'

export const sortKeyId = (key: SortKey): string => (typeof key === 'string' ? key : `field:${key.field}`)

export function createListStore(
  { transport, now, selected, select }: ListDependencies,
  initial: { readonly prefix: string; readonly columns: readonly string[] },
): ListStore {
  const store = createStore<ListState>(() => ({
    prefix: initial.prefix,
    filter: '',
    sort: DEFAULT_SORT,
    columns: initial.columns,
    view: null,
    progress: null,
    reading: null,
    filterProblem: null,
    waiting: 0,
    gone: NO_ROWS,
    fresh: NO_ROWS,
    failure: null,
    fields: [],
    reveal: null,
    adding: false,
  }))
  const { getState, setState } = store
  let range = { first: 0, last: 40 }
  let scrollsUp = false
  let hidden = false
  /** The next answer may move rows although one points at them. */
  let release = false
  /** Until when the selected session is scrolled to once it is known where it stands, epoch milliseconds. */
  let revealUntil = 0
  /** Selected as soon as the row at this index is known. */
  let indexToSelect: number | null = null
  /** The index last moved to, so that held arrow keys go on before the answers come. */
  let cursor: number | null = null
  const viewer = createListViewer(store, now, shown)

  const shownQuery = () => {
    const { prefix, filter, sort, columns } = getState()
    return { prefix, filter, sort, columns: [USER_FIELD, ...columns] }
  }
  const query = (): WindowQuery => {
    const offset = Math.max(0, range.first - (scrollsUp ? AHEAD : BEHIND))
    const limit = Math.min(MOST_ROWS, range.last - offset + 1 + (scrollsUp ? BEHIND : AHEAD))
    const id = selected()
    const base = { ...shownQuery(), offset, limit }
    return id === null ? base : { ...base, locate: id }
  }
  const fetcher = createWindowFetcher({
    fetch: (wanted) => transport.invoke('list.window', wanted),
    deliver,
    fail: (error) => setState({ failure: toFailure(error) }),
  })
  const want = (wanted: WindowQuery) => {
    if (!hidden) fetcher.want(wanted)
  }
  const ask = () => want(query())

  function deliver(window: ListWindow) {
    const { prefix, revision, total, scanned, keys, phase, gentle, scripted, reading, filterProblem } = window
    setState({
      progress: { prefix, revision, total, scanned, keys, phase, gentle, scripted },
      reading,
      filterProblem,
      failure: null,
    })
    const mayMove = release || revealUntil > now() || indexToSelect !== null
    release = false
    viewer.take(window, mayMove)
  }

  function shown({ offset, rows, position }: ListView) {
    if (position !== null) cursor = position
    if (position !== null && revealUntil > now()) {
      revealUntil = 0
      setState({ reveal: { index: position } })
    }
    const row = indexToSelect === null ? undefined : rows[indexToSelect - offset]
    if (row !== undefined) {
      indexToSelect = null
      select(row.id)
    }
  }

  /** The list is another one: what was asked before does not count, and the top is shown. */
  const restart = (change: Partial<ListState>) => {
    fetcher.invalidate()
    viewer.startAnew()
    cursor = null
    indexToSelect = null
    range = { first: 0, last: range.last - range.first }
    setState({ ...change, reveal: { index: 0 } })
    ask()
  }

  transport.on('list.changed', (progress) => {
    if (progress.prefix !== getState().prefix) return
    setState({ progress })
    ask()
  })

  /** Does something to the list as a whole, of which its progress comes back. */
  const steer = async (call: (prefix: string) => Promise<ListProgress>) => {
    try {
      const progress = await call(getState().prefix)
      if (progress.prefix === getState().prefix) setState({ progress })
      ask()
    } catch (error) {
      setState({ failure: toFailure(error) })
    }
  }

  return {
    store,
    shown: shownQuery,
    setPrefix(prefix) {
      if (prefix === getState().prefix) return
      restart({ prefix, view: null, progress: null, reading: null, failure: null, fields: [] })
    },
    setFilter(filter) {
      if (filter !== getState().filter) restart({ filter })
    },
    sortBy(key) {
      const { sort } = getState()
      const same = sortKeyId(sort.by) === sortKeyId(key)
      const direction = !same
        ? FIRST_DIRECTION(key)
        : sort.direction === 'ascending'
          ? 'descending'
          : 'ascending'
      restart({ sort: { by: key, direction } })
    },
    setColumns(columns) {
      setState({ columns })
      fetcher.invalidate()
      release = true
      ask()
    },
    setRange(first, last) {
      if (first === range.first && last === range.last) return
      scrollsUp = first < range.first
      range = { first, last }
      const { view } = getState()
      const wanted = query()
      if (view === null) {
        want(wanted)
        return
      }
      // Asking well before the shown window ends keeps scrolling full.
      const end = view.offset + view.rows.length
      const left = scrollsUp ? first - view.offset : end - 1 - last
      const atEnd = scrollsUp ? view.offset === 0 : end >= view.matched
      const outside = first < view.offset || (last >= end && end < view.matched)
      if (outside || (left < AHEAD / 2 && !atEnd)) want(wanted)
    },
    setShown(shown) {
      if (hidden === !shown) return
      hidden = !shown
      // Without a connection there is nothing that could be read.
      if (hidden) transport.invoke('list.rest', {}).catch(() => {})
    },
    setPointing: viewer.setPointing,
    showUpdates() {
      viewer.showLatest()
      // The mark that was clicked goes, and takes the pointer's leaving along.
      viewer.setPointing(false)
      ask()
    },
    refresh() {
      release = true
      ask()
    },
    revealSelected() {
      revealUntil = now() + REVEAL_WITHIN
      ask()
    },
    moveSelection(step) {
      const { view } = getState()
      if (view === null || view.matched === 0) return
      const last = view.matched - 1
      const id = selected()
      const at = id === null ? -1 : view.rows.findIndex((row) => bytesId(row.id) === bytesId(id))
      const from = at >= 0 ? view.offset + at : cursor
      const target =
        step === 'first'
          ? 0
          : step === 'last'
            ? last
            : Math.min(last, Math.max(0, from === null ? (step > 0 ? 0 : last) : from + step))
      cursor = target
      setState({ reveal: { index: target } })
      const row = view.rows[target - view.offset]
      if (row !== undefined) {
        indexToSelect = null
        select(row.id)
      } else {
        indexToSelect = target
      }
    },
    async loadFields() {
      const { prefix } = getState()
      try {
        const fields = await transport.invoke('list.fields', { prefix })
        if (prefix === getState().prefix) setState({ fields })
      } catch {
        // The menu then offers the columns that are shown already; the list itself says what is wrong.
      }
    },
    stopScan: () => steer((prefix) => transport.invoke('list.stopScan', { prefix })),
    resumeScan: () => steer((prefix) => transport.invoke('list.resumeScan', { prefix })),
    rescan: () => steer((prefix) => transport.invoke('list.rescan', { prefix })),
    setGentle: (gentle) => steer((prefix) => transport.invoke('list.setGentle', { prefix, gentle })),
    setReading: (reading) => steer((prefix) => transport.invoke('list.setReading', { prefix, reading })),
    async addSamples(count) {
      setState({ adding: true })
      try {
        const { added } = await transport.invoke('list.addSamples', { prefix: getState().prefix, count })
        release = true
        ask()
        return added
      } finally {
        setState({ adding: false })
      }
    },
    clear() {
      fetcher.invalidate()
      viewer.startAnew()
      cursor = null
      setState({
        view: null,
        progress: null,
        reading: null,
        filterProblem: null,
        failure: null,
        fields: [],
        filter: '',
      })
    },
  }
}
