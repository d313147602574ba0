import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowUp } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef } from 'react'
import { COPIED_UNSEEN } from '../../components/CopyButton.tsx'
import { COMMANDS } from '../../lib/focus.ts'
import { plural } from '../../lib/format.ts'
import { isRevealKey } from '../../lib/row-keys.ts'
import { useApp, useCommands, useConnection, usePrivacy } from '../../stores/context.ts'
import styles from './CommandList.module.css'
import { CommandRow, commandPlace, commandRowId } from './CommandRow.tsx'
import { shellLine, whatIsLeftOut } from './command-lines.ts'
import { copyFailure, wordsToCopy } from './copy.ts'

const ROW_HEIGHT = 26
/** What keys move by. */
const STEPS: Readonly<Record<string, number | 'page' | '-page'>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 'page',
  PageUp: '-page',
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
}

/** The commands, the newest first. While one points at them, is at one or has scrolled, nothing moves. */
export function CommandList() {
  const app = useApp()
  const { commands } = app
  const { mode } = usePrivacy()
  const page = useCommands((state) => state.page)
  const selected = useCommands((state) => state.selected)
  const scroller = useRef<HTMLDivElement>(null)
  /** The index that the keyboard has come to, also before its row is there. */
  const cursor = useRef(-1)
  const target = useConnection(({ status }) =>
    status === null || status.state === 'disconnected' ? null : status.target,
  )
  const count = page?.matched ?? 0
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 6,
  })
  const items = virtualizer.getVirtualItems()
  const first = items[0]?.index ?? 0
  const last = items.at(-1)?.index ?? 0
  useEffect(() => commands.setRange(first, last), [commands, first, last])
  useEffect(() => {
    const leave = () => commands.hold('pointing', false)
    window.addEventListener('blur', leave)
    return () => {
      window.removeEventListener('blur', leave)
      leave()
      commands.hold('scrolled', false)
    }
  }, [commands])

  const entryAt = (index: number) => page?.rows[index - page.offset]
  const place = page?.rows.findIndex(({ number }) => number === selected?.number) ?? -1
  const at = place < 0 || page === null ? -1 : page.offset + place
  // Rows that are scrolled away are not on the page.
  const isThere = items.some(({ index }) => index === at)
  const wanted = cursor.current >= 0 ? entryAt(cursor.current) : undefined
  useEffect(() => {
    // A row that the keyboard has gone to is selected when it has come.
    if (wanted === undefined) return
    cursor.current = -1
    commands.select(wanted)
  }, [commands, wanted])

  const moveTo = (index: number) => {
    const next = Math.max(0, Math.min(count - 1, index))
    virtualizer.scrollToIndex(next, { align: 'auto' })
    // The eye of another row may have had it.
    scroller.current?.focus()
    const entry = entryAt(next)
    if (entry === undefined) cursor.current = next
    else commands.select(entry)
  }
  const copy = async () => {
    if (selected === null || target === null) return
    try {
      const words = await wordsToCopy(app, selected)
      await navigator.clipboard.writeText(shellLine(target, words))
      const left = whatIsLeftOut(words)
      app.toasts.show(
        'done',
        [
          left === null ? 'Copied as redis-cli.' : `Copied as a comment, with ${left} left out.`,
          mode === 'streaming' ? COPIED_UNSEEN : '',
        ]
          .join(' ')
          .trim(),
      )
    } catch (error) {
      app.toasts.show('failed', copyFailure(error))
    }
  }
  const press = (event: KeyboardEvent) => {
    if (event.altKey) return
    if (event.ctrlKey || event.metaKey) {
      if (event.key.toLowerCase() !== 'c' || getSelection()?.isCollapsed === false) return
      event.preventDefault()
      void copy()
      return
    }
    const step = STEPS[event.key]
    const screenful = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 1)
    if (step !== undefined) {
      const by = step === 'page' ? screenful : step === '-page' ? -screenful : step
      moveTo(at < 0 && by === 1 ? 0 : at + by)
    } else if (event.key === 'Enter' && selected !== null) commands.select(selected, true)
    else if (event.key === 'Enter') moveTo(0)
    else if (isRevealKey(event) && selected !== null) app.reveals.toggle(commandPlace(selected))
    else if (event.key === 'Escape' && selected !== null) leave()
    else return
    event.preventDefault()
  }
  /** First what is open beside the list, then the row. */
  const leave = () => {
    const { opened } = commands.store.getState()
    commands.select(opened ? selected : null, false)
  }

  return (
    // The mark of what waits belongs to it: it comes up under the pointer.
    <div
      className={styles.list}
      onPointerMove={() => commands.hold('pointing', true)}
      onPointerLeave={() => commands.hold('pointing', false)}
    >
      <Waiting
        onShow={() => {
          commands.showNewest()
          virtualizer.scrollToIndex(0)
        }}
      />
      {/* biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table layout. */}
      <div
        ref={scroller}
        data-place={COMMANDS}
        role="grid"
        tabIndex={0}
        aria-rowcount={count}
        aria-label="Commands sent to Redis, the newest first"
        aria-activedescendant={
          isThere && selected !== null ? commandRowId(app.tab, selected.number) : undefined
        }
        aria-busy={page === null}
        className={styles.scroller}
        onKeyDown={press}
        onScroll={({ currentTarget }) => commands.hold('scrolled', currentTarget.scrollTop > ROW_HEIGHT)}
      >
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: the grid hears the keys. */}
        {/* biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table layout. */}
        <div
          role="rowgroup"
          className={styles.rows}
          style={{ height: virtualizer.getTotalSize() }}
          onClick={(event) => {
            const { target: clicked } = event
            const row = clicked instanceof Element ? clicked.closest<HTMLElement>('[data-index]') : null
            const entry = entryAt(Number(row?.dataset.index ?? Number.NaN))
            if (entry !== undefined) commands.select(entry, true)
          }}
        >
          {items.map((item) => {
            const entry = entryAt(item.index)
            return entry === undefined ? null : (
              <CommandRow
                key={entry.number}
                entry={entry}
                index={item.index}
                top={item.start}
                selected={entry.number === selected?.number}
              />
            )
          })}
        </div>
      </div>
    </div>
  )
}

/** That more has come than is shown, for as long as something holds the rows. */
function Waiting({ onShow }: { readonly onShow: () => void }) {
  const newer = useCommands(({ page, before }) => (before === null ? 0 : (page?.newer ?? 0)))
  if (newer === 0) return null
  return (
    <button type="button" className={styles.waiting} onClick={onShow}>
      <ArrowUp size={12} aria-hidden />
      {plural(newer, 'newer command')}
    </button>
  )
}
