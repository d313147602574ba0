import { expect, it } from 'vitest'
import type { PublicTarget, SessionDetail } from '#shared/model.ts'
import { cliLines } from './redis-cli.ts'

const target: PublicTarget = {
  label: 'local',
  deployment: 'standalone',
  host: '127.0.0.1',
  port: 6379,
  path: null,
  username: null,
  db: 0,
  tls: false,
  untrusted: false,
  tunnel: null,
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
