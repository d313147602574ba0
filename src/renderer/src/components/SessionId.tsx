import type { Bytes } from '#shared/bytes.ts'
import { toLine } from '../lib/bytes-view.ts'

/** A session's id, on one line. */
export function SessionId({ id }: { readonly id: Bytes }) {
  return <code>{toLine(id)}</code>
}
