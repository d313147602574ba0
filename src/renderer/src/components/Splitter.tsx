import type { KeyboardEvent, PointerEvent } from 'react'
import styles from './Splitter.module.css'

interface SplitterProps {
  readonly label: string
  /** `vertical`: the line stands, and the pane to its right is resized. `horizontal`: the pane below. */
  readonly orientation: 'vertical' | 'horizontal'
  /** Pixels of the pane. */
  readonly size: number
  readonly min: number
  readonly max: number
  readonly onResize: (size: number) => void
}

const STEP = 16

/** The line between two panes: dragged, or moved with the arrow keys. */
export function Splitter({ label, orientation, size, min, max, onResize }: SplitterProps) {
  const resize = (wanted: number) => onResize(Math.round(Math.min(Math.max(wanted, min), Math.max(min, max))))
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    const handle = event.currentTarget
    const start = orientation === 'vertical' ? event.clientX : event.clientY
    handle.setPointerCapture(event.pointerId)
    const move = (to: globalThis.PointerEvent) =>
      resize(size + start - (orientation === 'vertical' ? to.clientX : to.clientY))
    handle.addEventListener('pointermove', move)
    handle.addEventListener('lostpointercapture', () => handle.removeEventListener('pointermove', move), {
      once: true,
    })
  }
  const press = (event: KeyboardEvent) => {
    const grow = orientation === 'vertical' ? 'ArrowLeft' : 'ArrowUp'
    const shrink = orientation === 'vertical' ? 'ArrowRight' : 'ArrowDown'
    if (event.key === grow) resize(size + STEP)
    else if (event.key === shrink) resize(size - STEP)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule cannot be moved; this is the window-splitter pattern.
    <div
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={orientation}
      aria-valuenow={size}
      aria-valuemin={min}
      aria-valuemax={Math.max(min, max)}
      className={styles.splitter}
      onPointerDown={drag}
      onKeyDown={press}
    />
  )
}
