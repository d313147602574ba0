import type { StoreApi } from 'zustand/vanilla'
import type { WindowQuery } from '#shared/contract.ts'
import type { FieldReading, FilterProblem, ListProgress, Sort, SortKey } from '#shared/model.ts'
import type { Failure } from '../lib/failure.ts'
import type { ListView } from '../lib/hold.ts'

export interface ListState {
  readonly prefix: string
  readonly filter: string
  readonly sort: Sort
  /** Fields shown as columns beside the user, which is always the first of the cells. */
  readonly columns: readonly string[]
  /** What is on the screen; null until the first answer for this prefix. */
  readonly view: ListView | null
  readonly progress: ListProgress | null
  /** Reading of fields that the filter asks for; null where it needs none. */
  readonly reading: FieldReading | null
  /** What is wrong with the filter, which then matches nothing. */
  readonly filterProblem: FilterProblem | null
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
  /** What the list is asked for, whichever stretch of it. */
  shown(): Omit<WindowQuery, 'offset' | 'limit' | 'locate'>
  setPrefix(prefix: string): void
  setFilter(filter: string): void
  /** Sorts by this key, or turns the order when it is sorted by it already. */
  sortBy(key: SortKey): void
  setColumns(columns: readonly string[]): void
  /** While the list is not on the screen it asks for no rows, and the core reads none for it. */
  setShown(shown: boolean): void
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
  /** Slower, with less of the server's time; holds for this prefix from then on. */
  setGentle(gentle: boolean): Promise<void>
  /** Stops or resumes the reading of the fields that the filter asks for. */
  setReading(reading: boolean): Promise<void>
  /** @returns how many were added @throws AppError */
  addSamples(count: number): Promise<number>
  /** Forgets what was shown: another server now. */
  clear(): void
}
