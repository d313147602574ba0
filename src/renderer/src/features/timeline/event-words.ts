import {
  CirclePlus,
  Eye,
  EyeOff,
  Hand,
  Hourglass,
  type LucideIcon,
  Minus,
  Pencil,
  Plus,
  RefreshCcwDot,
  Shapes,
  Timer,
  Trash2,
} from 'lucide-react'
import type { Bytes } from '#shared/bytes.ts'
import type { PrivacyView } from '#shared/mask.ts'
import type { Expiry, TimelineAuthor, TimelineChange, TimelineEntry, TimelineKind } from '#shared/timeline.ts'
import { toLine } from '../../lib/bytes-view.ts'
import { formatClock, formatDuration, formatInstant, plural } from '../../lib/format.ts'
import { idInWords } from '../../lib/privacy-words.ts'

export const KINDS: Readonly<
  Record<TimelineKind, { readonly label: string; readonly icon: LucideIcon; readonly tone?: 'calm' | 'red' }>
> = {
  created: { label: 'Created', icon: CirclePlus, tone: 'calm' },
  fieldAdded: { label: 'Field added', icon: Plus },
  fieldChanged: { label: 'Field changed', icon: Pencil },
  fieldRemoved: { label: 'Field removed', icon: Minus },
  touched: { label: 'Touched', icon: Hand },
  ttlChanged: { label: 'TTL changed', icon: Timer },
  typeChanged: { label: 'Type changed', icon: Shapes },
  rotated: { label: 'Rotated', icon: RefreshCcwDot },
  expired: { label: 'Expired', icon: Hourglass, tone: 'red' },
  deleted: { label: 'Deleted', icon: Trash2, tone: 'red' },
  watched: { label: 'Watched', icon: Eye },
  gap: { label: 'Not seen', icon: EyeOff },
}

export const AUTHORS: Readonly<Record<TimelineAuthor, string>> = {
  inspector: 'inspector',
  demo: 'demo server',
  outside: 'outside',
}

/** The server's words that say more than the kind of the event. */
const HEARD: Readonly<Record<string, string>> = {
  evicted: 'evicted: the server needed the memory',
  rename_from: 'renamed to a key that is not of this prefix',
  rename_to: 'renamed from a key that is not of this prefix',
  restore: 'restored from a dump',
  copy_to: 'copied from another key',
  move_from: 'moved to another database',
  move_to: 'moved from another database',
}

/**
 * What happened beside the kind of it, in words; values of fields are shown apart.
 * @param nameOf an id as it is shown
 */
export function eventWords({ change, heard, at }: TimelineEntry, nameOf: (id: Bytes) => string): string {
  const said = heard === null ? null : (HEARD[heard] ?? null)
  return [changeWords(change, at, nameOf), said].filter((words) => words !== null && words !== '').join(' · ')
}

function changeWords(change: TimelineChange, at: number, nameOf: (id: Bytes) => string): string {
  switch (change.kind) {
    case 'created':
      return [
        change.state === 'session' ? '' : 'a key that is no session',
        change.ttl === null ? '' : `TTL ${formatDuration(change.ttl)}`,
        change.expiresAt === null ? 'does not expire' : `until ${formatClock(change.expiresAt)}`,
      ]
        .filter((words) => words !== '')
        .join(', ')
    case 'fieldAdded':
    case 'fieldChanged':
    case 'fieldRemoved':
      if (change.more > 0) return `and ${plural(change.more, 'further field')} at once`
      return change.field === null ? 'of a field that the list does not show' : fieldName(change.field)
    case 'touched':
      return change.expiry === null ? '' : until(change.expiry)
    case 'ttlChanged':
      if (change.ttl !== null) return `${formatDuration(change.ttl.old)} → ${formatDuration(change.ttl.new)}`
      return change.expiry === null ? '' : expiryTurn(change.expiry.old, change.expiry.new)
    case 'typeChanged':
      return `${change.type.old} → ${change.type.new}`
    case 'rotated':
      return change.to === null ? `came from ${nameOf(change.from ?? '')}` : `goes on as ${nameOf(change.to)}`
    case 'expired':
      return isLong(change.expiresAt, at) && change.expiresAt !== null
        ? `its time was over at ${formatInstant(change.expiresAt)}`
        : 'its time was over'
    case 'deleted':
      return change.expiresAt === null ? 'it had no expiry' : `it had ${timeLeft(change.expiresAt, at)} left`
    case 'watched':
      return 'values are kept from here on'
    case 'gap':
      return change.why === 'lost'
        ? `the connection was lost at ${formatInstant(change.from)}; what happened until now was not seen`
        : `nobody looked at this prefix since ${formatInstant(change.from)}`
  }
}

/** How it became known, for a tooltip. */
export function howKnown({ told, since, by, change }: TimelineEntry): string {
  if (change.kind === 'gap' || change.kind === 'watched') return ''
  if (told)
    return by === 'outside' || by === null
      ? 'Told by a notification of the server'
      : 'A write of this inspector'
  return since === null
    ? 'Found by a reading: it happened some time before'
    : `Found by a reading: it happened after ${formatInstant(since)}`
}

export const fieldName = (name: Bytes): string => toLine(name) || '(empty name)'

/** An id as it is shown where there is little room. */
export const shortId = (id: Bytes, view: PrivacyView): string => {
  const text = idInWords(id, view)
  return view.mode === 'shown' && text.length > 9 ? `${text.slice(0, 8)}…` : text
}

const timeLeft = (expiresAt: number, at: number): string =>
  formatDuration(Math.max(0, Math.round((expiresAt - at) / 1000)))

const isLong = (expiresAt: Expiry, at: number): boolean => expiresAt !== null && at - expiresAt > 2000

const until = ({ old, new: now }: { readonly old: Expiry; readonly new: Expiry }): string =>
  now === null
    ? 'it does not expire'
    : old === now
      ? `its expiry stays ${formatClock(now)}`
      : `until ${formatClock(now)}`

function expiryTurn(old: Expiry, now: Expiry): string {
  if (now === null) return `expiry removed, was ${old === null ? 'none' : formatClock(old)}`
  if (old === null) return `expiry set to ${formatClock(now)}`
  return `expiry ${formatClock(old)} → ${formatClock(now)}`
}
