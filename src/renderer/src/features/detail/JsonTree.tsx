import { ChevronDown, ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { isSecretPath, maskedText } from '#shared/mask.ts'
import { Dots } from '../../components/Secret.tsx'
import { plural } from '../../lib/format.ts'
import type { JsonValue } from '../../lib/value-type.ts'
import { useDetail } from '../../stores/context.ts'
import styles from './JsonTree.module.css'

/** Entries of one level that are shown at a time. */
const PAGE = 100

interface JsonTreeProps {
  readonly value: JsonValue
  /** Dots for what may be a secret, by its names or its looks. */
  readonly masked: boolean
}

const NO_NAMES: readonly string[] = []

/** A JSON value as a tree that opens level by level. */
export function JsonTree({ value, masked }: JsonTreeProps) {
  return (
    <div className={styles.tree}>
      <Node value={value} names={NO_NAMES} masked={masked} />
    </div>
  )
}

interface NodeProps extends JsonTreeProps {
  /** That lead to it. */
  readonly names: readonly string[]
}

const isContainer = (value: JsonValue): value is Exclude<JsonValue, null | string | number | boolean> =>
  typeof value === 'object' && value !== null

function Node({ value, names, masked }: NodeProps) {
  const name = names.at(-1) ?? null
  const id = useDetail((state) => state.selected)
  const [open, setOpen] = useState(names.length < 1)
  const [shown, setShown] = useState(PAGE)
  if (!isContainer(value))
    return (
      <div className={styles.leaf}>
        <Name name={name} />
        {masked && value !== null && value !== '' && isSecretPath(names) ? (
          <Dots />
        ) : (
          <span className={styles.value} data-type={value === null ? 'null' : typeof value}>
            {JSON.stringify(
              masked && typeof value === 'string'
                ? maskedText(value, typeof id === 'string' ? id : '')
                : value,
            )}
          </span>
        )}
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
            <Node key={key} names={[...names, key]} value={child} masked={masked} />
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
