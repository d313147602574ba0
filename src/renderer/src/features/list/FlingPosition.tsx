import { type RefObject, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import { paintText } from '../../components/Ticking.tsx'
import { createFling } from '../../lib/fling.ts'
import { formatCount } from '../../lib/format.ts'
import styles from './SessionGrid.module.css'

type Scroller = RefObject<HTMLDivElement | null>

/** Whether the list scrolls past too fast to be read. */
export function useFlinging(scroller: Scroller): boolean {
  const [fling] = useState(createFling)
  useLayoutEffect(() => {
    const element = scroller.current
    const listen = ({ timeStamp }: Event) => {
      if (element !== null) fling.moved(element.scrollTop, element.clientHeight, timeStamp)
    }
    // Before the virtualiser hears of it, which renders rows at once.
    element?.addEventListener('scroll', listen, { capture: true, passive: true })
    return () => element?.removeEventListener('scroll', listen, { capture: true })
  }, [fling, scroller])
  return useSyncExternalStore(fling.subscribe, fling.flinging)
}

/** Where one is while rows fly past unread: beside the bar that one drags, painted without rendering anything. */
export function FlingPosition({
  scroller,
  count,
  rowHeight,
}: {
  readonly scroller: Scroller
  readonly count: number
  readonly rowHeight: number
}) {
  const position = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const element = scroller.current
    const paint = () => {
      if (element === null || position.current === null) return
      const first = Math.min(count, Math.floor(element.scrollTop / rowHeight) + 1)
      paintText(position.current, `${formatCount(first)} of ${formatCount(count)}`)
    }
    paint()
    element?.addEventListener('scroll', paint, { passive: true })
    return () => element?.removeEventListener('scroll', paint)
  }, [scroller, count, rowHeight])
  return <div ref={position} className={styles.position} aria-hidden />
}
