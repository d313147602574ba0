import { useCallback } from 'react'
import { formatDuration } from '../lib/format.ts'
import { type TtlFacts, type TtlLevel, ttlLevel, ttlShare } from '../lib/ttl-level.ts'
import styles from './Ring.module.css'
import { paintText, Ticking } from './Ticking.tsx'
import { ttlText } from './TtlBar.tsx'

const RADIUS = 25
const AROUND = 2 * Math.PI * RADIUS

interface RingProps extends TtlFacts {
  /** How the session ended, in a word; null while it lives. */
  readonly ended: string | null
  /** Whether an expiry is expected: a session without one is a leak, another key is just a key. */
  readonly expected: boolean
}

/** Remaining of configured TTL: a ring, the number that matters, and the word for it. */
export function Ring({ expiresAt, configuredTtl, ended, expected }: RingProps) {
  const paint = useCallback(
    (element: HTMLSpanElement, now: number) => {
      const facts = { expiresAt, configuredTtl }
      const level = ended === null ? ttlLevel(facts, now) : 'expired'
      const share = ended === null ? (ttlShare(facts, now) ?? (expiresAt === null ? 0 : 1)) : 0
      const arc = element.querySelector('circle:last-of-type')
      const number = element.querySelector('[data-part="number"]')
      const word = element.querySelector('[data-part="word"]')
      if (!(arc instanceof SVGElement) || number === null || word === null) return
      const shown = level === 'unlimited' && !expected ? 'steady' : level
      if (element.dataset.level !== shown) element.dataset.level = shown
      arc.style.strokeDashoffset = String(AROUND * (1 - share))
      paintText(number, ended ?? ttlText(facts, now))
      paintText(word, noteOf(facts, ended === null ? level : 'expired'))
    },
    [expiresAt, configuredTtl, ended, expected],
  )
  return (
    <Ticking className={styles.ring} paint={paint} role="timer" aria-label="Remaining TTL">
      <svg viewBox="0 0 60 60" className={styles.drawing} aria-hidden="true">
        <circle cx="30" cy="30" r={RADIUS} className={styles.track} />
        <circle cx="30" cy="30" r={RADIUS} className={styles.arc} strokeDasharray={AROUND} />
      </svg>
      <span className={styles.words}>
        <span data-part="number" className={styles.number} />
        <span data-part="word" className={styles.word} />
      </span>
    </Ticking>
  )
}

/** What stands beneath the number: what it is measured against, and what that means. */
function noteOf({ configuredTtl }: TtlFacts, level: TtlLevel): string {
  if (level === 'unlimited') return 'Redis keeps it until somebody deletes it'
  if (configuredTtl === null) return level === 'expired' ? '' : 'left'
  const configured =
    configuredTtl < 60 ? `${configuredTtl} s` : `${configuredTtl} s (${formatDuration(configuredTtl)})`
  return level === 'expired' ? `was ${configured}` : `of ${configured}${LEVEL_NOTES[level] ?? ''}`
}

const LEVEL_NOTES: Partial<Record<TtlLevel, string>> = {
  low: ' · under a quarter',
  critical: ' · under a tenth',
}
