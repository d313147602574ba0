import {
  type Ability,
  abilityOfCall,
  aclLine,
  aclPatternLine,
  isLimited,
  keyLimitInWords,
  lackedBy,
  needsOf,
} from '#shared/abilities.ts'
import type { CallName } from '#shared/contract.ts'
import { AppError } from '#shared/errors.ts'
import type { ConnectionStatus } from '#shared/model.ts'
import type { ConnectionManager } from './connection/connection-manager.ts'
import type { Handlers } from './dispatch.ts'

/**
 * The same calls; one that takes a command which this user may not run is refused before anything is sent, so that none
 * is refused halfway. What is known of the permissions is asked anew then, and whenever Redis itself has refused
 * something: they may have changed in the meantime, either way.
 * @param isOpen whether the client is still there once that has been asked: else what it holds would never be let go
 */
export function guardAbilities<Some extends Partial<Handlers>>(
  handlers: Some,
  connection: ConnectionManager,
  isOpen: () => boolean,
): Some {
  const guarded = Object.entries(handlers).map(([name, handler]) => [
    name,
    async (arg: never) => {
      const ability = abilityOfCall(name as CallName, arg)
      // At once where nothing is to be asked: calls of one client begin in the order in which they came.
      if (ability !== null && !isAllowed(connection, ability, prefixOf(arg)))
        await allow(connection, ability, prefixOf(arg))
      if (!isOpen()) throw new AppError('tab_closed', 'This window has gone. Ask again in another one.')
      try {
        return await (handler as (arg: never) => unknown)(arg)
      } catch (error) {
        if (error instanceof AppError && error.code === 'no_permission')
          await connection.lookAtPermissions().catch(() => {})
        throw error
      }
    },
  ])
  return Object.fromEntries(guarded) as unknown as Some
}

/** As far as it is known. */
function isAllowed(connection: ConnectionManager, ability: Ability, prefix: string | null): boolean {
  const { status } = connection
  if (status.state !== 'connected') return true
  return (prefix === null || connection.knowsKeyLimit(prefix)) && refusal(status, ability, prefix) === null
}

/** @throws AppError `no_permission` */
async function allow(connection: ConnectionManager, ability: Ability, prefix: string | null): Promise<void> {
  if (connection.status.state !== 'connected') return
  if (prefix !== null) await connection.keyLimit(prefix)
  if (refusal(connection.status, ability, prefix) === null) return
  const refused = refusal(await connection.lookAtPermissions(), ability, prefix)
  if (refused !== null) throw refused
}

function refusal(status: ConnectionStatus, ability: Ability, prefix: string | null): AppError | null {
  if (status.state !== 'connected') return null
  const { username } = status.target
  const lacks = lackedBy(ability, status.missing)
  if (lacks.length > 0) {
    return new AppError(
      'no_permission',
      `This Redis user may not run ${lacks.join(', ')}, which it takes to ${needsOf(ability).words}. Nothing was sent. Allow it (${aclLine(username, lacks)}) or connect as a user who may.`,
      { command: lacks[0], ability },
    )
  }
  const limit = status.keyLimits.find((each) => each.prefix === prefix)
  return limit !== undefined && isLimited(limit, ability)
    ? new AppError(
        'no_permission',
        `${keyLimitInWords(limit)} Allow them (${aclPatternLine(username, '~', limit.pattern)}), connect as a user who may, or choose another prefix.`,
        { limit },
      )
    : null
}

/** The prefix whose keys a call is about; null where it names none. */
const prefixOf = (arg: unknown): string | null =>
  typeof arg === 'object' && arg !== null && 'prefix' in arg && typeof arg.prefix === 'string'
    ? arg.prefix
    : null
