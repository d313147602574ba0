import type { Redis } from 'ioredis'
import type { NotificationChange } from '#shared/model.ts'

const SETTING = 'notify-keyspace-events'

/** What this inspector did to the setting, on one connection. */
export interface MadeChange {
  readonly before: string
  /** What the server said of the setting right after. */
  readonly after: string
}

/** The server's `notify-keyspace-events`; null where this user may not ask, or the server has no CONFIG. */
export async function readNotifySetting(client: Redis): Promise<string | null> {
  try {
    const reply = (await client.config('GET', SETTING)) as readonly string[]
    return reply[1] ?? null
  } catch {
    return null
  }
}

export const writeNotifySetting = (client: Redis, value: string): Promise<unknown> =>
  client.config('SET', SETTING, value)

/**
 * Whether a setting sends every event that a list of keys needs: keyspace events (K) of generic commands (g), expiries
 * (x), evictions (e), and of hashes (h) and the other types, which are listed too. With one kind missing a key could
 * come or go untold.
 * Source of the letters: https://redis.io/docs/latest/develop/pubsub/keyspace-notifications/
 */
export function sendsAll(setting: string): boolean {
  const complete = setting.includes('A') || [...'gxeh$lszt'].every((letter) => setting.includes(letter))
  return setting.includes('K') && complete
}

/** The setting with all that a list needs; what it has beyond that stays, since others may rely on it. */
export function withAll(setting: string): string {
  // A stands for these; it excludes key misses (m), new keys (n) and whatever later versions add.
  const others = [...setting].filter((letter) => !'AKg$lshzxetd'.includes(letter))
  return ['A', 'K', ...new Set(others)].join('')
}

/** The value to be set, and how the whole is put to the person. */
export interface PlannedChange extends NotificationChange {
  readonly value: string
}

/**
 * What may be offered: to switch notifications on where something is missing, or to put back what was switched on here
 * and has not been changed by anybody since.
 */
export function planChange(setting: string | null, made: MadeChange | null): PlannedChange | null {
  if (setting === null) return null
  if (made !== null && made.after === setting) return plan('restore', setting, made.before)
  return sendsAll(setting) ? null : plan('enable', setting, withAll(setting))
}

const plan = (kind: NotificationChange['kind'], current: string, value: string): PlannedChange => ({
  kind,
  current,
  command: `CONFIG SET ${SETTING} ${value === '' ? '""' : value}`,
  value,
})
