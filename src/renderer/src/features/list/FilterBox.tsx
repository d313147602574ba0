import { Search, X } from 'lucide-react'
import { useEffect, useId, useMemo, useRef, useState } from 'react'
import { parseFilter } from '#shared/filter.ts'
import { LIMITS } from '#shared/model.ts'
import { Kbd } from '../../components/Kbd.tsx'
import { debounce } from '../../lib/debounce.ts'
import { addTerm } from '../../lib/filter-text.ts'
import { FILTER, focusGrid } from '../../lib/focus.ts'
import { looksLikeCookie } from '../../lib/looks-like-cookie.ts'
import { useFollowing } from '../../lib/use-typed.ts'
import { useApp, useList } from '../../stores/context.ts'
import styles from './Boxes.module.css'
import { CookieOffer } from './CookieOffer.tsx'
import { FilterHelp } from './FilterHelp.tsx'
import { FilterMark } from './FilterMark.tsx'

const PAUSE_MILLISECONDS = 120

/** What the list is filtered by. A mistake is marked where it is; until it is mended the last good filter holds. */
export function FilterBox() {
  const { list, findByCookie } = useApp()
  const filter = useList((state) => state.filter)
  const id = useId()
  const [text, setText] = useFollowing(filter)
  /** A cookie that was pasted here: as a filter it would find nothing, and be seen. */
  const [cookie, setCookie] = useState<string | null>(null)
  const input = useRef<HTMLInputElement>(null)
  const apply = useMemo(() => debounce(PAUSE_MILLISECONDS, list.setFilter), [list])
  useEffect(() => apply.cancel, [apply])
  const parsed = useMemo(() => parseFilter(text), [text])
  const problem = parsed.ok ? null : parsed.problem
  const change = (next: string, how: 'push' | 'flush') => {
    setText(next)
    setCookie(null)
    if (parseFilter(next).ok) apply[how](next)
    else apply.cancel()
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it hears where the focus goes, and does nothing else.
    <div
      className={styles.box}
      data-part="filter"
      data-invalid={problem === null ? undefined : ''}
      // The offer covers what is below.
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) setCookie(null)
      }}
    >
      <Search size={14} aria-hidden className={styles.icon} />
      <div className={styles.field}>
        <FilterMark text={text} problem={problem} input={input} />
        <input
          ref={input}
          data-place={FILTER}
          className={styles.input}
          value={text}
          aria-label="Filter"
          aria-invalid={problem !== null}
          aria-describedby={problem === null ? `${id}-hint` : `${id}-problem`}
          placeholder="Filter: ada, ttl<5m, field:word"
          maxLength={LIMITS.filterCharacters}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => change(event.target.value, 'push')}
          onPaste={(event) => {
            const pasted = event.clipboardData.getData('text/plain')
            if (!looksLikeCookie(pasted)) return
            event.preventDefault()
            setCookie(pasted)
          }}
          onKeyDown={(event) => {
            if (cookie !== null && (event.key === 'Enter' || event.key === 'Escape')) {
              event.preventDefault()
              event.stopPropagation()
              if (event.key === 'Enter') findByCookie(cookie)
              setCookie(null)
              return
            }
            if (event.key === 'Enter') change(text, 'flush')
            if (event.key === 'ArrowDown') {
              event.preventDefault()
              change(text, 'flush')
              focusGrid()
            }
            if (event.key === 'Escape') {
              event.stopPropagation()
              if (text === '') focusGrid()
              else change('', 'flush')
            }
          }}
        />
      </div>
      <span id={`${id}-hint`} className="visually-hidden">
        Words match the id and the fields shown as columns; field:word matches one field. Escape clears.
      </span>
      {text === '' ? (
        <Kbd keys="/" />
      ) : (
        <button
          type="button"
          className={styles.clear}
          aria-label="Clear"
          onClick={() => {
            change('', 'flush')
            input.current?.focus()
          }}
        >
          <X size={14} aria-hidden />
        </button>
      )}
      <FilterHelp
        onInsert={(example) => change(problem === null ? addTerm(text, example) : example, 'flush')}
        onClosed={() => input.current?.focus()}
      />
      {cookie === null ? null : (
        <CookieOffer
          onFind={() => {
            findByCookie(cookie)
            setCookie(null)
          }}
          onFilter={() => {
            change(cookie.slice(0, LIMITS.filterCharacters), 'flush')
            input.current?.focus()
          }}
        />
      )}
      {problem === null || cookie !== null ? null : (
        // Anew for each problem: what is half typed is no mistake yet, and it waits before it shows.
        <p key={problem.message} id={`${id}-problem`} role="status" className={styles.problem}>
          {problem.message}{' '}
          <span className={styles.aside}>
            The list still shows {filter.trim() === '' ? 'every session' : <code>{filter}</code>}.
          </span>
        </p>
      )}
    </div>
  )
}
