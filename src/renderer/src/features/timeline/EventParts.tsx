import { useCallback, useMemo } from 'react'
import { DOTS, isSecretPath, isSecretPlace, maskedText } from '#shared/mask.ts'
import type { FieldEvent, KeptValue, TimelineAuthor, TimelineKind } from '#shared/timeline.ts'
import { Badge } from '../../components/Badge.tsx'
import { Dots, RevealButton, useReveal } from '../../components/Secret.tsx'
import { paintText, Ticking } from '../../components/Ticking.tsx'
import { toLine } from '../../lib/bytes-view.ts'
import { formatAgo, formatBytes, plural } from '../../lib/format.ts'
import { jsonChanges } from '../../lib/json-changes.ts'
import { secretOf } from '../../lib/secret-value.ts'
import { AUTHORS, KINDS } from './event-words.ts'
import styles from './Timeline.module.css'

export function KindMark({ kind }: { readonly kind: TimelineKind }) {
  const { icon: Icon, label, tone } = KINDS[kind]
  return (
    <span className={styles.kind} data-tone={tone}>
      <Icon size={13} aria-hidden />
      {label}
    </span>
  )
}

const TONES = { inspector: 'accent', demo: 'calm', outside: 'plain' } as const

export const Author = ({ by }: { readonly by: TimelineAuthor | null }) =>
  by === null ? null : <Badge tone={TONES[by]}>{AUTHORS[by]}</Badge>

export function Ago({ at }: { readonly at: number }) {
  const paint = useCallback(
    (element: HTMLSpanElement, now: number) => paintText(element, formatAgo(at, now)),
    [at],
  )
  return <Ticking className={styles.ago} paint={paint} />
}

/** Places within a JSON value that one event shows. */
const MOST_PLACES = 3

/** What a field held and holds; of JSON only the places that differ. Nothing where values were not kept. */
export function FieldTurn(props: FieldTurnProps) {
  const { old, new: now } = props.event
  return old === null && now === null ? null : <Turn {...props} />
}

interface FieldTurnProps {
  readonly event: FieldEvent
  /** Where Tab meets the eye that shows what is hidden. @default 0 */
  readonly eye?: number
}

function Turn({ event: { field, old, new: now }, eye = 0 }: FieldTurnProps) {
  const name = field === null ? '' : toLine(field)
  const names = useMemo(() => [name], [name])
  const secret = useMemo(() => hidesIn(names, old) || hidesIn(names, now), [names, old, now])
  const reveal = useReveal(secret)
  return (
    <>
      <Values names={names} old={old} now={now} hidden={reveal.hidden} />
      <RevealButton reveal={reveal} what={`the value of ${name}`} tabIndex={eye} />
    </>
  )
}

interface ValuesProps {
  readonly names: readonly string[]
  readonly old: KeptValue | null
  readonly now: KeptValue | null
  readonly hidden: boolean
}

function Values({ names, old, now, hidden }: ValuesProps) {
  if (hidden && isSecretPath(names))
    return (
      <span className={styles.turn}>
        {old === null ? null : <Dots />}
        {old === null || now === null ? null : <Arrow />}
        {now === null ? null : <Dots />}
      </span>
    )
  const words = hidden ? maskedText : (text: string) => text
  const places =
    old?.whole && now?.whole && typeof old.value === 'string' && typeof now.value === 'string'
      ? jsonChanges(old.value, now.value)
      : null
  if (places === null || places.length === 0)
    return (
      <span className={styles.turn}>
        {old === null ? null : <Value value={old} words={words} tone="old" />}
        {old === null || now === null ? null : <Arrow />}
        {now === null ? null : <Value value={now} words={words} tone="new" />}
      </span>
    )
  return (
    <span className={styles.places}>
      {places.slice(0, MOST_PLACES).map(({ path, old: was, new: is }) => (
        <span key={path} className={styles.turn}>
          <span className={styles.path}>{path}</span>
          {was === null ? null : <del className={styles.value}>{placeText(was, path, hidden)}</del>}
          {was === null || is === null ? null : <Arrow />}
          {is === null ? null : <ins className={styles.value}>{placeText(is, path, hidden)}</ins>}
        </span>
      ))}
      {places.length > MOST_PLACES ? (
        <span className={styles.muted}>and {plural(places.length - MOST_PLACES, 'further place')} in it</span>
      ) : null}
    </span>
  )
}

const Arrow = () => (
  <span className={styles.arrow} aria-hidden>
    →
  </span>
)

/** Whether anything of a kept value is not to be seen unasked. */
export const hidesIn = (names: readonly string[], kept: KeptValue | null): boolean =>
  kept !== null && secretOf(kept.value, names, null).kind !== 'nothing'

/** What stands at a place of a JSON value. */
export const placeText = (text: string, path: string, hidden: boolean): string =>
  !hidden ? text : isSecretPlace(path) ? DOTS : maskedText(text)

interface ValueProps {
  readonly value: KeptValue
  readonly words: (text: string) => string
  readonly tone: 'old' | 'new'
}

function Value({ value, words, tone }: ValueProps) {
  const Part = tone === 'old' ? 'del' : 'ins'
  const text = words(keptText(value))
  return text === '' ? (
    <Part className={styles.muted}>empty</Part>
  ) : (
    <Part className={styles.value} title={value.whole ? undefined : `A part of ${formatBytes(value.size)}`}>
      {text}
    </Part>
  )
}

/** A part is marked as one where something is missing. */
export function keptText({ value, skipped, whole }: KeptValue): string {
  const text = toLine(value)
  return whole ? text : `${skipped > 0 ? '…' : ''}${text}…`
}
