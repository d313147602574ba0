import { type ReactNode, useEffect, useRef } from 'react'
import type { Bytes } from '#shared/bytes.ts'
import { DOTS, isSecretPath, maskedText } from '#shared/mask.ts'
import { Problem } from '../../components/Problem.tsx'
import { Secret, useReveal } from '../../components/Secret.tsx'
import { toLine } from '../../lib/bytes-view.ts'
import styles from './Comparison.module.css'

interface ComparisonProps {
  /** What was refused, and that nothing was written. */
  readonly message: string
  /** What was shown, what one wanted, and what is there: each as words or as a {@link Held} value. */
  readonly shown: ReactNode
  readonly yours: ReactNode
  readonly now: ReactNode
  /** The choices, as buttons. */
  readonly children: ReactNode
}

/** Somebody else wrote since it was shown: all sides of it, and the choice. */
export function Comparison({ message, shown, yours, now, children }: ComparisonProps) {
  const element = useRef<HTMLDivElement>(null)
  // The choice is what matters now: it must not open below the edge, and the keyboard must be in it.
  useEffect(() => {
    element.current?.scrollIntoView({ block: 'nearest' })
    element.current?.focus({ preventScroll: true })
  }, [])
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would need a legend that is seen.
    <div ref={element} className={styles.conflict} role="group" aria-label="Conflict" tabIndex={-1}>
      <Problem tone="amber">{message}</Problem>
      <dl className={styles.values}>
        <dt>When you began</dt>
        <dd>{shown}</dd>
        <dt>Yours</dt>
        <dd>{yours}</dd>
        <dt>Now in Redis</dt>
        <dd>{now}</dd>
      </dl>
      <div className={styles.buttons}>{children}</div>
    </div>
  )
}

const MOST_CHARACTERS = 2000

interface HeldProps {
  readonly value: Bytes | null
  /** What it is the value of; the outermost name first. */
  readonly of?: readonly string[]
  /** What it is called when there is none. */
  readonly absent?: string
}

const NO_NAMES: readonly string[] = []

/** A value as one compares it: whole lines, bounded, and in words where there is nothing to see. */
export function Held({ value, of = NO_NAMES, absent = 'no such field' }: HeldProps) {
  const text = value === null ? '' : toLine(value)
  const masked = isSecretPath(of) ? DOTS : maskedText(text)
  const reveal = useReveal(text !== '' && masked !== text)
  if (value === null) return <span className={styles.absent}>{absent}</span>
  if (text === '') return <span className={styles.absent}>empty</span>
  return (
    <Secret reveal={reveal} what="this value" instead={<Lines text={masked} />}>
      <Lines text={text} />
    </Secret>
  )
}

const Lines = ({ text }: { readonly text: string }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
  <pre className={styles.pre} tabIndex={0}>
    {text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text}
  </pre>
)
