import { describe, expect, it } from 'vitest'
import type { PublicTarget, SessionDetail } from '#shared/model.ts'
import { cliLines, filesToProvide } from './redis-cli.ts'

const target: PublicTarget = {
  label: 'local',
  deployment: 'standalone',
  host: '127.0.0.1',
  port: 6379,
  path: null,
  address: null,
  username: null,
  db: 0,
  tls: false,
  untrusted: false,
  servername: null,
  tlsFiles: [],
  tunnel: null,
  tunnelUser: null,
  isPrivate: false,
  saved: null,
}
const detail: SessionDetail = {
  id: 'a b',
  key: 'session:a b',
  state: 'session',
  type: 'hash',
  problem: null,
  createdAt: 0,
  lastAccessedAt: 0,
  configuredTtl: 60,
  expiresAt: 0,
  memory: null,
  fields: [],
  hasFieldTtls: false,
  value: null,
  fingerprint: null,
}
const lines = (...args: Parameters<typeof cliLines>) => cliLines(...args).map(({ line }) => line)

it('quotes the key for the shell', () => {
  expect(lines(target, detail)).toEqual([
    "redis-cli -h 127.0.0.1 -p 6379 HGETALL 'session:a b'",
    "redis-cli -h 127.0.0.1 -p 6379 TTL 'session:a b'",
    "redis-cli -h 127.0.0.1 -p 6379 EXPIRE 'session:a b' 60",
    "redis-cli -h 127.0.0.1 -p 6379 MEMORY USAGE 'session:a b'",
    "redis-cli -h 127.0.0.1 -p 6379 UNLINK 'session:a b'",
  ])
})

it('names database, user and TLS, and asks for the password', () => {
  expect(lines({ ...target, db: 2, username: 'ops', tls: true }, detail)[0]).toBe(
    "redis-cli -h 127.0.0.1 -p 6379 -n 2 --user ops --askpass --tls HGETALL 'session:a b'",
  )
})

it('reads other types with their own commands, and restarts no time that is not known', () => {
  const foreign = { ...detail, type: 'list', configuredTtl: null }
  expect(lines(target, foreign)[0]).toBe("redis-cli -h 127.0.0.1 -p 6379 LRANGE 'session:a b' 0 -1")
  expect(lines(target, foreign).join()).not.toContain('EXPIRE')
})

describe('reaches the server', () => {
  const first = (rest: Partial<PublicTarget>) =>
    lines({ ...target, ...rest }, detail)[0]?.replace(/ HGETALL .*/, '')

  it('at its Unix socket', () => {
    expect(first({ path: '/run/re dis.sock' })).toBe("redis-cli -s '/run/re dis.sock'")
  })

  it('with TLS: by the name to ask for, with certificates from files, or whoever vouches for it', () => {
    const tls = { host: 'cache.example', tls: true } as const
    expect(first({ ...tls, tlsFiles: ['ca', 'cert', 'key'] })).toBe(
      'redis-cli -h cache.example -p 6379 --tls --sni cache.example --cacert ca.pem --cert client.pem --key client.key',
    )
    expect(first({ ...tls, servername: 'inner', untrusted: true, tlsFiles: ['ca'] })).toBe(
      'redis-cli -h cache.example -p 6379 --tls --sni inner --insecure',
    )
    expect(filesToProvide({ ...target, ...tls, tlsFiles: ['ca'] })).toMatch(/as ca\.pem first/)
    expect(filesToProvide({ ...target, ...tls, tlsFiles: ['ca'], untrusted: true })).toBe(null)
  })

  it('in a cluster, wherever the key lies', () => {
    expect(first({ deployment: 'cluster' })).toBe('redis-cli -h 127.0.0.1 -p 6379 -c')
  })

  it('that the Sentinels name, and not at a Sentinel', () => {
    expect(first({ deployment: 'sentinel', port: 26379, address: '10.0.0.6:6380' })).toBe(
      'redis-cli -h 10.0.0.6 -p 6380',
    )
  })

  it('through a tunnel that is opened first', () => {
    const tunnel = { host: 'cache.internal', tunnel: 'jump.example:2222', tunnelUser: 'ada' } as const
    const [open, read] = lines({ ...target, ...tunnel }, detail)
    expect(open).toBe('ssh -N -L 16379:cache.internal:6379 -p 2222 ada@jump.example')
    expect(read).toMatch(/^redis-cli -h 127\.0\.0\.1 -p 16379 HGETALL/)
    expect(lines({ ...target, ...tunnel, tunnel: 'jump:22', path: '/run/redis.sock' }, detail)[0]).toBe(
      'ssh -N -L 16379:/run/redis.sock ada@jump',
    )
  })
})
