import { setTimeout as wait } from 'node:timers/promises'
import { AppError } from '#shared/errors.ts'
import type { NotReady } from '#shared/model.ts'
import { notReadyOf, READINESS_DEFAULTS } from './readiness.ts'
import { openAny, type RedisClient } from './redis-client.ts'
import { readServerFacts, type ServerFacts } from './server-facts.ts'
import type { ResolvedTarget } from './target.ts'

export const givenUp = () =>
  new AppError(
    'not_connected',
    'This connection was given up for another or none before it was open. Connect again if it is wanted still.',
  )

export interface Opening {
  /** False as soon as it was given up. */
  isCurrent(): boolean
  /** The server is not ready, and is waited for. */
  waits(notReady: NotReady): void
}

/** @throws AppError when it cannot be opened, or was given up; not while the server is not ready: that is waited for */
export async function openWhenReady(
  client: RedisClient,
  target: ResolvedTarget,
  { isCurrent, waits }: Opening,
): Promise<ServerFacts> {
  for (;;) {
    try {
      if (client.status !== 'ready') await openAny(client, target)
      return await readServerFacts(client)
    } catch (error) {
      const notReady = notReadyOf(error)
      if (notReady === null || !isCurrent()) throw error
      waits(notReady)
      await wait(READINESS_DEFAULTS.lookEvery)
      if (!isCurrent()) throw givenUp()
    }
  }
}
