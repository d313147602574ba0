import type { ServerName } from '#shared/transfer.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { toAppError } from '../connection/redis-errors.ts'
import { knownRdbVersion } from './dump-payload.ts'
import type { TargetServer } from './judge-record.ts'

/** A key that nobody has: asked for its fields' expiries it changes nothing. */
const PROBE_KEY = 'redis-session-inspector:probe'

/** What the server can hold. @throws AppError */
export async function readTargetServer(client: RedisClient, name: ServerName | null): Promise<TargetServer> {
  return {
    rdbVersion: name === null ? null : knownRdbVersion(name),
    fieldExpiries: await knowsFieldExpiries(client),
  }
}

async function knowsFieldExpiries(client: RedisClient): Promise<boolean> {
  try {
    await client.call('HPEXPIRETIME', PROBE_KEY, 'FIELDS', '1', 'a')
    return true
  } catch (error) {
    // A user who may not ask it may still write it; where not, that is refused by its name.
    if (error instanceof Error && /NOPERM/.test(error.message)) return true
    if (error instanceof Error && /unknown command/i.test(error.message)) return false
    throw toAppError(error)
  }
}
