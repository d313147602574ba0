import { AppError } from '#shared/errors.ts'
import type { NotificationChange } from '#shared/model.ts'
import { ClusterClient } from './cluster-client.ts'
import {
  type MadeChange,
  type NodeSetting,
  notifiedNodes,
  planChange,
  readNotifySetting,
  writeNotifySetting,
} from './notifications.ts'
import type { RedisClient } from './redis-client.ts'
import { toAppError } from './redis-errors.ts'

/** What can be done about the server's notifications, null for nothing. @param made what was done to them before */
export function offerChange(
  client: RedisClient,
  shown: string | null,
  made: MadeChange | null,
): NotificationChange | null {
  const planned = planChange(shown, made)
  if (planned === null) return null
  const { kind, current, command } = planned
  const nodes = client instanceof ClusterClient ? { nodes: notifiedNodes(client).length } : {}
  return { kind, current, command, ...nodes }
}

/**
 * Changes the server's notifications as it was offered: by that very command, and only while the setting is still what
 * the offer says.
 * @param shown the setting by which it was offered @param made what was done to it before
 * @returns what was done, which can be put back; null where it was put back
 * @throws AppError `conflict` where it is another by now, `no_permission` and what Redis refuses with
 */
export async function changeAsOffered(
  client: RedisClient,
  shown: string | null,
  made: MadeChange | null,
  kind: NotificationChange['kind'],
): Promise<MadeChange | null> {
  const offer = planChange(shown, made)
  const current = await readNotifySetting(client)
  if (current === null) {
    throw new AppError(
      'no_permission',
      'Nothing was sent: this Redis user may not read the setting any more. Allow it with ACL SETUSER … +config|get +config|set.',
      { command: 'CONFIG GET' },
    )
  }
  if (offer?.kind !== kind || current !== offer.current) {
    throw new AppError(
      'conflict',
      `Nothing was sent: the setting is "${current}" by now. Look at what is offered now.`,
    )
  }
  let each: readonly NodeSetting[]
  try {
    each = await writeNotifySetting(client, offer, made)
  } catch (error) {
    const failure = toAppError(error)
    throw new AppError(
      failure.code,
      `${failure.message} Or ask an administrator to run: ${offer.command}`,
      failure.details,
    )
  }
  const after = await readNotifySetting(client)
  return kind === 'enable' && after !== null ? { before: offer.current, after, each } : null
}
