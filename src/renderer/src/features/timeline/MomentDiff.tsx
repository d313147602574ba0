import { X } from 'lucide-react'
import { Fragment, type ReactNode, useEffect, useMemo, useRef } from 'react'
import { bytesId } from '#shared/bytes.ts'
import { DOTS, isSecretPath, maskedText } from '#shared/mask.ts'
import type { KeptValue, MomentField, TimelineDiff, TimelineMoment } from '#shared/timeline.ts'
import { IconButton } from '../../components/Button.tsx'
import { RevealButton, useReveal } from '../../components/Secret.tsx'
import { toLine } from '../../lib/bytes-view.ts'
import { formatClock, formatDuration, formatInstant, plural } from '../../lib/format.ts'
import { jsonChanges } from '../../lib/json-changes.ts'
import { hidesIn, keptText, placeText } from './EventParts.tsx'
import { fieldName } from './event-words.ts'
import styles from './MomentDiff.module.css'

/** Two moments of a session side by side: what was added, removed and changed between them. */
export function MomentDiff({ diff, onClose }: { readonly diff: TimelineDiff; readonly onClose: () => void }) {
  const { from, to, fields, same } = diff
  const facts = factRows(from, to)
  const section = useRef<HTMLElement>(null)
  // The moments are chosen further down.
  useEffect(() => {
    section.current?.scrollIntoView({ block: 'nearest' })
  }, [])
  return (
    <section ref={section} className={styles.diff} aria-label="Differences">
      <header className={styles.head}>
        <h3 className={styles.title}>
          {formatClock(from.at)} → {formatClock(to.at)}
        </h3>
        <span className={styles.count}>
          {fields.length === 0
            ? 'no field differs'
            : `${plural(fields.length, 'field')} differ${fields.length === 1 ? 's' : ''}`}
          , {same} the same
        </span>
        <IconButton icon={X} label="Close the comparison" onClick={onClose} />
      </header>
      {fields.length + facts.length === 0 ? (
        <p className={styles.none}>The session was the same at both moments.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        <div className={styles.scroller} tabIndex={0}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">Field</th>
                <th scope="col" title={formatInstant(from.at)}>
                  {formatClock(from.at)}
                </th>
                <th scope="col" title={formatInstant(to.at)}>
                  {formatClock(to.at)}
                </th>
              </tr>
            </thead>
            <tbody>
              {facts}
              {fields.map((field) => (
                <FieldRows key={bytesId(field.name)} field={field} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

const MARKS = { added: '+', removed: '−', changed: '~' } as const

/** One row, or for JSON one for each place that differs. */
function FieldRows({ field: { name, change, old, new: now } }: { readonly field: MomentField }) {
  const label = fieldName(name)
  const names = useMemo(() => [toLine(name)], [name])
  const secret = useMemo(() => hidesIn(names, old) || hidesIn(names, now), [names, old, now])
  const reveal = useReveal(secret)
  const eye = <RevealButton reveal={reveal} what={`the values of ${label}`} />
  const { hidden } = reveal
  const isWhole = hidden && isSecretPath(names)
  const places = isWhole ? null : bothJson(old, now)
  if (places === null || places.length === 0)
    return (
      <Row change={change} name={label} eye={eye}>
        <Value value={old} dots={isWhole} hidden={hidden} />
        <Value value={now} dots={isWhole} hidden={hidden} />
      </Row>
    )
  return places.map(({ path, old: was, new: is }, index) => {
    const kind = was === null ? 'added' : is === null ? 'removed' : 'changed'
    return (
      <Row
        key={path}
        change={kind}
        name={path.startsWith('[') ? label + path : `${label}.${path}`}
        eye={index === 0 ? eye : null}
      >
        <Text text={was === null ? null : placeText(was, path, hidden)} />
        <Text text={is === null ? null : placeText(is, path, hidden)} />
      </Row>
    )
  })
}

function Row({
  change,
  name,
  eye,
  children,
}: {
  readonly change: keyof typeof MARKS
  readonly name: string
  readonly eye: ReactNode
  readonly children: ReactNode
}) {
  return (
    <tr data-change={change}>
      <th scope="row">
        <div className={styles.name}>
          <span className={styles.mark} aria-hidden>
            {MARKS[change]}
          </span>
          <span>
            <Path text={name} /> <span className={styles.change}>{change}</span>
          </span>
          {eye}
        </div>
      </th>
      {children}
    </tr>
  )
}

/** Broken after its dots, where it is too long for a line. */
export const Path = ({ text }: { readonly text: string }) =>
  text.split('.').map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a path have no other name.
    <Fragment key={index}>
      {index === 0 ? null : (
        <>
          .<wbr />
        </>
      )}
      {part}
    </Fragment>
  ))

interface ValueProps {
  readonly value: KeptValue | null
  /** All of it is hidden, or what in it looks like a secret. */
  readonly dots: boolean
  readonly hidden: boolean
}

const Value = ({ value, dots, hidden }: ValueProps) => (
  <Text text={value === null ? null : dots ? DOTS : hidden ? maskedText(keptText(value)) : keptText(value)} />
)

export function Text({ text }: { readonly text: string | null }) {
  if (text === null) return <td className={styles.absent}>absent</td>
  return text === '' ? (
    <td className={styles.absent}>empty</td>
  ) : (
    <td>
      <div className={styles.value}>{text}</div>
    </td>
  )
}

const bothJson = (old: KeptValue | null, now: KeptValue | null) =>
  old?.whole && now?.whole && typeof old.value === 'string' && typeof now.value === 'string'
    ? jsonChanges(old.value, now.value)
    : null

/** Without the day where that is the same. */
const formatMoment = (epoch: number, at: number): string =>
  new Date(epoch).toDateString() === new Date(at).toDateString() ? formatClock(epoch) : formatInstant(epoch)

/** What differs beside the fields, as it is shown: to the second. */
function factRows(from: TimelineMoment, to: TimelineMoment): readonly ReactNode[] {
  const rows: readonly (readonly [string, (moment: TimelineMoment) => string])[] = [
    ['Session', ({ exists }) => (exists ? 'exists' : 'had ended')],
    ['Type', ({ type }) => type ?? '–'],
    ['TTL', ({ configuredTtl }) => (configuredTtl === null ? 'none' : formatDuration(configuredTtl))],
    [
      'Expires',
      ({ expiresAt, exists, at }) =>
        !exists ? '–' : expiresAt === null ? 'never' : formatMoment(expiresAt, at),
    ],
  ]
  // Of a session that had ended, that it had says all.
  return (from.exists === to.exists ? rows : rows.slice(0, 1))
    .filter(([, text]) => text(from) !== text(to))
    .map(([label, text]) => (
      <tr key={label} data-fact>
        <th scope="row">{label}</th>
        <td>{text(from)}</td>
        <td>{text(to)}</td>
      </tr>
    ))
}
