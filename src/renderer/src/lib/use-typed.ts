import { useEffect, useMemo, useState } from 'react'
import { debounce } from './debounce.ts'

const PAUSE_MILLISECONDS = 120

/**
 * A text that is typed into, and follows what is applied elsewhere: at once, since an effect may come after what was
 * typed meanwhile.
 */
export function useFollowing(applied: string): readonly [string, (text: string) => void] {
  const [text, setText] = useState(applied)
  const [followed, setFollowed] = useState(applied)
  if (followed !== applied) {
    setFollowed(applied)
    setText(applied)
  }
  return [text, setText]
}

/**
 * The text of an input that is applied when one pauses, and follows what is applied elsewhere.
 * @param apply the same function each time
 */
export function useTyped(applied: string, apply: (text: string) => void) {
  const [text, setText] = useFollowing(applied)
  const waiting = useMemo(() => debounce(PAUSE_MILLISECONDS, apply), [apply])
  useEffect(() => waiting.cancel, [waiting])
  const change = (next: string, how: 'push' | 'flush') => {
    setText(next)
    waiting[how](next)
  }
  return { text, change }
}
