import { BookOpen, Hourglass, Pencil, RefreshCw } from 'lucide-react'
import { memo } from 'react'
import type { LoggedCommand } from '#shared/commands.ts'
import { Badge } from '../../components/Badge.tsx'
import { formatCount } from '../../lib/format.ts'
import { entryInView } from '../../lib/privacy-words.ts'
import { useApp, useKnownPrefixes, usePrivacy } from '../../stores/context.ts'
import styles from './CommandList.module.css'
import { formatMoment, formatTook, isSlow, rowLine, wordOfFailure } from './command-text.ts'

interface CommandRowProps {
  readonly entry: LoggedCommand
  readonly index: number
  readonly top: number
  /** Of all that match. */
  readonly of: number
  readonly selected: boolean
}

export const commandRowId = (tab: number, number: number): string => `command-${tab}-${number}`

export const CommandRow = memo(
  function CommandRow({ entry, index, top, of, selected }: CommandRowProps) {
    const { tab } = useApp()
    const view = usePrivacy()
    const prefixes = useKnownPrefixes()
    const failure = wordOfFailure(entry)
    return (
      // biome-ignore lint/a11y/useFocusableInteractive: the list holds the focus and names the active row.
      <div
        role="option"
        id={commandRowId(tab, entry.number)}
        aria-selected={selected}
        aria-setsize={of}
        aria-posinset={index + 1}
        className={styles.row}
        style={{ transform: `translateY(${top}px)` }}
        data-index={index}
        data-failed={failure === null ? undefined : ''}
      >
        <span className={styles.time}>{formatMoment(entry.at)}</span>
        <KindMark entry={entry} />
        <span className={styles.purpose} title={entry.purpose}>
          {entry.purpose}
        </span>
        <span className={styles.line}>
          {failure === null ? null : <Badge tone="red">{failure}</Badge>}
          {entry.script?.name == null ? null : <span className={styles.script}>{entry.script.name}</span>}
          <code className={styles.code}>{rowLine(entryInView(entry, prefixes, view))}</code>
        </span>
        <span className={styles.times}>{entry.count === 1 ? '' : `× ${formatCount(entry.count)}`}</span>
        <Took entry={entry} />
      </div>
    )
  },
  // Each answer brings new objects; most are as they were.
  (before, after) =>
    before.top === after.top &&
    before.of === after.of &&
    before.selected === after.selected &&
    sameEntry(before.entry, after.entry),
)

const sameEntry = (a: LoggedCommand, b: LoggedCommand): boolean =>
  a.number === b.number &&
  a.at === b.at &&
  a.count === b.count &&
  a.outcome === b.outcome &&
  a.averageMs === b.averageMs &&
  a.failed === b.failed

function KindMark({ entry }: { readonly entry: LoggedCommand }) {
  const [Icon, word] = entry.background
    ? ([RefreshCw, 'background'] as const)
    : entry.writes
      ? ([Pencil, 'write'] as const)
      : ([BookOpen, 'read'] as const)
  return (
    <span className={styles.kind} data-kind={word} title={word}>
      <Icon size={12} aria-hidden />
      <span className="visually-hidden">{word}</span>
    </span>
  )
}

function Took({ entry }: { readonly entry: LoggedCommand }) {
  const { averageMs, outcome } = entry
  if (outcome === 'refused' || outcome === 'unsent') return <span className={styles.took}>–</span>
  if (averageMs === null) return <span className={styles.took}>…</span>
  const slow = isSlow(entry)
  return (
    <span className={styles.took} data-slow={slow || undefined}>
      {slow ? <Hourglass size={11} aria-hidden /> : null}
      {formatTook(averageMs)}
      {slow ? <span className="visually-hidden"> slow</span> : null}
    </span>
  )
}
