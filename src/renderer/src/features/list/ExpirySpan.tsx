import { type CSSProperties, type KeyboardEvent, type PointerEvent, useRef, useState } from 'react'
import { type BarSpan, barSpan, barsOf, barWords, type Expiries, spanSeconds } from '../../lib/expiries.ts'
import { ttlSpan, withTtlSpan } from '../../lib/filter-text.ts'
import { useApp, useList } from '../../stores/context.ts'
import styles from './ExpiryChart.module.css'

/** What is being chosen: from where one began to where one is now, by bars. */
interface Choice {
  readonly from: number
  readonly to: number
  readonly by: 'pointer' | 'keys'
}

const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  ArrowDown: -1,
  ArrowUp: 1,
  PageDown: -10,
  PageUp: 10,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
}

/**
 * Chooses a span of the chart, which becomes part of the filter: by a drag, or with arrow keys, Shift and Enter. What
 * is chosen is read back from the filter, so that a span that was typed shows as well.
 */
export function ExpirySpan({ expiries }: { readonly expiries: Expiries }) {
  const { list } = useApp()
  const filter = useList((state) => state.filter)
  const [choice, setChoice] = useState<Choice | null>(null)
  const [hovered, setHovered] = useState<number | null>(null)
  const slider = useRef<HTMLDivElement>(null)
  const bars = expiries.all.length
  const typed = ttlSpan(filter)
  const applied = typed === null ? null : barsOf(expiries, typed)
  const within = (bar: number) => Math.min(bars - 1, Math.max(0, bar))

  const apply = (span: BarSpan) => list.setFilter(withTtlSpan(filter, spanSeconds(expiries, span)))
  const clear = () => {
    setChoice(null)
    list.setFilter(withTtlSpan(filter, null))
  }
  const barAt = (event: PointerEvent<HTMLElement>): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    return within(Math.floor(((event.clientX - left) / width) * bars))
  }
  const drop = ({ from, to }: Choice) => {
    setChoice(null)
    const isClick = from === to
    if (isClick && applied !== null && from >= applied.first && from <= applied.last) clear()
    else apply(barSpan(from, to))
  }
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const step = STEPS[event.key]
    const at = choice?.to ?? applied?.first ?? 0
    if (step !== undefined) {
      const to = choice === null && applied === null ? within(step < 0 ? 0 : step - 1) : within(at + step)
      setChoice({ from: event.shiftKey ? (choice?.from ?? at) : to, to, by: 'keys' })
    } else if (event.key === 'Enter' && choice !== null) drop(choice)
    else if (event.key === 'Escape' && choice?.by === 'pointer') setChoice(null)
    else if (event.key === 'Escape' && (choice !== null || typed !== null)) clear()
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  const chosen = choice === null ? null : barSpan(choice.from, choice.to)
  const said = chosen ?? (hovered === null ? null : barSpan(hovered, hovered))
  const now = choice?.to ?? applied?.first ?? 0
  return (
    <>
      {applied === null ? null : <div className={styles.applied} style={place(applied, bars)} />}
      {chosen === null ? null : <div className={styles.chosen} style={place(chosen, bars)} />}
      {chosen === null && said !== null ? <div className={styles.hovered} style={place(said, bars)} /> : null}
      <div
        ref={slider}
        role="slider"
        tabIndex={0}
        className={styles.slider}
        aria-label="Span of expiry times"
        aria-valuemin={0}
        aria-valuemax={bars - 1}
        aria-valuenow={now}
        aria-valuetext={barWords(expiries, chosen ?? applied ?? barSpan(now, now))}
        onKeyDown={press}
        onBlur={() => setChoice(null)}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          const bar = barAt(event)
          setChoice({ from: bar, to: bar, by: 'pointer' })
        }}
        onPointerMove={(event) => {
          const bar = barAt(event)
          setHovered(bar)
          if (choice?.by === 'pointer') setChoice({ ...choice, to: bar })
        }}
        onPointerLeave={() => setHovered(null)}
        onPointerCancel={() => setChoice(null)}
        onPointerUp={() => choice?.by === 'pointer' && drop(choice)}
      />
      {said === null ? null : (
        <div className={styles.words} style={wordsPlace(said, bars)} aria-hidden>
          {barWords(expiries, said)}
        </div>
      )}
    </>
  )
}

const place = ({ first, last }: BarSpan, bars: number): CSSProperties => ({
  left: `${(first / bars) * 100}%`,
  width: `${((last + 1 - first) / bars) * 100}%`,
})

/** Under the middle of the span, and never beyond the chart's ends. */
function wordsPlace({ first, last }: BarSpan, bars: number): CSSProperties {
  const middle = ((first + last + 1) / 2 / bars) * 100
  return { left: `${middle}%`, transform: `translateX(-${middle}%)` }
}
