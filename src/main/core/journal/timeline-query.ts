import type { Bytes } from '#shared/bytes.ts'
import type { TimelineAuthor, TimelineEntry, TimelineKind } from '#shared/timeline.ts'
import { fromBinary, fromBytes, toBinary, toBytes } from '../bytes.ts'
import type { KeptEntry } from './entry-ring.ts'
import type { Timeline } from './timeline.ts'

export interface TimelineQuery {
  /** One session; all of the prefix where it is left out. */
  readonly id?: Bytes | undefined
  /** Only entries with numbers above, and below. */
  readonly after?: number | undefined
  readonly before?: number | undefined
  readonly limit: number
  readonly kinds?: readonly TimelineKind[] | undefined
  readonly by?: readonly TimelineAuthor[] | undefined
  /** What the user's name or the id must contain, in any case of letters. */
  readonly text?: string | undefined
}

/** The newest entries that match, and how many match in all. */
export function findEntries(
  timeline: Timeline,
  { id, after = 0, before = Number.POSITIVE_INFINITY, limit, kinds, by, text }: TimelineQuery,
): { readonly entries: readonly KeptEntry[]; readonly matched: number } {
  const wantedKinds = kinds === undefined ? null : new Set(kinds)
  const authors = by === undefined ? null : new Set<TimelineAuthor | null>(by)
  const needle = text?.trim().toLowerCase() ?? ''
  const entries: KeptEntry[] = []
  let matched = 0
  for (const entry of timeline.entries(id === undefined ? null : toBinary(fromBytes(id)))) {
    if (entry.number >= before) continue
    if (entry.number <= after) break
    if (wantedKinds !== null && !wantedKinds.has(entry.change.kind)) continue
    if (authors !== null && !authors.has(entry.by)) continue
    if (needle !== '' && !mentions(entry, needle)) continue
    matched += 1
    if (entries.length < limit) entries.push(entry)
  }
  return { entries, matched }
}

function mentions({ key, user }: KeptEntry, needle: string): boolean {
  if (user?.toLowerCase().includes(needle)) return true
  return key !== null && fromBinary(key).toString('utf8').toLowerCase().includes(needle)
}

export function toEntry({ key, bytes: _, ...entry }: KeptEntry): TimelineEntry {
  return { ...entry, id: key === null ? null : toBytes(fromBinary(key)) }
}
