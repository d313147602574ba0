import { type ReactNode, useCallback, useMemo } from 'react'
import { bytesId } from '#shared/bytes.ts'
import { DOTS, isSecretPath, maskedText } from '#shared/mask.ts'
import { CopyButton } from '../../components/CopyButton.tsx'
import { RevealButton, useReveal } from '../../components/Secret.tsx'
import { paintText, Ticking } from '../../components/Ticking.tsx'
import { toLine } from '../../lib/bytes-view.ts'
import { formatBytes, formatCountdown, formatInstant } from '../../lib/format.ts'
import { secretOf } from '../../lib/secret-value.ts'
import type {
  ComparedFact,
  ComparedField,
  ComparedValue,
  FieldDifference,
} from '../../lib/session-differences.ts'
import { placeText } from '../timeline/EventParts.tsx'
import diff from '../timeline/MomentDiff.module.css'
import { Path, Text } from '../timeline/MomentDiff.tsx'
import styles from './Compare.module.css'

interface Side {
  readonly label: string
  /** Epoch milliseconds. */
  readonly expiresAt: number | null
  /** What is shown is not there any more, or cannot be read. */
  readonly gone: boolean
}

interface CompareTableProps {
  readonly facts: readonly ComparedFact[]
  readonly fields: readonly ComparedField[]
  readonly left: Side
  readonly right: Side
}

const STATES: Readonly<
  Record<FieldDifference, { readonly word: string; readonly mark: string; readonly change?: string }>
> = {
  equal: { word: 'equal', mark: '=' },
  alike: { word: 'equal as far as compared', mark: '≈' },
  different: { word: 'different', mark: '≠', change: 'changed' },
  left: { word: 'only here', mark: '◂', change: 'changed' },
  right: { word: 'only there', mark: '▸', change: 'changed' },
}

/** Two sessions, a field a row; of JSON a row for each place that differs. */
export function CompareTable({ facts, fields, left, right }: CompareTableProps) {
  if (facts.length + fields.length === 0)
    return <p className={styles.none}>Nothing differs: state, times, TTL and fields are the same.</p>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section className={styles.scroller} tabIndex={0} aria-label="Comparison">
      <table className={[diff.table, styles.table].join(' ')}>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <SideTitle side={left} />
            <SideTitle side={right} />
          </tr>
        </thead>
        <tbody>
          {facts.map(({ label, left: here, right: there, equal }) => (
            <tr key={label} data-fact data-equal={equal || undefined}>
              <th scope="row">
                <Name state={equal ? 'equal' : 'different'}>{label}</Name>
              </th>
              <td>
                {here}
                {label === 'Expires' ? <TimeLeft {...left} /> : null}
              </td>
              <td>
                {there}
                {label === 'Expires' ? <TimeLeft {...right} /> : null}
              </td>
            </tr>
          ))}
          {fields.map((field) => (
            <FieldRows key={field.name === null ? '' : bytesId(field.name)} field={field} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

const SideTitle = ({ side: { label, gone } }: { readonly side: Side }) => (
  <th scope="col">
    {label}
    {gone ? ' (as it was)' : ''}
  </th>
)

function TimeLeft({ expiresAt, gone }: Side) {
  const paint = useCallback(
    (element: HTMLSpanElement, now: number) =>
      paintText(element, expiresAt === null ? '' : `${formatCountdown(Math.max(0, expiresAt - now))} left`),
    [expiresAt],
  )
  return expiresAt === null || gone ? null : <Ticking className={styles.left} paint={paint} />
}

function Name({ state, children }: { readonly state: FieldDifference; readonly children: ReactNode }) {
  const { word, mark } = STATES[state]
  return (
    <div className={diff.name}>
      <span className={diff.mark} aria-hidden>
        {mark}
      </span>
      <span>
        {children} <span className={diff.change}>{word}</span>
      </span>
    </div>
  )
}

function FieldRows({ field: { name, state, left, right, places } }: { readonly field: ComparedField }) {
  const label = name === null ? 'Value' : toLine(name)
  const { change } = STATES[state]
  const names = useMemo(() => (name === null ? [] : [toLine(name)]), [name])
  const secret = useMemo(
    () =>
      [left, right].some((value) => value !== null && secretOf(value.value, names, null).kind !== 'nothing'),
    [names, left, right],
  )
  const reveal = useReveal(secret)
  const { hidden } = reveal
  const eye = <RevealButton reveal={reveal} what={`the values of ${label}`} />
  const isWhole = hidden && isSecretPath(names)
  if (places === null || isWhole)
    return (
      <tr data-change={change} data-equal={state === 'equal' || undefined}>
        <th scope="row">
          <Name state={state}>
            <Path text={label} /> {eye}
          </Name>
        </th>
        <Value label={label} value={left} dots={isWhole} hidden={hidden} />
        <Value label={label} value={right} dots={isWhole} hidden={hidden} />
      </tr>
    )
  return places.map(({ path, old: here, new: there }, index) => {
    const place = here === null ? 'right' : there === null ? 'left' : 'different'
    const whole = path.startsWith('[') ? label + path : `${label}.${path}`
    return (
      <tr key={path} data-change={STATES[place].change}>
        <th scope="row">
          <Name state={place}>
            <Path text={whole} /> {index === 0 ? eye : null}
          </Name>
        </th>
        <Place
          text={here}
          path={path}
          hidden={hidden}
          label={whole}
          first={index === 0}
          value={left}
          field={label}
        />
        <Place
          text={there}
          path={path}
          hidden={hidden}
          label={whole}
          first={index === 0}
          value={right}
          field={label}
        />
      </tr>
    )
  })
}

interface ValueProps {
  readonly label: string
  readonly value: ComparedValue | null
  /** All of it is hidden, or what in it looks like a secret. */
  readonly dots: boolean
  readonly hidden: boolean
}

function Value({ label, value, dots, hidden }: ValueProps) {
  if (value === null) return <Text text={null} />
  const text = toLine(value.value)
  const shown = text !== '' && dots ? DOTS : hidden ? maskedText(text) : text
  return (
    <td>
      <div className={styles.cell}>
        {text === '' ? (
          <span className={diff.absent}>empty</span>
        ) : (
          <div className={diff.value}>
            {value.whole || dots ? shown : `${shown}…`}
            {value.whole ? null : (
              <span className={styles.size}> the beginning of {formatBytes(value.size)}</span>
            )}
          </div>
        )}
        {value.whole && text !== '' ? <Copy label={label} text={text} secret={hidden} /> : null}
      </div>
      {value.expiresAt === null ? null : (
        <span className={styles.left}>the field ends {formatInstant(value.expiresAt)}</span>
      )}
    </td>
  )
}

interface PlaceProps {
  readonly text: string | null
  readonly path: string
  readonly hidden: boolean
  readonly label: string
  /** The first place of a field also offers the whole of it. */
  readonly first: boolean
  readonly value: ComparedValue | null
  readonly field: string
}

function Place({ text, path, hidden, label, first, value, field }: PlaceProps) {
  const whole = first && value !== null ? toLine(value.value) : null
  return (
    <td>
      <div className={styles.cell}>
        {text === null ? (
          <span className={diff.absent}>absent</span>
        ) : (
          <div className={diff.value}>{placeText(text, path, hidden)}</div>
        )}
        {whole !== null ? (
          <Copy label={field} text={whole} secret={hidden} />
        ) : text === null ? null : (
          <Copy label={label} text={text} secret={hidden} />
        )}
      </div>
    </td>
  )
}

interface CopyProps {
  readonly label: string
  readonly text: string
  readonly secret: boolean
}

const Copy = ({ label, text, secret }: CopyProps) => (
  <span className={styles.copy}>
    <CopyButton label={`Copy ${label}`} text={text} secret={secret} />
  </span>
)
