import { Eye, EyeOff } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useEffect, useId } from 'react'
import { useStore } from 'zustand'
import { DOTS } from '#shared/mask.ts'
import { isRevealKey } from '../lib/row-keys.ts'
import { useApp, usePrivacy } from '../stores/context.ts'
import { IconButton } from './Button.tsx'
import styles from './Secret.module.css'

/** Whether a value that may be a secret is to be seen, and how one comes to see it. */
export interface Reveal {
  readonly hidden: boolean
  /** What the eye beside it does; null where there is none, since it is shown anyhow or never. */
  readonly toggle: (() => void) | null
}

/**
 * @param secret whether there is anything to hide
 * @param part its place in the session that is open; one of its own, which ends with what shows it, where it is left out
 * @param ends with what shows it, as a row of a list does that is scrolled away @default for a place of its own
 */
export function useReveal(secret: boolean, part?: string, ends = part === undefined): Reveal {
  const { reveals } = useApp()
  const { mode } = usePrivacy()
  const own = useId()
  const place = part ?? own
  const revealed = useStore(reveals.store, ({ parts }) => parts.has(place))
  useEffect(() => {
    if (!ends) return undefined
    return () => reveals.hide(place)
  }, [reveals, place, ends])
  if (!secret || mode === 'shown') return { hidden: false, toggle: null }
  if (mode === 'streaming') return { hidden: true, toggle: null }
  return { hidden: !revealed, toggle: () => reveals.toggle(place) }
}

/** Stands for a value that is not to be seen. */
export const Dots = () => (
  <span className={styles.dots}>
    <span aria-hidden>{DOTS}</span>
    <span className="visually-hidden">hidden</span>
  </span>
)

interface RevealButtonProps {
  readonly reveal: Reveal
  /** What is revealed: `session id`, `the value of token`. */
  readonly what: string
  readonly keys?: string
  /** In a row of a list: of rows that are not the active one Tab passes it by. */
  readonly tabIndex?: number
}

/** The eye: shows one value, and hides it again. */
export function RevealButton({ reveal: { hidden, toggle }, what, keys, tabIndex }: RevealButtonProps) {
  if (toggle === null) return null
  const press = (event: KeyboardEvent) => {
    const isToggle = isRevealKey(event)
    // What it is in goes by these keys, too, and would keep them from it.
    if (!isToggle && event.key !== 'Enter' && event.key !== ' ') return
    event.stopPropagation()
    if (!isToggle) return
    event.preventDefault()
    toggle()
  }
  return (
    <span className={styles.eye} data-open={!hidden || undefined}>
      <IconButton
        icon={hidden ? Eye : EyeOff}
        label={hidden ? `Show ${what}` : `Hide ${what}`}
        {...(keys === undefined ? {} : { keys })}
        {...(tabIndex === undefined ? {} : { tabIndex })}
        onKeyDown={press}
        onClick={(event) => {
          event.stopPropagation()
          toggle()
        }}
      />
    </span>
  )
}

interface SecretProps {
  readonly reveal: Reveal
  readonly what: string
  readonly keys?: string
  /** What is seen while it is hidden. @default dots */
  readonly instead?: ReactNode
  readonly children: ReactNode
}

/** A value and its eye, which has its place whether it is seen or not. */
export function Secret({ reveal, what, keys, instead = <Dots />, children }: SecretProps) {
  if (reveal.toggle === null && !reveal.hidden) return children
  return (
    <div className={styles.secret}>
      <div className={styles.value}>{reveal.hidden ? instead : children}</div>
      <RevealButton reveal={reveal} what={what} {...(keys === undefined ? {} : { keys })} />
    </div>
  )
}
