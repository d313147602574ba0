import { useCallback } from 'react'
import { formatCountdown, formatDuration, formatInstant } from '../lib/format.ts'
import { TTL_WORDS, type TtlFacts, ttlLevel, ttlShare } from '../lib/ttl-level.ts'
import { paintText, Ticking } from './Ticking.tsx'
import styles from './TtlBar.module.css'

interface TtlBarProps extends TtlFacts {
  /** What it says of itself, where more is known than that. */
  readonly title?: string
}

/** The remaining TTL as a bar against the configured one, its figure, and a shape that says how near the end is. */
export function TtlBar({ expiresAt, configuredTtl, title }: TtlBarProps) {
  const paint = useCallback(
    (element: HTMLSpanElement, now: number) => {
      const facts = { expiresAt, configuredTtl }
      const level = ttlLevel(facts, now)
      const [bar, mark, figure] = element.children
      if (!(bar instanceof HTMLElement) || mark === undefined || figure === undefined) return
      if (element.dataset.level !== level) element.dataset.level = level
      bar.style.setProperty('--share', String(ttlShare(facts, now) ?? 0))
      bar.hidden = configuredTtl === null || expiresAt === null
      paintText(mark, MARKS[level] ?? '')
      paintText(figure, ttlText(facts, now))
    },
    [expiresAt, configuredTtl],
  )
  return (
    <Ticking className={styles.ttl} title={title ?? ttlTitle({ expiresAt, configuredTtl })} paint={paint}>
      <span className={styles.bar} aria-hidden />
      <span className={styles.mark} aria-hidden />
      <span className={styles.figure} />
    </Ticking>
  )
}

const MARKS: Partial<Record<string, string>> = { low: '△', critical: '▲', unlimited: '▲' }

/** `42 s`, `18:03`, "expired" or "no expiry". */
export function ttlText(facts: TtlFacts, now: number): string {
  if (facts.expiresAt === null) return TTL_WORDS.unlimited
  return facts.expiresAt <= now ? TTL_WORDS.expired : formatCountdown(facts.expiresAt - now)
}

function ttlTitle({ expiresAt, configuredTtl }: TtlFacts): string {
  if (expiresAt === null) return 'This key has no expiry: Redis will keep it for ever.'
  const at = `Expires at ${formatInstant(expiresAt)}`
  return configuredTtl === null
    ? at
    : `${at}; each access resets it to ${configuredTtl} s (${formatDuration(configuredTtl)})`
}
