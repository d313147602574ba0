import type { SessionDetail } from '#shared/model.ts'
import type { Column } from './columns.ts'
import type { RowTable } from './row-table.ts'

export interface NamedColumn {
  readonly column: Column
  /** Where its cells are kept. */
  readonly place: number
}

/** The rows that an observer is told of, by their slots. */
export interface RowSource {
  readonly table: RowTable
  /** Where a column's cells are kept, or -1. */
  place(column: Column): number
  /** The columns that this row was read with: in others it holds nothing that could be compared. */
  comparable(slot: number): readonly NamedColumn[]
}

/** Told of what a list sees of its sessions. Ids are binary strings, moments epoch milliseconds. */
export interface ListObserver {
  /** The list begins, or begins again after it was given up. */
  opened(): void
  closed(): void
  /** The connection is lost, and is back. */
  paused(): void
  resumed(): void
  /** Every key that there is has been met. */
  passed(): void
  /** The server says what was done to a key, in its own words. */
  heard(id: string, word: string): void
  /** A mark that stands for the moment at which a reading is asked for. */
  mark(): number
  /** A row is new, or (`before` ≥ 0) another than it was. Both slots still hold what they held. */
  row(source: RowSource, before: number, slot: number): void
  /** A row has gone; its slot still holds what it held. */
  gone(source: RowSource, slot: number): void
  /** These keys have been read since a mark, because somebody said that they may have changed. */
  settled(source: RowSource, ids: readonly string[], mark: number): void
  /** A session was read whole; null where there is none. @param mark of the moment at which that was asked for */
  read(id: string, mark: number, detail: SessionDetail | null): void
  /** From now on a session is read whole at each change, until it is unwatched as often as it was watched. */
  watch(id: string): void
  unwatch(id: string): void
}
