import type { Bytes } from '#shared/bytes.ts'
import { toLine } from '../lib/bytes-view.ts'

/** The id of a session, on one line. */
export function SessionId({ id }: { readonly id: Bytes }) {
  const text = toLine(id)
  return <span title={text}>{text}</span>
}
