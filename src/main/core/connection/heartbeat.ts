import { ClusterClient } from './cluster-client.ts'
import type { RedisClient } from './redis-client.ts'

/** Asks whether the server is there. One that keeps silent for so many milliseconds is given up, which closes the client. */
export async function beat(client: RedisClient, timeout: number): Promise<void> {
  if (client instanceof ClusterClient) return client.beat()
  const late = setTimeout(() => client.disconnect(), timeout)
  await client
    .ping()
    .catch(() => {})
    .finally(() => clearTimeout(late))
}
