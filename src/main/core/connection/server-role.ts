import type { Redis } from 'ioredis'

/** Whether a server is a replica, and whether it takes writes. */
export interface ServerRole {
  readonly role: 'master' | 'replica'
  /** False for a replica, unless its owner has made it a writable one. */
  readonly writable: boolean
}

/** @param info what INFO answers, or its section `replication` */
export function parseRole(info: string): ServerRole {
  const value = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim()
  const role = value('role') === 'slave' ? 'replica' : 'master'
  return { role, writable: role === 'master' || value('slave_read_only') === '0' }
}

/** Null where this user may not ask. @throws what ioredis throws when the connection is lost */
export async function readRole(client: Redis): Promise<ServerRole | null> {
  try {
    return parseRole(await client.info('replication'))
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError') return null
    throw error
  }
}
