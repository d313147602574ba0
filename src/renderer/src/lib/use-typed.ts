import { useEffect, useMemo, useState } from 'react'
import { debounce } from './debounce.ts'

const PAUSE_MILLISECONDS = 120

/**
 * The text of an input that is applied when one pauses, and follows what is applied elsewhere.
 * @param apply the same function each time
 */
export function useTyped(applied: string, apply: (text: string) => void) {
  const [text, setText] = useState(applied)
  const waiting = useMemo(() => debounce(PAUSE_MILLISECONDS, apply), [apply])
  useEffect(() => setText(applied), [applied])
  useEffect(() => waiting.cancel, [waiting])
  const change = (next: string, how: 'push' | 'flush') => {
    setText(next)
    waiting[how](next)
  }
  return { text, change }
}
