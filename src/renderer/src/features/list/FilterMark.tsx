import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react'
import type { FilterProblem } from '#shared/model.ts'
import styles from './Boxes.module.css'

interface FilterMarkProps {
  readonly text: string
  readonly problem: FilterProblem | null
  /** The input that this lies behind. */
  readonly input: RefObject<HTMLInputElement | null>
}

/** Underlines what is wrong: the same text behind the input's own, unseen but for the line, and scrolled along. */
export function FilterMark({ text, problem, input }: FilterMarkProps) {
  const line = useRef<HTMLSpanElement>(null)
  const follow = () => {
    if (line.current !== null) line.current.style.translate = `${-(input.current?.scrollLeft ?? 0)}px`
  }
  useLayoutEffect(follow)
  useEffect(() => {
    const element = input.current
    element?.addEventListener('scroll', follow)
    return () => element?.removeEventListener('scroll', follow)
  })
  if (problem === null) return null
  const end = problem.at + problem.length
  return (
    <div className={styles.marks} aria-hidden>
      <span ref={line}>
        {text.slice(0, problem.at)}
        <mark>{text.slice(problem.at, end)}</mark>
        {text.slice(end)}
      </span>
    </div>
  )
}
