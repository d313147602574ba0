import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useEffect, useRef } from 'react'
import { barHeights, EXPIRY_BARS, type Expiries } from '../../lib/expiries.ts'
import { useSettings } from '../../stores/context.ts'
import styles from './ExpiryChart.module.css'

/** The bars alone, on a canvas. Loaded when the first list is shown, so that the start does not wait for uPlot. */
export default function ExpiryBars({ expiries }: { readonly expiries: Expiries }) {
  const theme = useSettings((state) => state.theme)
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const data = useRef<uPlot.AlignedData>([[], [], []])

  useEffect(() => {
    const element = host.current
    if (element === null) return
    plot.current = createPlot(element, data.current)
    const redraw = () => plot.current?.redraw(false)
    const observer = new ResizeObserver(() => plot.current?.setSize(sizeOf(element)))
    const scheme = window.matchMedia('(prefers-color-scheme: dark)')
    observer.observe(element)
    scheme.addEventListener('change', redraw)
    return () => {
      observer.disconnect()
      scheme.removeEventListener('change', redraw)
      plot.current?.destroy()
      plot.current = null
    }
  }, [])
  useEffect(() => {
    const { all, matched } = barHeights(expiries)
    data.current = [all.map((_, bar) => bar), all, matched]
    plot.current?.setData(data.current)
  }, [expiries])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a theme chosen by hand brings other colours.
  useEffect(() => plot.current?.redraw(false), [theme])
  return <div ref={host} className={styles.bars} aria-hidden />
}

const sizeOf = (element: Element) => ({ width: element.clientWidth, height: element.clientHeight })

function createPlot(element: HTMLElement, data: uPlot.AlignedData): uPlot {
  // A canvas knows no custom properties: the style sheet gives the colours as the element's own fill and stroke.
  const colour = (role: 'fill' | 'stroke') => () => getComputedStyle(element)[role]
  const bars = (role: 'fill' | 'stroke'): uPlot.Series => {
    const paths = uPlot.paths.bars?.({ align: 1, size: [1, Number.POSITIVE_INFINITY], gap: 1 })
    return {
      fill: colour(role),
      width: 0,
      points: { show: false },
      ...(paths === undefined ? {} : { paths }),
    }
  }
  return new uPlot(
    {
      ...sizeOf(element),
      padding: [0, 0, 0, 0],
      cursor: { show: false },
      legend: { show: false },
      axes: [{ show: false }, { show: false }],
      scales: { x: { time: false, range: [0, EXPIRY_BARS] }, y: { range: [0, 1] } },
      series: [{}, bars('fill'), bars('stroke')],
    },
    data,
    element,
  )
}
