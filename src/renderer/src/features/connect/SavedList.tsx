import { Link, Plus, Search } from 'lucide-react'
import { type KeyboardEvent, useRef, useState } from 'react'
import type { SavedConnection } from '#shared/connections.ts'
import { Button } from '../../components/Button.tsx'
import { toFailure } from '../../lib/failure.ts'
import { useApp, useConnection, useConnections } from '../../stores/context.ts'
import { RemoveConnectionDialog } from './RemoveConnectionDialog.tsx'
import styles from './SavedList.module.css'
import { SavedRow } from './SavedRow.tsx'

/** With more than this one looks for them by their names. */
const MOST_WITHOUT_FILTER = 8

/** The saved connections, and the ways to a new one. */
export function SavedList() {
  const { connection, connections, connectTo, toasts } = useApp()
  const list = useConnections((state) => state.list?.connections ?? NONE)
  const editing = useConnections((state) => state.editing)
  const pending = useConnection((state) => state.pending)
  const [text, setText] = useState('')
  const [removing, setRemoving] = useState<SavedConnection | null>(null)
  const [dragged, setDragged] = useState<string | null>(null)
  const rows = useRef<HTMLUListElement>(null)
  const filtering = list.length > MOST_WITHOUT_FILTER
  const shown = filtering ? list.filter((entry) => matches(entry, text)) : list

  const edit = (id: string | null, url = false) => {
    connection.dismissFailure()
    connections.edit(id, url)
  }
  /** Says a failure; the list itself tells of the rest. */
  const attempt = async (work: () => Promise<unknown>) => {
    try {
      await work()
    } catch (error) {
      toasts.show('failed', toFailure(error).message)
    }
  }
  const move = (id: string, to: number) => {
    if (to >= 0 && to < list.length) void attempt(() => connections.move(id, to))
  }
  const duplicate = (id: string) => attempt(async () => edit(await connections.duplicate(id)))

  const focusRow = (at: number) => {
    const buttons = rows.current?.querySelectorAll<HTMLElement>('[data-row]')
    buttons?.[Math.max(0, Math.min(buttons.length - 1, at))]?.focus()
  }
  const press = (event: KeyboardEvent, entry: SavedConnection, at: number) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined && event.altKey) move(entry.id, list.indexOf(entry) + step)
    else if (step !== undefined) focusRow(at + step)
    else if (event.key === 'Home') focusRow(0)
    else if (event.key === 'End') focusRow(shown.length - 1)
    else if (event.key === 'Enter') connectTo(entry.id)
    else if (event.key === 'Delete') setRemoving(entry)
    else return
    event.preventDefault()
  }
  // One of them takes part in the order of the Tab key: the one in the form, else the first.
  const stop = shown.find(({ id }) => id === editing) ?? shown[0]
  return (
    <section className={styles.saved} aria-label="Saved connections">
      <div className={styles.new}>
        <Button icon={Plus} small onClick={() => edit(null)}>
          New connection
        </Button>
        <Button icon={Link} small onClick={() => edit(null, true)}>
          From a URL
        </Button>
      </div>
      {filtering ? (
        <div className={styles.filter}>
          <Search size={13} aria-hidden />
          <input
            aria-label="Filter the connections"
            placeholder={`Filter ${list.length} connections`}
            value={text}
            spellCheck={false}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'ArrowDown') focusRow(0)
              if (event.key === 'Enter' && shown.length === 1 && shown[0]) connectTo(shown[0].id)
              if (event.key === 'Escape') setText('')
            }}
          />
        </div>
      ) : null}
      {list.length === 0 ? (
        <p className={styles.empty}>
          None are saved yet. Fill in the form and choose <strong>Save</strong> to have it here next time.
        </p>
      ) : shown.length === 0 ? (
        <p className={styles.empty}>No connection has “{text}” in its name, address or mark.</p>
      ) : (
        <ul ref={rows} className={styles.rows} aria-label="Connections">
          {shown.map((entry, at) => (
            <SavedRow
              key={entry.id}
              entry={entry}
              selected={entry.id === editing}
              focusable={entry === stop}
              busy={pending === 'connect' && entry.id === editing}
              first={list[0] === entry}
              last={list.at(-1) === entry}
              dragged={dragged}
              onDrag={setDragged}
              onDrop={(id) => move(id, list.indexOf(entry))}
              onSelect={() => edit(entry.id)}
              onConnect={() => connectTo(entry.id)}
              onDuplicate={() => void duplicate(entry.id)}
              onMove={(step) => move(entry.id, list.indexOf(entry) + step)}
              onRemove={() => setRemoving(entry)}
              onKeyDown={(event) => press(event, entry, at)}
            />
          ))}
        </ul>
      )}
      {removing === null ? null : (
        <RemoveConnectionDialog entry={removing} onClose={() => setRemoving(null)} />
      )}
    </section>
  )
}

const NONE: readonly SavedConnection[] = []

const matches = ({ name, label, environment }: SavedConnection, text: string): boolean =>
  [name, label, environment ?? ''].some((part) => part.toLowerCase().includes(text.trim().toLowerCase()))
