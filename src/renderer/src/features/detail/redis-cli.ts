import type { PublicTarget, SessionDetail } from '#shared/model.ts'
import { shellQuote } from '../../lib/shell-quote.ts'

export interface CliLine {
  readonly what: string
  readonly line: string
}

const READS: Readonly<Record<string, string>> = {
  hash: 'HGETALL',
  string: 'GET',
  set: 'SMEMBERS',
}
const RANGES: Readonly<Record<string, string>> = { list: 'LRANGE', zset: 'ZRANGE' }

/** The lines for a shell that do what the screen shows; a password is asked for, never written down. */
export function cliLines(
  target: PublicTarget,
  { key, type, configuredTtl }: SessionDetail,
): readonly CliLine[] {
  const quoted = shellQuote(key)
  const cli = cliPrefix(target)
  const range = RANGES[type]
  const read = range === undefined ? `${READS[type] ?? 'TYPE'} ${quoted}` : `${range} ${quoted} 0 -1`
  const expire =
    configuredTtl === null
      ? []
      : [{ what: 'Start its time anew', line: `${cli} EXPIRE ${quoted} ${configuredTtl}` }]
  const tunnel = tunnelLine(target)
  return [
    ...(tunnel === null ? [] : [{ what: 'Open the tunnel first, in another shell', line: tunnel }]),
    { what: 'Read it', line: `${cli} ${read}` },
    { what: 'Seconds left', line: `${cli} TTL ${quoted}` },
    ...expire,
    { what: 'Bytes it takes', line: `${cli} MEMORY USAGE ${quoted}` },
    { what: 'Delete it', line: `${cli} UNLINK ${quoted}` },
  ]
}

/** The port of this machine at which the lines below find the end of an SSH tunnel. */
const TUNNEL_PORT = 16_379

/** `redis-cli` with what it needs to reach the server; a password is asked for, and certificates are read from files. */
export function cliPrefix(target: PublicTarget): string {
  const { deployment, db, username, tls, untrusted, tlsFiles } = target
  const parts = ['redis-cli', ...serverParts(target)]
  if (deployment === 'cluster') parts.push('-c')
  if (db !== 0) parts.push('-n', String(db))
  if (username !== null) parts.push('--user', shellQuote(username), '--askpass')
  if (!tls) return parts.join(' ')
  parts.push('--tls')
  const name = target.servername ?? (target.path === null ? serverOf(target).host : '')
  // redis-cli asks for a name only where it is told to; an address is none.
  if (name !== '' && !/^[\d.]+$|:/.test(name)) parts.push('--sni', shellQuote(name))
  if (untrusted) parts.push('--insecure')
  else if (tlsFiles.includes('ca')) parts.push('--cacert', 'ca.pem')
  if (tlsFiles.includes('cert')) parts.push('--cert', 'client.pem')
  if (tlsFiles.includes('key')) parts.push('--key', 'client.key')
  return parts.join(' ')
}

/** What opens the tunnel that the other lines go through; null for a server that needs none. */
export function tunnelLine(target: PublicTarget): string | null {
  const { tunnel, tunnelUser, path } = target
  if (tunnel === null) return null
  const { host, port } = split(tunnel)
  const { host: to, port: toPort } = serverOf(target)
  const end = path ?? `${to.includes(':') ? `[${to}]` : to}:${toPort}`
  const login = tunnelUser === null ? host : `${tunnelUser}@${host}`
  const at = port === '22' ? '' : ` -p ${port}`
  return `ssh -N -L ${shellQuote(`${TUNNEL_PORT}:${end}`)}${at} ${shellQuote(login)}`
}

/** What the lines lack and a person has to provide, in words; null where they are whole. */
export function filesToProvide({ tls, untrusted, tlsFiles }: PublicTarget): string | null {
  if (!tls) return null
  const names = { ca: 'ca.pem', cert: 'client.pem', key: 'client.key' }
  const needed = tlsFiles.filter((file) => file !== 'ca' || !untrusted).map((file) => names[file])
  return needed.length === 0
    ? null
    : `Save the certificates of this connection as ${needed.join(', ')} first.`
}

function serverParts(target: PublicTarget): readonly string[] {
  if (target.tunnel !== null) return ['-h', '127.0.0.1', '-p', String(TUNNEL_PORT)]
  if (target.path !== null) return ['-s', shellQuote(target.path)]
  const { host, port } = serverOf(target)
  return ['-h', shellQuote(host), '-p', port]
}

/** The server itself: behind Sentinels it is another than the one that is named. */
function serverOf({ deployment, host, port, address }: PublicTarget): { host: string; port: string } {
  return deployment === 'sentinel' && address !== null ? split(address) : { host, port: String(port) }
}

/** `host:port`, an IPv6 address in brackets. */
function split(label: string): { host: string; port: string } {
  const at = label.lastIndexOf(':')
  return { host: label.slice(0, at).replace(/^\[(.*)\]$/, '$1'), port: label.slice(at + 1) }
}
