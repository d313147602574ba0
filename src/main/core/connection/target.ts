import type { ConnectionTarget } from '#shared/contract.ts'
import { AppError } from '#shared/errors.ts'
import type { PublicTarget } from '#shared/model.ts'

/** Where to connect and as whom: every member decided. */
export interface ResolvedTarget {
  readonly host: string
  readonly port: number
  readonly username: string | null
  readonly password: string | null
  readonly db: number
  readonly tls: boolean
}

export const TARGET_DEFAULTS = { host: '127.0.0.1', port: 6379, db: 0 } as const

/**
 * Decides what a form or a URL leaves open. What the URL says goes before the other members.
 * @throws AppError `bad_url`; its message never repeats the URL, which may hold a password.
 */
export function resolveTarget(target: ConnectionTarget): ResolvedTarget {
  const url = target.url?.trim() ? parseRedisUrl(target.url.trim()) : {}
  return {
    host: url.host ?? (target.host?.trim() || TARGET_DEFAULTS.host),
    port: url.port ?? target.port ?? TARGET_DEFAULTS.port,
    username: url.username ?? (target.username || null),
    password: url.password ?? (target.password || null),
    db: url.db ?? target.db ?? TARGET_DEFAULTS.db,
    tls: url.tls ?? target.tls ?? false,
  }
}

/**
 * Reads `redis://[user[:password]@]host[:port][/db]`, or the same with `rediss:` for TLS
 * (https://www.iana.org/assignments/uri-schemes/prov/redis).
 */
export function parseRedisUrl(text: string): Partial<ResolvedTarget> {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw new AppError(
      'bad_url',
      'This is no URL. Write redis://user:password@host:6379/0, or rediss:// for TLS.',
    )
  }
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:') {
    throw new AppError('bad_url', `A Redis URL starts with redis:// or rediss://, not ${url.protocol}//.`)
  }
  const path = url.pathname.replace(/^\//, '') || url.searchParams.get('db') || ''
  if (!/^\d{0,6}$/.test(path)) {
    throw new AppError('bad_url', 'The path of a Redis URL is the number of the database, such as /0.')
  }
  return {
    ...(url.hostname ? { host: url.hostname.replace(/^\[(.*)\]$/, '$1') } : {}),
    ...(url.port ? { port: Number(url.port) } : {}),
    ...(url.username ? { username: decode(url.username) } : {}),
    ...(url.password ? { password: decode(url.password) } : {}),
    ...(path ? { db: Number(path) } : {}),
    tls: url.protocol === 'rediss:',
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new AppError('bad_url', 'The user or password in the URL has a bare %: write it as %25.')
  }
}

/** A target as the screen may see it. */
export function publicTarget(target: ResolvedTarget, isPrivate: boolean): PublicTarget {
  const { host, port, username, db, tls } = target
  const shownHost = host.includes(':') ? `[${host}]` : host
  return { label: `${shownHost}:${port}`, host, port, username, db, tls, isPrivate }
}

/** The URL of a target without its password, for the prefilled form. */
export function urlWithoutPassword(target: ResolvedTarget): string {
  const user = target.username === null ? '' : `${encodeURIComponent(target.username)}@`
  const { label } = publicTarget(target, false)
  return `${target.tls ? 'rediss' : 'redis'}://${user}${label}/${target.db}`
}
