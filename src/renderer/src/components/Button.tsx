import { LoaderCircle, type LucideIcon } from 'lucide-react'
import type { ComponentProps } from 'react'
import styles from './Button.module.css'
import { Tip } from './Tip.tsx'

interface ButtonProps extends Omit<ComponentProps<'button'>, 'disabled'> {
  readonly kind?: 'default' | 'primary' | 'danger' | 'quiet'
  readonly small?: boolean | undefined
  readonly icon?: LucideIcon
  /** Shows that the action is under way and refuses a second click. */
  readonly busy?: boolean
  /** Why the button does nothing now. It stays focusable, so that the reason can be read. */
  readonly blocked?: string | null
}

export function Button({
  kind = 'default',
  small = false,
  icon: Icon,
  busy = false,
  blocked = null,
  children,
  onClick,
  className,
  ...rest
}: ButtonProps) {
  const button = (
    <button
      type="button"
      {...rest}
      className={[styles.button, className].filter(Boolean).join(' ')}
      data-kind={kind}
      data-small={small || undefined}
      aria-disabled={busy || blocked !== null || undefined}
      aria-busy={busy || undefined}
      onClick={(event) => {
        if (busy || blocked !== null) event.preventDefault()
        else onClick?.(event)
      }}
    >
      {busy ? <LoaderCircle size={14} className={styles.spin} aria-hidden /> : null}
      {!busy && Icon !== undefined ? <Icon size={14} aria-hidden /> : null}
      {children}
    </button>
  )
  return blocked === null ? button : <Tip label={blocked}>{button}</Tip>
}

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'disabled' | 'children'> {
  readonly icon: LucideIcon
  /** The accessible name, shown as the tooltip too. */
  readonly label: string
  /** The tooltip where it says more than the name. */
  readonly tip?: string
  readonly keys?: string
  readonly blocked?: string | null
  readonly tone?: 'default' | 'danger'
}

export function IconButton({
  icon: Icon,
  label,
  tip = label,
  keys,
  blocked = null,
  tone = 'default',
  onClick,
  ...rest
}: IconButtonProps) {
  return (
    <Tip label={blocked ?? tip} {...(keys === undefined ? {} : { keys })}>
      <button
        type="button"
        {...rest}
        className={styles.icon}
        data-tone={tone}
        aria-label={label}
        aria-disabled={blocked !== null || undefined}
        onClick={(event) => {
          if (blocked === null) onClick?.(event)
        }}
      >
        <Icon size={15} aria-hidden />
      </button>
    </Tip>
  )
}
