import type { Bytes } from '#shared/bytes.ts'
import { RESERVED_FIELDS, type SessionDetail, type SessionRow } from '#shared/model.ts'
import type { Dump, DumpedKey } from './dump.ts'

/** Milliseconds by which two readings of one expiry may differ: each reckons with its own moment of reading. */
const SAME_MOMENT = 1500

const text = (bytes: Bytes | null | undefined): string | null =>
  bytes === null || bytes === undefined ? null : typeof bytes === 'string' ? bytes : bytes.base64

/** What the list shows and a plain client does not find, or finds differently. */
export function differences(rows: readonly SessionRow[], dump: Dump): string[] {
  const found: string[] = []
  const left = new Map(Object.entries(dump))
  for (const row of rows) {
    const id = text(row.id) ?? ''
    const key = left.get(id)
    left.delete(id)
    if (key === undefined) {
      found.push(`${id} is shown and is not there`)
      continue
    }
    const shown = {
      state: row.state,
      username: text(row.cells[0]),
      views: text(row.cells[1]),
      ttl: row.configuredTtl,
    }
    const there = {
      state: isWhole(key) ? 'session' : 'incomplete',
      username: key.fields.username ?? null,
      views: key.fields.page_views ?? null,
      ttl: Number(key.fields.session_ttl),
    }
    if (JSON.stringify(shown) !== JSON.stringify(there)) {
      found.push(`${id} is shown as ${JSON.stringify(shown)} and is ${JSON.stringify(there)}`)
    } else if (!sameMoment(row.expiresAt, key.expiresAt)) {
      found.push(`${id} is shown to end at ${row.expiresAt} and ends at ${key.expiresAt}`)
    }
  }
  for (const id of left.keys()) found.push(`${id} is there and is not shown`)
  return found
}

/** The same of one session that is open. */
export function detailDifference(
  id: string,
  detail: SessionDetail | null,
  key: DumpedKey | undefined,
): string | null {
  if (detail === null || key === undefined) {
    return detail === null && key === undefined
      ? null
      : `${id}: open is ${detail === null ? 'nothing' : 'a session'}`
  }
  const shown = Object.fromEntries(detail.fields.map(({ name, value }) => [text(name), text(value)]))
  const names = [...new Set([...Object.keys(shown), ...Object.keys(key.fields)])]
  const different = names.find((name) => shown[name] !== key.fields[name])
  if (different !== undefined) {
    return `${id}: ${different} is shown as ${shown[different]} and is ${key.fields[different]}`
  }
  return sameMoment(detail.expiresAt, key.expiresAt) ? null : `${id}: is shown to end at ${detail.expiresAt}`
}

/** Keys under the prefix that are no whole session with an end: what an interrupted operation would leave. */
export const zombies = (dump: Dump): string[] =>
  Object.entries(dump)
    .filter(([, key]) => !isWhole(key) || key.expiresAt === null)
    .map(([id]) => id)

const isWhole = ({ type, fields }: DumpedKey): boolean =>
  type === 'hash' && RESERVED_FIELDS.every((name) => fields[name] !== undefined)

const sameMoment = (a: number | null, b: number | null): boolean =>
  a === null || b === null ? a === b : Math.abs(a - b) <= SAME_MOMENT
