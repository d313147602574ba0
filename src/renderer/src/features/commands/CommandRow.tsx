import { BookOpen, Hourglass, Pencil, RefreshCw } from 'lucide-react'
import { type ComponentProps, memo } from 'react'
import type { LoggedCommand } from '#shared/commands.ts'
import { Badge } from '../../components/Badge.tsx'
import { RevealButton, useReveal } from '../../components/Secret.tsx'
import { formatCount } from '../../lib/format.ts'
import { entryInView } from '../../lib/privacy-words.ts'
import { useApp, useKnownPrefixes, usePrivacy } from '../../stores/context.ts'
import styles from './CommandList.module.css'
import { formatMoment, formatTook, isSlow, rowLine, wordOfFailure } from './command-text.ts'

interface CommandRowProps {
  readonly entry: LoggedCommand
  readonly index: number
  readonly top: number
  readonly selected: boolean
}

export const commandRowId = (tab: number, number: number): string => `command-${tab}-${number}`

/** Where what is masked in a row is shown. */
export const commandPlace = ({ number }: LoggedCommand): string => `command:${number}`

export const CommandRow = memo(
  function CommandRow({ entry, index, top, selected }: CommandRowProps) {
    const { tab } = useApp()
    const view = usePrivacy()
    const prefixes = useKnownPrefixes()
    const failure = wordOfFailure(entry)
    const whole = rowLine(entry)
    const masked = rowLine(entryInView(entry, prefixes, view))
    const reveal = useReveal(masked !== whole, commandPlace(entry), true)
    return (
      // biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus and names the active row.
      // biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table layout.
      <div
        role="row"
        id={commandRowId(tab, entry.number)}
        aria-selected={selected}
        aria-rowindex={index + 1}
        className={styles.row}
        style={{ transform: `translateY(${top}px)` }}
        data-index={index}
        data-active={selected || undefined}
        data-failed={failure === null ? undefined : ''}
      >
        <Cell className={styles.time}>{formatMoment(entry.at)}</Cell>
        <KindMark entry={entry} />
        <Cell className={styles.purpose} title={entry.purpose}>
          {entry.purpose}
        </Cell>
        <Cell className={styles.line}>
          {failure === null ? null : <Badge tone="red">{failure}</Badge>}
          {entry.script?.name == null ? null : <span className={styles.script}>{entry.script.name}</span>}
          <code className={styles.code}>{reveal.hidden ? masked : whole}</code>
          <RevealButton reveal={reveal} what="the whole line" tabIndex={selected ? 0 : -1} />
        </Cell>
        <Cell className={styles.times}>{entry.count === 1 ? '' : `× ${formatCount(entry.count)}`}</Cell>
        <Took entry={entry} />
      </div>
    )
  },
  // Each answer brings new objects; most are as they were.
  (before, after) =>
    before.top === after.top && before.selected === after.selected && sameEntry(before.entry, after.entry),
)

const sameEntry = (a: LoggedCommand, b: LoggedCommand): boolean =>
  a.number === b.number &&
  a.at === b.at &&
  a.count === b.count &&
  a.outcome === b.outcome &&
  a.averageMs === b.averageMs &&
  a.failed === b.failed

const Cell = (props: ComponentProps<'span'>) => (
  // biome-ignore lint/a11y/useSemanticElements: a virtualised grid has no table layout.
  // biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus.
  <span role="gridcell" {...props} />
)

function KindMark({ entry }: { readonly entry: LoggedCommand }) {
  const [Icon, word] = entry.background
    ? ([RefreshCw, 'background'] as const)
    : entry.writes
      ? ([Pencil, 'write'] as const)
      : ([BookOpen, 'read'] as const)
  return (
    <Cell className={styles.kind} data-kind={word} title={word}>
      <Icon size={12} aria-hidden />
      <span className="visually-hidden">{word}</span>
    </Cell>
  )
}

function Took({ entry }: { readonly entry: LoggedCommand }) {
  const { averageMs, outcome } = entry
  if (outcome === 'refused' || outcome === 'unsent') return <Cell className={styles.took}>–</Cell>
  if (averageMs === null) return <Cell className={styles.took}>…</Cell>
  const slow = isSlow(entry)
  return (
    <Cell className={styles.took} data-slow={slow || undefined}>
      {slow ? <Hourglass size={11} aria-hidden /> : null}
      {formatTook(averageMs)}
      {slow ? <span className="visually-hidden"> slow</span> : null}
    </Cell>
  )
}
