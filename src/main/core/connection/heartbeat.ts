import type { NotReady } from '#shared/model.ts'
import { BACKGROUND, doFor } from '../journal/command-purpose.ts'
import { ClusterClient } from './cluster-client.ts'
import type { Connection } from './connection.ts'
import { readReadiness } from './readiness.ts'
import { readRole } from './server-role.ts'

export const HEARTBEAT_DEFAULTS = {
  /** Milliseconds between two of them, and how long one may take before the connection counts as lost. */
  every: 2000,
  timeout: 3000,
} as const

export interface HeartbeatListener {
  /** The server answers nothing of use, for this reason, or does: null. */
  answers(notReady: NotReady | null): Promise<void>
  /** It was a master and is a replica by now, or the other way round. */
  otherRole(): Promise<void>
}

/** A cable that is pulled or a server that is frozen closes nothing: only silence tells. */
export class Heartbeat {
  #timer: NodeJS.Timeout | undefined

  /** @param connection the one that there is when it is asked; null where there is none any more: then it ends */
  start(connection: () => Connection | null, listener: HeartbeatListener): void {
    this.stop()
    this.#timer = setTimeout(() => {
      const current = connection()
      if (current === null) return
      doFor(BACKGROUND.heartbeat, () => beat(current, listener))
        .catch(() => {})
        .finally(() => {
          if (connection() !== null) this.start(connection, listener)
        })
    }, HEARTBEAT_DEFAULTS.every)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}

/** Notices that the server answers nothing of use or does again, and that a master has become a replica or the other way round. */
async function beat({ client, target, facts }: Connection, listener: HeartbeatListener): Promise<void> {
  if (client instanceof ClusterClient) return client.beat()
  const late = setTimeout(() => client.disconnect(), HEARTBEAT_DEFAULTS.timeout)
  const notReady = await readReadiness(client).finally(() => clearTimeout(late))
  await listener.answers(notReady)
  const { server } = facts
  // Without a version INFO is not allowed; the nodes of a cluster are looked after by its client.
  if (notReady !== null || server.version === '' || server.mode === 'cluster') return
  const now = await readRole(client)
  if (now === null || (now.role === server.role && now.writable === server.writable)) return
  if (target.deployment === 'sentinel') client.disconnect()
  else await listener.otherRole()
}
