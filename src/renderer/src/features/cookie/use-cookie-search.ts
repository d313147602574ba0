import { useCallback, useRef, useState } from 'react'
import type { CookieReport } from '#shared/cookies.ts'
import { type Failure, toFailure } from '../../lib/failure.ts'
import { useApp } from '../../stores/context.ts'

/** What came of the last search: neither of the two before the first. */
export interface CookieAnswer {
  readonly report: CookieReport | null
  readonly failure: Failure | null
}

/** Searches for the sessions of cookies, the latest one counting. */
export function useCookieSearch() {
  const { cookie } = useApp()
  const [searching, setSearching] = useState(false)
  const [answer, setAnswer] = useState<CookieAnswer>({ report: null, failure: null })
  /** Rises with each search: an older answer says nothing then. */
  const generation = useRef(0)
  const find = useCallback(
    async (text: string, secrets: readonly string[]) => {
      if (text.trim() === '') return
      generation.current += 1
      const asked = generation.current
      setSearching(true)
      const found = await cookie
        .find(text, secrets)
        .then((report): CookieAnswer => ({ report, failure: null }))
        .catch((error: unknown): CookieAnswer => ({ report: null, failure: toFailure(error) }))
      if (asked !== generation.current) return
      setSearching(false)
      setAnswer(found)
    },
    [cookie],
  )
  return { find, searching, answer }
}
