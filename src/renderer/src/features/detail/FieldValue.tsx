import { useState } from 'react'
import type { Bytes } from '#shared/bytes.ts'
import { LIMITS, type ShownValue } from '#shared/model.ts'
import { Button } from '../../components/Button.tsx'
import { type Reveal, Secret } from '../../components/Secret.tsx'
import { toHexLines, toLine } from '../../lib/bytes-view.ts'
import { formatBytes, formatInstant } from '../../lib/format.ts'
import type { SecretValue } from '../../lib/secret-value.ts'
import type { TypedValue } from '../../lib/value-type.ts'
import { useApp, useBlock } from '../../stores/context.ts'
import styles from './FieldTable.module.css'
import { JsonTree } from './JsonTree.tsx'

interface FieldValueProps {
  /** The field's name; null for a string. */
  readonly field: Bytes | null
  readonly shown: ShownValue
  readonly typed: TypedValue
  /** The whole of a value that travels cut has been read. */
  readonly loaded: boolean
  /** What of it is not to be seen, for as long as it is hidden. */
  readonly secret: SecretValue
  readonly reveal: Reveal
}

/** Characters and lines that are shown before "Show all". */
const SHORT = { characters: 400, lines: 8 } as const
const HEX_OCTETS = 512

export function FieldValue({ field, shown, typed, loaded, secret, reveal }: FieldValueProps) {
  const { detail } = useApp()
  const blocked = useBlock(field === null ? 'readStrings' : 'readLongFields')
  const [reading, setReading] = useState(false)
  const readAll = async () => {
    setReading(true)
    await detail.readWhole(field)
    setReading(false)
  }
  const masked = reveal.hidden && secret.kind === 'parts' ? secret.masked : null
  const whole = (
    <>
      {/* What was cut and now is whole begins anew: opened. */}
      <Typed
        key={`${loaded} ${masked !== null}`}
        typed={typed}
        masked={masked}
        size={shown.size}
        open={loaded}
        cut={shown.cut && !loaded}
      />
      {!shown.cut || loaded ? null : field === null && shown.size > LIMITS.valueBytes ? (
        <p className={styles.muted}>
          The beginning of {formatBytes(shown.size)}. Read the whole with the redis-cli line on the other tab.
        </p>
      ) : (
        <Button small kind="quiet" busy={reading} blocked={blocked} className={styles.more} onClick={readAll}>
          Show all {formatBytes(shown.size)}
        </Button>
      )}
    </>
  )
  const what = field === null ? 'the value' : `the value of ${toLine(field)}`
  return (
    <Secret reveal={reveal} what={what} {...(secret.kind === 'parts' ? { instead: whole } : {})}>
      {whole}
    </Secret>
  )
}

interface TypedProps {
  readonly typed: TypedValue
  /** The text with dots for what is not to be seen of it; null where all of it is. */
  readonly masked: string | null
  readonly size: number
  readonly open: boolean
  /** More of it is in Redis than is here. */
  readonly cut: boolean
}

function Typed({ typed, masked, size, open, cut }: TypedProps) {
  switch (typed.type) {
    case 'empty':
      return <span className={styles.muted}>empty</span>
    case 'binary':
      return <Binary base64={typed.base64} size={size} />
    case 'json':
      return <Json text={masked ?? typed.text} json={typed.json} masked={masked !== null} open={open} />
    case 'timestamp':
      return (
        <span className={styles.scalar} title={typed.text}>
          {typed.text}
          <span className={styles.reading}>{formatInstant(typed.epoch)} here</span>
        </span>
      )
    case 'text':
      return <LongText text={masked ?? typed.text} open={open} cut={cut} />
    default:
      return (
        <span className={styles.scalar} data-type={typed.type}>
          {typed.text}
        </span>
      )
  }
}

interface LongTextProps {
  readonly text: string
  readonly open: boolean
  readonly cut: boolean
}

/** Text that begins short; a cut one is opened by reading the rest of it. */
function LongText({ text, open, cut }: LongTextProps) {
  const [all, setAll] = useState(open)
  const long = text.length > SHORT.characters || text.split('\n', SHORT.lines + 1).length > SHORT.lines
  const whole = !long || (all && !cut)
  const shown = whole ? text : text.slice(0, SHORT.characters).split('\n').slice(0, SHORT.lines).join('\n')
  return (
    <>
      <pre
        className={styles.text}
        data-long={(long && whole) || undefined}
        tabIndex={long && whole ? 0 : undefined}
      >
        {shown}
        {whole ? '' : '…'}
      </pre>
      {long && !cut ? (
        <Button small kind="quiet" className={styles.more} onClick={() => setAll(!all)}>
          {all ? 'Show less' : `Show all ${formatBytes(new TextEncoder().encode(text).length)}`}
        </Button>
      ) : null}
    </>
  )
}

function Json({
  text,
  json,
  masked,
  open,
}: {
  readonly text: string
  readonly masked: boolean
  readonly json: Extract<TypedValue, { type: 'json' }>['json']
  readonly open: boolean
}) {
  const [raw, setRaw] = useState(false)
  return (
    <div className={styles.json}>
      {raw ? <LongText text={text} open={open} cut={false} /> : <JsonTree value={json} masked={masked} />}
      <Button small kind="quiet" className={styles.more} aria-pressed={raw} onClick={() => setRaw(!raw)}>
        {raw ? 'As a tree' : 'Raw'}
      </Button>
    </div>
  )
}

function Binary({ base64, size }: { readonly base64: string; readonly size: number }) {
  const [asBase64, setAsBase64] = useState(false)
  return (
    <div>
      {asBase64 ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        <pre className={styles.text} data-long tabIndex={0}>
          {base64}
        </pre>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        <pre className={styles.hex} tabIndex={0}>
          {toHexLines({ base64 }, HEX_OCTETS).map((line) => (
            <span key={line.offset} className={styles.hexLine}>
              <span className={styles.muted}>{line.offset}</span> {line.hex.padEnd(23)} {line.text}
              {'\n'}
            </span>
          ))}
        </pre>
      )}
      {!asBase64 && size > HEX_OCTETS ? (
        <p className={styles.muted}>
          The first {HEX_OCTETS} of {size} bytes.
        </p>
      ) : null}
      <Button small kind="quiet" className={styles.more} onClick={() => setAsBase64(!asBase64)}>
        {asBase64 ? 'As hex' : 'As base64'}
      </Button>
    </div>
  )
}
