import { useEffect, useMemo, useState } from 'react'
import { debounce } from '../../lib/debounce.ts'
import { formatCount } from '../../lib/format.ts'
import { useApp, useList } from '../../stores/context.ts'
import styles from './Boxes.module.css'

const PAUSE_MILLISECONDS = 350

/** The prefix, taken literally whatever characters it has, and how many keys are known under it. */
export function PrefixBox() {
  const app = useApp()
  const prefix = useList((state) => state.prefix)
  const total = useList((state) => state.progress?.total ?? null)
  const [text, setText] = useState(prefix)
  const apply = useMemo(() => debounce(PAUSE_MILLISECONDS, app.setPrefix), [app])
  useEffect(() => setText(prefix), [prefix])
  useEffect(() => apply.cancel, [apply])
  return (
    <div className={styles.box} data-part="prefix">
      <label htmlFor="prefix" className={styles.label}>
        Prefix
      </label>
      <input
        id="prefix"
        className={styles.input}
        value={text}
        title={text}
        placeholder="every key"
        maxLength={512}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => {
          setText(event.target.value)
          apply.push(event.target.value)
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') apply.flush(text)
          if (event.key === 'Escape') {
            apply.cancel()
            setText(prefix)
          }
        }}
      />
      <span className={styles.count} title="Keys known under this prefix">
        {total === null ? '' : formatCount(total)}
      </span>
    </div>
  )
}
