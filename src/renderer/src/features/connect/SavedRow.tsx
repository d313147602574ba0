import { ArrowDown, ArrowUp, Copy, Ellipsis, KeyRound, Lock, Pencil, Plug, Trash2 } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import type { KeyboardEvent } from 'react'
import type { SavedConnection } from '#shared/connections.ts'
import { IconButton } from '../../components/Button.tsx'
import { EnvironmentMark } from '../../components/EnvironmentMark.tsx'
import menu from '../../components/Menu.module.css'
import styles from './SavedList.module.css'

interface SavedRowProps {
  readonly entry: SavedConnection
  /** It stands in the form. */
  readonly selected: boolean
  /** The Tab key stops at it. */
  readonly focusable: boolean
  readonly busy: boolean
  readonly first: boolean
  readonly last: boolean
  /** The one that is being dragged. */
  readonly dragged: string | null
  readonly onDrag: (id: string | null) => void
  readonly onDrop: (id: string) => void
  readonly onSelect: () => void
  readonly onConnect: () => void
  readonly onDuplicate: () => void
  readonly onMove: (step: 1 | -1) => void
  readonly onRemove: () => void
  readonly onKeyDown: (event: KeyboardEvent) => void
}

/** One saved connection: a click shows it, a double click or Enter connects. */
export function SavedRow({ entry, selected, focusable, busy, dragged, ...on }: SavedRowProps) {
  const { id, name, label, colour, environment, readOnly, asked } = entry
  return (
    <li
      className={styles.row}
      data-selected={selected || undefined}
      data-dragged={dragged === id || undefined}
      aria-busy={busy || undefined}
      draggable
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = 'move'
        on.onDrag(id)
      }}
      onDragEnd={() => on.onDrag(null)}
      onDragOver={(event) => {
        if (dragged !== null && dragged !== id) event.preventDefault()
      }}
      onDrop={() => {
        if (dragged !== null) on.onDrop(dragged)
        on.onDrag(null)
      }}
    >
      <button
        type="button"
        data-row
        className={styles.entry}
        tabIndex={focusable ? 0 : -1}
        aria-current={selected || undefined}
        aria-keyshortcuts="Enter Delete Alt+ArrowUp Alt+ArrowDown"
        title={`${name}\n${label}\nEnter or a double click connects`}
        onClick={on.onSelect}
        onDoubleClick={on.onConnect}
        onKeyDown={on.onKeyDown}
      >
        <span className={styles.stripe} data-colour={colour ?? undefined} aria-hidden />
        <span className={styles.name}>{name}</span>
        <span className={styles.marks}>
          {asked.length === 0 ? null : (
            <KeyRound size={12} role="img" aria-label="asks for a secret" className={styles.icon} />
          )}
          {readOnly ? <Lock size={12} role="img" aria-label="read-only" className={styles.icon} /> : null}
          {environment === null ? null : <EnvironmentMark environment={environment} />}
        </span>
        <span className={styles.address}>{address(entry)}</span>
      </button>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger asChild>
          <IconButton icon={Ellipsis} label={`Actions for ${name}`} tip="Actions" />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className={menu.menu} align="end" sideOffset={4} collisionPadding={8}>
            <DropdownMenu.Item className={menu.item} onSelect={on.onConnect}>
              <Plug size={14} aria-hidden /> Connect <span className={menu.end}>Enter</span>
            </DropdownMenu.Item>
            <DropdownMenu.Item className={menu.item} onSelect={on.onSelect}>
              <Pencil size={14} aria-hidden /> Edit
            </DropdownMenu.Item>
            <DropdownMenu.Item className={menu.item} onSelect={on.onDuplicate}>
              <Copy size={14} aria-hidden /> Duplicate
            </DropdownMenu.Item>
            <DropdownMenu.Separator className={menu.separator} />
            <DropdownMenu.Item className={menu.item} disabled={on.first} onSelect={() => on.onMove(-1)}>
              <ArrowUp size={14} aria-hidden /> Move up <span className={menu.end}>Alt ↑</span>
            </DropdownMenu.Item>
            <DropdownMenu.Item className={menu.item} disabled={on.last} onSelect={() => on.onMove(1)}>
              <ArrowDown size={14} aria-hidden /> Move down <span className={menu.end}>Alt ↓</span>
            </DropdownMenu.Item>
            <DropdownMenu.Separator className={menu.separator} />
            <DropdownMenu.Item className={menu.item} data-tone="danger" onSelect={on.onRemove}>
              <Trash2 size={14} aria-hidden /> Remove… <span className={menu.end}>Del</span>
            </DropdownMenu.Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </li>
  )
}

/** Where it goes, and how, in short. */
function address({ label, name, target }: SavedConnection): string {
  const how = [
    target.deployment === 'sentinel' ? 'Sentinel' : target.deployment === 'cluster' ? 'cluster' : null,
    target.db ? `db ${target.db}` : null,
    target.tls ? 'TLS' : null,
    target.ssh === undefined ? null : 'SSH',
  ].filter((part) => part !== null)
  return [name === label && how.length > 0 ? null : label, ...how].filter((part) => part !== null).join(' · ')
}
