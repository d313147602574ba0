import { existsSync } from 'node:fs'
import { join } from 'node:path'

export interface ServerKind {
  readonly name: string
  /** Null for the one on the PATH. */
  readonly binary: string | null
  /** Why tests on it are skipped; null where it is there. */
  readonly missing: string | null
}

/** The folder with `redis-8.0/redis-server` and `valkey-8.1/valkey-server`, where somebody has put them. */
const FOLDER = process.env.REDIS_SERVERS_DIR ?? ''

const newer = (name: string, file: string): ServerKind => {
  const binary = join(FOLDER, file)
  const missing =
    FOLDER === ''
      ? 'REDIS_SERVERS_DIR is not set'
      : existsSync(binary)
        ? null
        : `REDIS_SERVERS_DIR has no ${file}`
  return { name, binary, missing }
}

/** The servers that the inspector is made for: the installed one, and newer ones that differ. */
export const SERVER_KINDS: readonly ServerKind[] = [
  { name: 'the installed server', binary: null, missing: null },
  newer('Redis 8.0', 'redis-8.0/redis-server'),
  newer('Valkey 8.1', 'valkey-8.1/valkey-server'),
]
