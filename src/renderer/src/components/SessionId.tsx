import type { Bytes } from '#shared/bytes.ts'
import { MiddleEllipsis } from '../features/list/MiddleEllipsis.tsx'
import { idInWords, keyInWords } from '../lib/privacy-words.ts'
import { useViewOf } from '../stores/context.ts'
import styles from './Secret.module.css'

interface SessionIdProps {
  readonly id: Bytes
  /** Somebody has asked to see this one. */
  readonly revealed?: boolean
  /** The whole of it is the tooltip, where it is shown. @default true */
  readonly tip?: boolean
}

/** A session's id, as much of it as is to be seen. */
export function SessionId({ id, revealed = false, tip = true }: SessionIdProps) {
  const view = useViewOf(revealed)
  const text = idInWords(id, view)
  return view.mode === 'shown' ? (
    <MiddleEllipsis text={text} tip={tip} />
  ) : (
    <span className={styles.masked}>{text}</span>
  )
}

interface SessionKeyProps {
  /** A key of Redis, with its prefix. */
  readonly name: Bytes
  readonly prefixes: readonly string[]
  readonly revealed?: boolean
}

/** A key, with the id in it as {@link SessionId} shows it. */
export function SessionKey({ name, prefixes, revealed = false }: SessionKeyProps) {
  const view = useViewOf(revealed)
  const text = keyInWords(name, prefixes, view)
  return <MiddleEllipsis text={text} tip={view.mode === 'shown'} />
}
