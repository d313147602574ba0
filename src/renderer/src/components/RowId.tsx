import type { Bytes } from '#shared/bytes.ts'
import styles from './Secret.module.css'
import { type Reveal, RevealButton, useReveal } from './Secret.tsx'
import { SessionId } from './SessionId.tsx'

interface RowIdProps {
  readonly id: Bytes
  readonly reveal: Reveal
  /** The keyboard is at its row. */
  readonly active: boolean
}

/** A session's id in a row of a list, with its eye: from the keyboard by `v`, or by Tab from the list. */
export const RowId = ({ id, reveal, active }: RowIdProps) => (
  <span className={styles.rowId}>
    <SessionId id={id} revealed={!reveal.hidden} />
    <RevealButton reveal={reveal} what="session id" tabIndex={active ? 0 : -1} />
  </span>
)

/** A session's id with an eye of its own, where it stands in no row that has the keyboard. */
export const SecretId = ({ id }: { readonly id: Bytes }) => <RowId id={id} reveal={useReveal(true)} active />
