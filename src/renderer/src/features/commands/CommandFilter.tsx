import { BookOpen, Pencil, RefreshCw, Search, TriangleAlert, X } from 'lucide-react'
import { useRef } from 'react'
import { LIMITS } from '#shared/model.ts'
import { Tip } from '../../components/Tip.tsx'
import { focusCommands } from '../../lib/focus.ts'
import { formatCompact, formatCount } from '../../lib/format.ts'
import { useTyped } from '../../lib/use-typed.ts'
import { type CommandKind, totalsOf } from '../../stores/commands.ts'
import { useApp, useCommands } from '../../stores/context.ts'
import boxes from '../list/Boxes.module.css'
import styles from './CommandsPanel.module.css'

const KINDS = [
  { kind: 'reads', label: 'Reads', icon: BookOpen, what: 'commands that change nothing' },
  { kind: 'writes', label: 'Writes', icon: Pencil, what: 'commands that can change something in Redis' },
  {
    kind: 'background',
    label: 'Background',
    icon: RefreshCw,
    what: 'what the inspector sends by itself: scans, looks for changes, heartbeats',
  },
] as const satisfies readonly {
  readonly kind: CommandKind
  readonly label: string
  readonly icon: unknown
  readonly what: string
}[]

export function CommandFilter() {
  return (
    <div className={styles.filter}>
      <TextBox />
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form. */}
      <div className={styles.chips} role="group" aria-label="Kinds of commands">
        <Kinds />
        <FailedOnly />
      </div>
    </div>
  )
}

function TextBox() {
  const { commands } = useApp()
  const applied = useCommands((state) => state.text)
  const { text, change } = useTyped(applied, commands.setText)
  const input = useRef<HTMLInputElement>(null)
  return (
    <div className={`${boxes.box} ${styles.box}`}>
      <Search size={14} aria-hidden className={boxes.icon} />
      <input
        ref={input}
        className={boxes.input}
        value={text}
        aria-label="Filter commands"
        placeholder="Command, key or purpose"
        maxLength={LIMITS.filterCharacters}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => change(event.target.value, 'push')}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') {
            event.preventDefault()
            change(text, 'flush')
            focusCommands()
          }
          if (event.key === 'Escape') {
            event.stopPropagation()
            if (text === '') focusCommands()
            else change('', 'flush')
          }
        }}
      />
      {text === '' ? null : (
        <button
          type="button"
          className={boxes.clear}
          aria-label="Clear the filter of commands"
          onClick={() => {
            change('', 'flush')
            input.current?.focus()
          }}
        >
          <X size={14} aria-hidden />
        </button>
      )}
    </div>
  )
}

function Kinds() {
  const { commands } = useApp()
  const kinds = useCommands((state) => state.kinds)
  const totals = useCommands(totalsOf)
  const counts = {
    reads: totals.commands - totals.writes,
    writes: totals.writes,
    background: totals.background,
  }
  return KINDS.map(({ kind, label, icon: Icon, what }) => (
    <Tip key={kind} label={`${formatCount(counts[kind])} ${what}`}>
      <button
        type="button"
        className={styles.chip}
        aria-pressed={kinds.includes(kind)}
        aria-label={`${label}: ${formatCount(counts[kind])}`}
        onClick={() => commands.toggleKind(kind)}
      >
        <Icon size={12} aria-hidden />
        {label}
        <span className={styles.count}>{formatCompact(counts[kind])}</span>
      </button>
    </Tip>
  ))
}

function FailedOnly() {
  const { commands } = useApp()
  const on = useCommands((state) => state.failedOnly)
  const withBackground = useCommands((state) => state.kinds.includes('background'))
  const { failed, backgroundFailed } = useCommands(totalsOf)
  const count = failed + (withBackground ? backgroundFailed : 0)
  return (
    <Tip label="Of these, only what failed, was refused or could not be sent">
      <button
        type="button"
        className={styles.chip}
        data-tone={count > 0 ? 'red' : undefined}
        aria-pressed={on}
        aria-label={`Failed only: ${formatCount(count)}`}
        onClick={() => commands.setFailedOnly(!on)}
      >
        <TriangleAlert size={12} aria-hidden />
        Failed
        <span className={styles.count}>{formatCompact(count)}</span>
      </button>
    </Tip>
  )
}
