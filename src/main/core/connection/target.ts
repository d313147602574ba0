import { homedir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import type { PublicTarget } from '#shared/model.ts'
import type { ConnectionTarget, Deployment, SshMethod, Target } from '#shared/target.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/** How a TLS connection is made; PEM texts. */
export interface TlsSettings {
  readonly ca: string | null
  readonly cert: string | null
  readonly key: string | null
  readonly keyPassphrase: string | null
  /** Null for the host that is connected to. */
  readonly servername: string | null
  readonly acceptUntrusted: boolean
}

/** The SSH server through which every connection of a target goes. */
export interface SshSettings extends Address {
  readonly username: string
  readonly method: SshMethod
  readonly privateKey: string | null
  readonly passphrase: string | null
  readonly password: string | null
  readonly hostKey: string | null
  /** Files with the keys of hosts that are known on this machine. */
  readonly knownHosts: readonly string[]
}

/** Where to connect and as whom: every member decided. */
export interface ResolvedTarget {
  readonly deployment: Deployment
  /** The server; else the first of the Sentinels, or of the known nodes of the cluster. */
  readonly host: string
  readonly port: number
  /** A Unix socket; then host and port say nothing. */
  readonly path: string | null
  /** Further Sentinels or nodes. */
  readonly nodes: readonly Address[]
  /** What the Sentinels call the master. */
  readonly masterName: string
  readonly sentinelUsername: string | null
  readonly sentinelPassword: string | null
  readonly username: string | null
  readonly password: string | null
  readonly db: number
  readonly tls: TlsSettings | null
  readonly ssh: SshSettings | null
}

export const TARGET_DEFAULTS = {
  deployment: 'standalone',
  host: '127.0.0.1',
  port: 6379,
  sentinelPort: 26_379,
  masterName: 'mymaster',
  db: 0,
  sshPort: 22,
} as const

/**
 * Decides what a form or a URL leaves open. What the URL says goes before the other members.
 * @throws AppError `bad_url`; its message never repeats the URL, which may hold a password.
 */
export function resolveTarget(target: Target): ResolvedTarget {
  const url = target.url?.trim() ? parseRedisUrl(target.url.trim()) : {}
  const deployment = target.deployment ?? TARGET_DEFAULTS.deployment
  const defaultPort = deployment === 'sentinel' ? TARGET_DEFAULTS.sentinelPort : TARGET_DEFAULTS.port
  const tls = url.tls ?? target.tls ?? false
  return {
    deployment,
    host: url.host ?? (target.host?.trim() || TARGET_DEFAULTS.host),
    port: url.port ?? target.port ?? defaultPort,
    path: target.path?.trim() || null,
    nodes: (target.nodes ?? []).map(({ host, port }) => ({ host: host.trim(), port: port ?? defaultPort })),
    masterName: target.masterName?.trim() || TARGET_DEFAULTS.masterName,
    sentinelUsername: target.sentinelUsername || null,
    sentinelPassword: target.sentinelPassword || null,
    username: url.username ?? (target.username || null),
    password: url.password ?? (target.password || null),
    db: url.db ?? target.db ?? TARGET_DEFAULTS.db,
    tls: tls ? tlsSettings(target.tlsOptions) : null,
    ssh: target.ssh === undefined ? null : sshSettings(target.ssh),
  }
}

/**
 * The password of the prefilled URL stays on this side. It goes to the server that it was given for alone, and where
 * that was to be over TLS, over nothing else.
 */
export function withPrefillPassword(
  { usePrefillPassword, ...target }: Target & { readonly usePrefillPassword?: boolean | undefined },
  prefill: ResolvedTarget | null,
): ResolvedTarget {
  const resolved = resolveTarget(target)
  const sameServer = resolved.host === prefill?.host && resolved.port === prefill.port
  const asSafe = resolved.tls || !prefill?.tls
  if (!usePrefillPassword || resolved.password !== null || !sameServer || !asSafe) return resolved
  return { ...resolved, password: prefill.password }
}

const tlsSettings = (options: ConnectionTarget['tlsOptions'] = {}): TlsSettings => ({
  ca: options.ca || null,
  cert: options.cert || null,
  key: options.key || null,
  keyPassphrase: options.keyPassphrase || null,
  servername: options.servername?.trim() || null,
  acceptUntrusted: options.acceptUntrusted ?? false,
})

const sshSettings = (options: NonNullable<ConnectionTarget['ssh']>): SshSettings => ({
  host: options.host.trim(),
  port: options.port ?? TARGET_DEFAULTS.sshPort,
  username: options.username,
  method: options.method,
  privateKey: options.privateKey || null,
  passphrase: options.passphrase || null,
  password: options.password || null,
  hostKey: options.hostKey || null,
  knownHosts: [join(homedir(), '.ssh', 'known_hosts'), '/etc/ssh/ssh_known_hosts'],
})

/** What a URL says; nothing of what it leaves out. */
interface UrlParts {
  readonly host?: string
  readonly port?: number
  readonly username?: string
  readonly password?: string
  readonly db?: number
  readonly tls?: boolean
}

/**
 * Reads `redis://[user[:password]@]host[:port][/db]`, or the same with `rediss:` for TLS
 * (https://www.iana.org/assignments/uri-schemes/prov/redis).
 */
export function parseRedisUrl(text: string): UrlParts {
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

/** `host:port`, an IPv6 address in brackets. */
export const addressLabel = ({ host, port }: Address): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`

/** What a target is called: its socket, the name that its Sentinels know it by, or its address. */
export function targetLabel(target: ResolvedTarget): string {
  if (target.path !== null) return target.path
  return target.deployment === 'sentinel' ? target.masterName : addressLabel(target)
}

/** A target as the screen may see it. @param saved the saved connection that it is */
export function publicTarget(
  target: ResolvedTarget,
  isPrivate: boolean,
  saved: string | null = null,
): PublicTarget {
  const { deployment, host, port, path, username, db, tls, ssh } = target
  return {
    label: targetLabel(target),
    deployment,
    host,
    port,
    path,
    address: null,
    username,
    db,
    tls: tls !== null,
    untrusted: tls?.acceptUntrusted ?? false,
    servername: tls?.servername ?? null,
    tlsFiles: tls === null ? [] : (['ca', 'cert', 'key'] as const).filter((file) => tls[file] !== null),
    tunnel: ssh === null ? null : addressLabel(ssh),
    tunnelUser: ssh?.username ?? null,
    isPrivate,
    saved,
  }
}

/** A target in words that a form or a file has for it. */
export function describeTarget(target: ResolvedTarget): Target {
  const { deployment, host, port, path, nodes, masterName, username, password, db, tls, ssh } = target
  const given = <T extends object>(members: T) =>
    Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null)) as {
      [K in keyof T]: Exclude<T[K], null>
    }
  return {
    deployment,
    ...(path === null ? { host, port } : { path }),
    ...(nodes.length === 0 ? {} : { nodes: [...nodes] }),
    ...(deployment === 'sentinel'
      ? {
          masterName,
          ...given({
            sentinelUsername: target.sentinelUsername,
            sentinelPassword: target.sentinelPassword,
          }),
        }
      : {}),
    ...given({ username, password }),
    db,
    tls: tls !== null,
    ...(tls === null ? {} : { tlsOptions: given(tls) }),
    ...(ssh === null ? {} : { ssh: given(ssh) }),
  }
}

/** The URL of a target without its password, for the prefilled form. */
export function urlWithoutPassword(target: ResolvedTarget): string {
  const user = target.username === null ? '' : `${encodeURIComponent(target.username)}@`
  return `${target.tls ? 'rediss' : 'redis'}://${user}${addressLabel(target)}/${target.db}`
}
