import { type ComponentProps, useLayoutEffect, useRef } from 'react'
import { useApp } from '../stores/context.ts'

interface TickingProps extends ComponentProps<'span'> {
  /** Writes what belongs to this moment into the element. */
  readonly paint: (element: HTMLSpanElement, now: number) => void
}

/**
 * An element that the clock writes into, past React: a second that passes over a thousand rows renders none of them.
 */
export function Ticking({ paint, ...span }: TickingProps) {
  const { clock } = useApp()
  const element = useRef<HTMLSpanElement>(null)
  useLayoutEffect(() => {
    const tick = (now: number) => {
      if (element.current !== null) paint(element.current, now)
    }
    tick(clock.now())
    return clock.subscribe(tick)
  }, [clock, paint])
  return <span ref={element} {...span} />
}

/** Writes text only where it has changed: an untouched text node costs no layout. */
export function paintText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}
