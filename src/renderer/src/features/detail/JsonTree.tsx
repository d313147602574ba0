import { ChevronDown, ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { plural } from '../../lib/format.ts'
import type { JsonValue } from '../../lib/value-type.ts'
import styles from './JsonTree.module.css'

/** Entries of one level that are shown at a time. */
const PAGE = 100

/** A JSON value as a tree that opens level by level. */
export function JsonTree({ value }: { readonly value: JsonValue }) {
  return (
    <div className={styles.tree}>
      <Node value={value} name={null} depth={0} />
    </div>
  )
}

interface NodeProps {
  readonly value: JsonValue
  readonly name: string | null
  readonly depth: number
}

const isContainer = (value: JsonValue): value is Exclude<JsonValue, null | string | number | boolean> =>
  typeof value === 'object' && value !== null

function Node({ value, name, depth }: NodeProps) {
  const [open, setOpen] = useState(depth < 1)
  const [shown, setShown] = useState(PAGE)
  if (!isContainer(value))
    return (
      <div className={styles.leaf}>
        <Name name={name} />
        <span className={styles.value} data-type={value === null ? 'null' : typeof value}>
          {JSON.stringify(value)}
        </span>
      </div>
    )
  const entries: readonly (readonly [string, JsonValue])[] = Object.entries(value)
  const isArray = Array.isArray(value)
  const size = isArray ? plural(entries.length, 'item') : plural(entries.length, 'key')
  const Chevron = open ? ChevronDown : ChevronRight
  return (
    <div>
      <button type="button" className={styles.toggle} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Chevron size={12} aria-hidden />
        <Name name={name} />
        <span className={styles.size}>{isArray ? `[ ${size} ]` : `{ ${size} }`}</span>
      </button>
      {open ? (
        <div className={styles.children}>
          {entries.slice(0, shown).map(([key, child]) => (
            <Node key={key} name={key} value={child} depth={depth + 1} />
          ))}
          {entries.length > shown ? (
            <button type="button" className={styles.toggle} onClick={() => setShown(shown + PAGE)}>
              <span className={styles.size}>
                {plural(entries.length - shown, 'more entry', 'more entries')}…
              </span>
            </button>
          ) : null}
        </div>
      ) : null}
    </div>
  )
}

function Name({ name }: { readonly name: string | null }) {
  return name === null ? null : <span className={styles.key}>{name}: </span>
}
