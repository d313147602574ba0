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
  return [
    { what: 'Read it', line: `${cli} ${read}` },
    { what: 'Seconds left', line: `${cli} TTL ${quoted}` },
    ...expire,
    { what: 'Bytes it takes', line: `${cli} MEMORY USAGE ${quoted}` },
    { what: 'Delete it', line: `${cli} UNLINK ${quoted}` },
  ]
}

/** `redis-cli` with what it needs to reach the server; a password is asked for. */
export function cliPrefix({ host, port, db, username, tls }: PublicTarget): string {
  const parts = ['redis-cli', '-h', shellQuote(host), '-p', String(port)]
  if (db !== 0) parts.push('-n', String(db))
  if (username !== null) parts.push('--user', shellQuote(username), '--askpass')
  if (tls) parts.push('--tls')
  return parts.join(' ')
}
