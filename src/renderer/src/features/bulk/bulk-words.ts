import type { BulkAction, BulkCounts, BulkOutcome, BulkRelated, FrozenList } from '#shared/bulk.ts'
import { toLine } from '../../lib/bytes-view.ts'
import { formatCount, plural } from '../../lib/format.ts'
import type { BulkIntent } from '../../stores/bulk.ts'

/** Why keys were left alone, in words that go after a number; those that were done come first, under `done`. */
export const OUTCOME_WORDS: Readonly<Record<BulkOutcome, string>> = {
  done: 'done',
  changed: 'changed since the list was made',
  gone: 'gone already: expired, or deleted elsewhere',
  not_a_session: 'no session any more',
  left_out: 'left out, as was chosen',
  unknown: 'not known: the connection was lost before Redis answered',
  not_reached: 'not reached',
}

export const actionOf = (intent: BulkIntent): BulkAction['kind'] =>
  intent.kind === 'setTtl' ? 'setTtl' : 'delete'

/** @param count keys that it is about */
export function titleOf(intent: BulkIntent, count: number): string {
  const sessions = plural(count, 'session')
  if (intent.kind === 'logOut') return `Log ${toLine(intent.user)} out everywhere: ${sessions}?`
  return intent.kind === 'delete' ? `Delete ${sessions}?` : `Change the TTL of ${sessions}`
}

/** What the button says. */
export function buttonOf(intent: BulkIntent, count: number): string {
  const sessions = plural(count, 'session')
  if (intent.kind === 'logOut') return `Log out of ${sessions}`
  return intent.kind === 'delete' ? `Delete ${sessions}` : `Set the TTL of ${sessions}`
}

/** "Deleted 1,200 of 1,204 sessions and 3,600 related keys" */
export function resultOf(
  kind: BulkAction['kind'],
  counts: BulkCounts,
  total: number,
  related: BulkRelated | null,
): string {
  const taken = related?.taken ?? 0
  const withThem = taken === 0 ? '' : ` and ${plural(taken, 'related key')}`
  const of = counts.done === total ? '' : ` of ${formatCount(total)}`
  const noun = total === 1 ? 'session' : 'sessions'
  return kind === 'delete'
    ? `Deleted ${formatCount(counts.done)}${of} ${noun}${withThem}`
    : `Set the TTL of ${formatCount(counts.done)}${of} ${noun}`
}

/** "ada 12, grace 3 and 40 more; 5 without a user" */
export function usersInWords({ users: { count, anonymous, top } }: FrozenList): string {
  const named = top.map(({ user, keys }) =>
    keys === 1 ? toLine(user) : `${toLine(user)} ${formatCount(keys)}`,
  )
  const more = count > top.length ? ` and ${formatCount(count - top.length)} more` : ''
  const without = anonymous > 0 ? `${formatCount(anonymous)} without a user` : ''
  return [count === 0 ? '' : `${named.join(', ')}${more}`, without].filter(Boolean).join('; ')
}

/** After "Together with". @param sessions beside which there may be some */
export const relatedOfMany = (sessions: number): string =>
  `the related keys of ${plural(sessions, 'session')}, each in one step with its session`

/** What becomes of what libraries keep beside sessions. @param along they are to go, too */
export function relatedInWords(along: boolean, isCluster: boolean): string {
  if (!along) return 'Spring Session’s markers and indexes and Auth.js’s pointers stay.'
  const words =
    'Spring Session’s markers are deleted. The sessions are taken out of its indexes; the others stay. Auth.js’s pointer is deleted while it points to one of the sessions.'
  return isCluster ? `${words} What lies in another slot of the cluster stays.` : words
}

/** How many related keys stayed, and why. */
export function stayedInWords({ otherSlot, elsewhere, untold }: BulkRelated): readonly string[] {
  const [they, lie] = otherSlot === 1 ? ['It', 'lies'] : ['They', 'lie']
  return [
    otherSlot === 0
      ? ''
      : `${plural(otherSlot, 'related key')} stayed. ${they} ${lie} in another slot of the cluster, where one step cannot reach both.`,
    elsewhere === 0
      ? ''
      : `${plural(elsewhere, 'pointer')} stayed, since ${elsewhere === 1 ? 'it points to another session' : 'they point to other sessions'}.`,
    untold === 0
      ? ''
      : `${plural(untold, 'session')} could not be decoded. Whether ${untold === 1 ? 'its library keeps' : 'their libraries keep'} further keys for ${untold === 1 ? 'it' : 'them'} cannot be told, so they stayed.`,
  ].filter(Boolean)
}

/**
 * "4 sessions of other libraries and 3 keys that are no sessions (2 incomplete, 1 of another type)"; empty where all are
 * sessions of ours.
 */
export function othersInWords({ states, libraries: { sessions } }: FrozenList): string {
  const kinds = [
    states.incomplete > 0 ? `${formatCount(states.incomplete)} incomplete` : '',
    states.foreign > 0 ? `${formatCount(states.foreign)} of another type` : '',
  ].filter(Boolean)
  const none = states.incomplete + states.foreign
  return [
    sessions > 0 ? `${plural(sessions, 'session')} of other libraries` : '',
    none > 0
      ? `${plural(none, 'key')} that ${none === 1 ? 'is no session' : 'are no sessions'} (${kinds.join(', ')})`
      : '',
  ]
    .filter(Boolean)
    .join(' and ')
}
