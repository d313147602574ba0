import { Search, X } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { Kbd } from '../../components/Kbd.tsx'
import { debounce } from '../../lib/debounce.ts'
import { focusGrid } from '../../lib/focus.ts'
import { useApp, useList } from '../../stores/context.ts'
import styles from './Boxes.module.css'

const PAUSE_MILLISECONDS = 120

/** Words that must occur in the id or a shown field; `field:word` looks in that field alone. */
export function FilterBox() {
  const { list } = useApp()
  const filter = useList((state) => state.filter)
  const [text, setText] = useState(filter)
  const input = useRef<HTMLInputElement>(null)
  const apply = useMemo(() => debounce(PAUSE_MILLISECONDS, list.setFilter), [list])
  useEffect(() => setText(filter), [filter])
  useEffect(() => apply.cancel, [apply])
  const clear = () => {
    setText('')
    apply.flush('')
  }
  return (
    <div className={styles.box} data-part="filter">
      <Search size={14} aria-hidden className={styles.icon} />
      <input
        ref={input}
        id="filter"
        className={styles.input}
        value={text}
        aria-label="Filter"
        aria-describedby="filter-hint"
        placeholder="Filter: ada, or field:word"
        maxLength={1000}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => {
          setText(event.target.value)
          apply.push(event.target.value)
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') apply.flush(text)
          if (event.key === 'ArrowDown') {
            event.preventDefault()
            apply.flush(text)
            focusGrid()
          }
          if (event.key === 'Escape') {
            event.stopPropagation()
            if (text === '') focusGrid()
            else clear()
          }
        }}
      />
      <span id="filter-hint" className="visually-hidden">
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
            clear()
            input.current?.focus()
          }}
        >
          <X size={14} aria-hidden />
        </button>
      )}
    </div>
  )
}
