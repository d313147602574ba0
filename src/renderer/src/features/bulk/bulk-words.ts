import type { BulkAction, BulkCounts, BulkOutcome, FrozenList } from '#shared/bulk.ts'
import { toLine } from '../../lib/bytes-view.ts'
import { formatCount, plural } from '../../lib/format.ts'
import type { BulkIntent } from '../../stores/bulk.ts'

/** Why keys were left alone, in words that go after a number; those that were done come first, under `done`. */
export const OUTCOME_WORDS: Readonly<Record<BulkOutcome, string>> = {
  done: 'done',
  changed: 'changed since the list was made',
  gone: 'gone already: expired, or deleted elsewhere',
  not_a_session: 'no session any more',
  left_out: 'left out: no session',
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

/** "Deleted 1,200 of 1,204 sessions" */
export function resultOf(kind: BulkAction['kind'], counts: BulkCounts, total: number): string {
  const of = counts.done === total ? '' : ` of ${formatCount(total)}`
  const noun = total === 1 ? 'session' : 'sessions'
  return kind === 'delete'
    ? `Deleted ${formatCount(counts.done)}${of} ${noun}`
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

/** What a library keeps beside its sessions stays; single deletions take it along. */
export const relatedInWords = (sessions: number): string =>
  `${plural(sessions, 'session')} of these may have related keys (Spring Session’s markers and indexes, Auth.js’s pointers). Those stay. To take them along, delete such a session by itself.`

/** "2 incomplete, 1 of another type; 2 of them are sessions of other libraries"; empty where all are sessions of ours. */
export function othersInWords({ states, libraries: { sessions } }: FrozenList): string {
  const kinds = [
    states.incomplete > 0 ? `${formatCount(states.incomplete)} incomplete` : '',
    states.foreign > 0 ? `${formatCount(states.foreign)} of another type` : '',
  ]
  const known =
    sessions === 0
      ? ''
      : `; ${formatCount(sessions)} of them ${sessions === 1 ? 'is a session' : 'are sessions'} of other libraries`
  return kinds.filter(Boolean).join(', ') + known
}
