import {
  type Ability,
  isLimited,
  type KeyLimit,
  keyLimitInWords,
  lackedBy,
  needsOf,
} from '#shared/abilities.ts'
import type { ConnectionState } from './connection.ts'

type Connection = Pick<ConnectionState, 'status' | 'hostLostSince'>

/**
 * Why something cannot be done at the moment, in words for a tooltip; null when it can.
 * @param prefix whose keys it is about; null for none in particular
 */
export function whyNot(
  { status, hostLostSince }: Connection,
  ability: Ability,
  prefix: string | null = null,
): string | null {
  const needs = needsOf(ability)
  const what = needs.changes === undefined ? 'read' : 'changed'
  if (hostLostSince !== null) return `The inspector’s host cannot be reached, so nothing can be ${what} now.`
  if (status?.state === 'lost') return `The connection to Redis is lost, so nothing can be ${what} now.`
  if (status?.state !== 'connected') return 'Connect to a Redis first.'
  if (status.notReady !== null)
    return status.notReady.kind === 'loading'
      ? `Redis is loading its data, so nothing can be ${what} now.`
      : `Redis is busy with a long script, so nothing can be ${what} now.`
  if (!status.server.writable && needs.changes !== undefined)
    return 'This server is a replica, which takes no writes. Connect to its master to change something.'
  if (status.readOnly && needs.changes !== undefined)
    return 'This connection is read-only. Its menu in the bar switches that off.'
  const lacks = lackedBy(ability, status.missing)
  if (lacks.length > 0)
    return `This Redis user may not run ${lacks.join(', ')}. The menu of the connection says how to allow it.`
  const limit = status.keyLimits.find((each) => each.prefix === prefix)
  return limit !== undefined && isLimited(limit, ability) ? keyLimitInWords(limit) : null
}

/** What this user may not do with the keys under a prefix. */
export const keyLimitOf = ({ status }: Pick<ConnectionState, 'status'>, prefix: string): KeyLimit | null =>
  status?.state === 'connected' ? (status.keyLimits.find((each) => each.prefix === prefix) ?? null) : null

/** Why the rows on the screen are not true any more; null while they are. */
export const whyStale = (connection: Connection): string | null => whyNot(connection, 'list')
