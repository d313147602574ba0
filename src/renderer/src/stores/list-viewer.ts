import type { StoreApi } from 'zustand/vanilla'
import type { ListWindow } from '#shared/model.ts'
import { goneRows, keepOrder, type ListView, newRows, reuseRows, updatesBetween } from '../lib/hold.ts'
import type { ListState } from './list-state.ts'

/** Decides which rows are on the screen, and when: what comes in is not always shown at once. */
export interface ListViewer {
  /** @param mayMove rows may move although one points at them */
  take(window: ListWindow, mayMove: boolean): void
  /** While the pointer is over the rows nothing moves. */
  setPointing(pointing: boolean): void
  /** Shows the updates that wait. */
  showLatest(): void
  /** The list is another one now: nothing of the next window is news, and nothing of this one has gone. */
  startAnew(): void
}

/** Milliseconds for which a row that has gone is shown fading. */
export const FADE_MILLISECONDS = 180
/** Milliseconds that the pointer has for its way from the rows to the mark that says what waits. */
const LEAVE_MILLISECONDS = 400
export const NO_ROWS: ReadonlySet<string> = new Set()

export function createListViewer(
  { getState, setState }: StoreApi<ListState>,
  now: () => number,
  onShown: (view: ListView) => void,
): ListViewer {
  let pointing = false
  let anew = true
  /** Shown or not. */
  let latest: ListWindow | null = null
  let fading: ReturnType<typeof setTimeout> | undefined
  let leaving: ReturnType<typeof setTimeout> | undefined

  const endFade = () => {
    clearTimeout(fading)
    fading = undefined
  }
  const show = (view: ListView, before: ListView | null) => {
    endFade()
    const settled = before !== null && getState().progress?.phase === 'complete'
    setState({ view, waiting: 0, gone: NO_ROWS, fresh: settled ? newRows(before, view) : NO_ROWS })
    onShown(view)
  }
  const showLatest = () => {
    const { view } = getState()
    if (latest !== null) show(toView(latest, view), view)
  }

  return {
    take(window, mayMove) {
      latest = window
      const { view: shown } = getState()
      const next = toView(window, shown)
      // What was scrolled to is another stretch: nothing of it is on the screen yet.
      const same = !anew && shown !== null && shown.offset === next.offset && shown.rows.length > 0
      anew = false
      if (!same) {
        show(next, null)
        return
      }
      const gone = goneRows(shown, next, now())
      const waiting = pointing && !mayMove ? updatesBetween(shown, next) : 0
      if (waiting > 0) setState({ view: keepOrder(shown, next), waiting, gone })
      else if (gone.size > 0) {
        setState({ view: keepOrder(shown, next), gone })
        // A busy list must not put the end of a fade off for ever: one runs, and ends with what is latest then.
        fading ??= setTimeout(showLatest, FADE_MILLISECONDS)
      } else show(next, shown)
    },
    setPointing(value) {
      clearTimeout(leaving)
      if (value || getState().waiting === 0) {
        pointing = value
        return
      }
      leaving = setTimeout(() => {
        pointing = false
        showLatest()
      }, LEAVE_MILLISECONDS)
    },
    showLatest,
    startAnew() {
      endFade()
      latest = null
      anew = true
      setState({ waiting: 0, gone: NO_ROWS, fresh: NO_ROWS })
    },
  }
}

const toView = ({ offset, rows, matched, position }: ListWindow, shown: ListView | null): ListView => ({
  offset,
  rows: shown === null ? rows : reuseRows(shown.rows, rows),
  matched,
  position,
})
