import { createStore, type StoreApi } from 'zustand/vanilla'
import { type Bytes, bytesId } from '#shared/bytes.ts'
import type { WindowQuery } from '#shared/contract.ts'
import { type ListProgress, type ListWindow, type Sort, type SortKey, USER_FIELD } from '#shared/model.ts'
import type { Transport } from '#shared/transport.ts'
import { type Failure, toFailure } from '../lib/failure.ts'
import { goneRows, keepOrder, type ListView, reuseRows, updatesBetween } from '../lib/hold.ts'
import { createWindowFetcher } from '../lib/window-fetcher.ts'

export interface ListState {
  readonly prefix: string
  readonly filter: string
  readonly sort: Sort
  /** Fields shown as columns beside the user, which is always the first of the cells. */
  readonly columns: readonly string[]
  /** What is on the screen; null until the first answer for this prefix. */
  readonly view: ListView | null
  readonly progress: ListProgress | null
  /** Updates that wait while the pointer holds the order. */
  readonly waiting: number
  /** Rows on the screen that no longer exist, and rows that are new, by `bytesId`. */
  readonly gone: ReadonlySet<string>
  readonly fresh: ReadonlySet<string>
  readonly failure: Failure | null
  /** Field names seen under the prefix: what may become a column. */
  readonly fields: readonly string[]
  /** Where the list should scroll to; a new object for each wish. */
  readonly reveal: { readonly index: number } | null
  readonly adding: boolean
}

export interface ListStore {
  readonly store: StoreApi<ListState>
  setPrefix(prefix: string): void
  setFilter(filter: string): void
  /** Sorts by this key, or turns the order when it is sorted by it already. */
  sortBy(key: SortKey): void
  setColumns(columns: readonly string[]): void
  /** The rows on the screen, first and last index. */
  setRange(first: number, last: number): void
  /** While the pointer is over the rows nothing moves. */
  setPointing(pointing: boolean): void
  /** Shows the updates that wait. */
  showUpdates(): void
  /** Asks again, and lets the answer move rows: after an action of the person's own. */
  refresh(): void
  /** Scrolls to the selected session once it is known where it stands. */
  revealSelected(): void
  /** Moves the selection by so many rows, or to an end of the list. */
  moveSelection(step: number | 'first' | 'last'): void
  loadFields(): Promise<void>
  stopScan(): Promise<void>
  resumeScan(): Promise<void>
  rescan(): Promise<void>
  /** @returns how many were added @throws AppError */
  addSamples(count: number): Promise<number>
  /** Forgets what was shown: another server now. */
  clear(): void
}

export interface ListDependencies {
  readonly transport: Transport
  readonly now: () => number
  readonly selected: () => Bytes | null
  readonly select: (id: Bytes) => void
}

/** Rows asked for above and below the ones on the screen. */
const OVERSCAN = 25
const MOST_ROWS = 120
/** Milliseconds for which a row that has gone is shown fading. */
export const FADE_MILLISECONDS = 180
const NONE: ReadonlySet<string> = new Set()

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
    waiting: 0,
    gone: NONE,
    fresh: NONE,
    failure: null,
    fields: [],
    reveal: null,
    adding: false,
  }))
  const { getState, setState } = store
  let range = { first: 0, last: 40 }
  let pointing = false
  /** The next answer may move rows although one points at them. */
  let release = false
  /** The next answer is of another list: nothing of it is news, and nothing of the last one has gone. */
  let anew = true
  let wantsReveal = false
  /** Selected as soon as the row at this index is known. */
  let indexToSelect: number | null = null
  /** The index last moved to, so that held arrow keys go on before the answers come. */
  let cursor: number | null = null
  let latest: ListWindow | null = null
  let fading: ReturnType<typeof setTimeout> | undefined

  const query = (): WindowQuery => {
    const { prefix, filter, sort, columns } = getState()
    const offset = Math.max(0, range.first - OVERSCAN)
    const limit = Math.min(MOST_ROWS, range.last - offset + 1 + OVERSCAN)
    const id = selected()
    const base = { prefix, filter, sort, columns: [USER_FIELD, ...columns], offset, limit }
    return id === null ? base : { ...base, locate: id }
  }
  const fetcher = createWindowFetcher({
    fetch: (wanted) => transport.invoke('list.window', wanted),
    deliver,
    fail: (error) => setState({ failure: toFailure(error) }),
  })
  const ask = () => fetcher.want(query())

  function deliver(window: ListWindow) {
    latest = window
    const { prefix, revision, total, scanned, keys, phase } = window
    const base = { progress: { prefix, revision, total, scanned, keys, phase }, failure: null }
    const { view: shown } = getState()
    const next = toView(window, shown)
    // What was scrolled to is another stretch: nothing of it is on the screen yet.
    const sameStretch = !anew && shown !== null && shown.offset === next.offset && shown.rows.length > 0
    anew = false
    if (sameStretch && pointing && !release && !wantsReveal && indexToSelect === null) {
      const waiting = updatesBetween(shown, next)
      if (waiting > 0) {
        setState({ ...base, view: keepOrder(shown, next), waiting, gone: goneRows(shown, next, now()) })
        return
      }
    }
    const gone = sameStretch ? goneRows(shown, next, now()) : NONE
    if (gone.size > 0 && shown !== null) {
      setState({ ...base, view: keepOrder(shown, next), gone })
      // A busy list must not put the end of a fade off for ever: one runs, and ends with what is latest then.
      fading ??= setTimeout(applyLatest, FADE_MILLISECONDS)
      return
    }
    endFade()
    setState(base)
    apply(next, sameStretch ? shown : null)
  }

  const endFade = () => {
    clearTimeout(fading)
    fading = undefined
  }
  const applyLatest = () => {
    endFade()
    const { view } = getState()
    if (latest !== null) apply(toView(latest, view), view)
  }

  function apply(next: ListView, before: ListView | null) {
    release = false
    const { progress } = getState()
    const settled = before !== null && progress?.phase === 'complete'
    setState({ view: next, waiting: 0, gone: NONE, fresh: settled ? newRows(before, next) : NONE })
    if (next.position !== null) cursor = next.position
    if (wantsReveal && next.position !== null) {
      wantsReveal = false
      setState({ reveal: { index: next.position } })
    }
    if (indexToSelect !== null) {
      const row = next.rows[indexToSelect - next.offset]
      if (row !== undefined) {
        indexToSelect = null
        select(row.id)
      }
    }
  }

  /** The list is another one: what was asked before does not count, and the top is shown. */
  const restart = (change: Partial<ListState>) => {
    fetcher.invalidate()
    endFade()
    cursor = null
    indexToSelect = null
    release = true
    anew = true
    range = { first: 0, last: range.last - range.first }
    setState({ ...change, waiting: 0, gone: NONE, fresh: NONE, reveal: { index: 0 } })
    ask()
  }

  transport.on('list.changed', (progress) => {
    if (progress.prefix !== getState().prefix) return
    setState({ progress })
    ask()
  })

  const scan = async (name: 'list.stopScan' | 'list.resumeScan' | 'list.rescan') => {
    try {
      setState({ progress: await transport.invoke(name, { prefix: getState().prefix }) })
      ask()
    } catch (error) {
      setState({ failure: toFailure(error) })
    }
  }

  return {
    store,
    setPrefix(prefix) {
      if (prefix === getState().prefix) return
      latest = null
      restart({ prefix, view: null, progress: null, failure: null, fields: [] })
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
      range = { first, last }
      const { view } = getState()
      const wanted = query()
      const covered =
        view !== null &&
        view.offset <= first &&
        (view.offset + view.rows.length > last || view.offset + view.rows.length >= view.matched)
      // Within the overscan the shown window will do; asking well before its edge keeps scrolling full.
      const edge = Math.min(
        first - (view?.offset ?? 0),
        (view?.offset ?? 0) + (view?.rows.length ?? 0) - last,
      )
      if (!covered || (edge < OVERSCAN / 2 && wanted.offset !== view?.offset)) fetcher.want(wanted)
    },
    setPointing(value) {
      pointing = value
      if (!value && getState().waiting > 0) this.showUpdates()
    },
    showUpdates() {
      release = true
      applyLatest()
      ask()
    },
    refresh() {
      release = true
      ask()
    },
    revealSelected() {
      wantsReveal = true
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
    stopScan: () => scan('list.stopScan'),
    resumeScan: () => scan('list.resumeScan'),
    rescan: () => scan('list.rescan'),
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
      endFade()
      latest = null
      cursor = null
      anew = true
      setState({
        view: null,
        progress: null,
        waiting: 0,
        gone: NONE,
        fresh: NONE,
        failure: null,
        fields: [],
        filter: '',
      })
    },
  }
}

const toView = ({ offset, rows, matched, position }: ListWindow, shown: ListView | null): ListView => ({
  offset,
  rows: shown === null ? rows : reuseRows(shown.rows, rows),
  matched,
  position,
})

function newRows(before: ListView, next: ListView): ReadonlySet<string> {
  const known = new Set(before.rows.map((row) => bytesId(row.id)))
  // A stretch that slid by a screenful is not full of news; a few rows are.
  const added = next.rows.map((row) => bytesId(row.id)).filter((id) => !known.has(id))
  const grown = Math.max(0, next.matched - before.matched)
  return new Set(added.slice(0, grown))
}
