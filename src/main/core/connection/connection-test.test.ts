import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ConnectionTarget, ConnectionTest, TestStepName } from '#shared/target.ts'
import { createAuthority, noOpenssl } from '../../../test/certificates.ts'
import { useConnections } from '../../../test/connections.ts'
import { InspectorClient } from '../../../test/inspector-client.ts'
import { useRedis } from '../../../test/redis.ts'
import { startSentinelGroup } from '../../../test/sentinel-group.ts'
import { noSshd, startSshServer } from '../../../test/ssh-server.ts'
import { findRedisServer, freePort, startRedisProcess } from './redis-process.ts'

const redis = useRedis()
const { listen, onEnd } = useConnections()
let client: InspectorClient
beforeAll(() => {
  client = new InspectorClient()
})
afterAll(async () => {
  client.close()
  await client.inspector.stop()
})

const test = (target: ConnectionTarget): Promise<ConnectionTest> => client.invoke('connection.test', target)
const states = ({ steps }: ConnectionTest) => steps.map(({ step, state }) => `${step} ${state}`)
const step = ({ steps }: ConnectionTest, name: TestStepName) => steps.find((each) => each.step === name)
const clientsOf = async () => {
  const list = String(await redis.client.client('LIST'))
  return list.split('\n').filter((line) => line.includes('redis-session-inspector')).length
}

it('goes through the steps that a target needs, says what each found, and leaves nothing open', async () => {
  const tested = await test({ host: 'localhost', port: redis.port, db: 3 })
  expect(states(tested)).toEqual([
    'resolve done',
    'connect done',
    'auth done',
    'permissions done',
    'version done',
  ])
  expect(step(tested, 'resolve')?.detail).toMatch(/^localhost is (127\.0\.0\.1|::1)/)
  expect(step(tested, 'auth')?.detail).toMatch(/the default user, without a password\. Database 3 is there/)
  expect(step(tested, 'version')?.detail).toMatch(/^(Redis|Valkey) \d+\.\d+\.\d+, standalone, master\.$/)
  for (const { durationMs } of tested.steps) expect(durationMs).toBeGreaterThanOrEqual(0)
  await vi.waitFor(async () => expect(await clientsOf()).toBe(0))
  expect(await client.invoke('connection.status', {})).toEqual({ state: 'disconnected' })
})

it('stops at the step that fails, with what to do about it, and skips the rest', async () => {
  const closed = await freePort()
  const unreachable = await test({ port: closed })
  expect(states(unreachable)).toEqual([
    'resolve done',
    'connect failed',
    'auth skipped',
    'permissions skipped',
    'version skipped',
  ])
  expect(step(unreachable, 'connect')).toMatchObject({
    detail: expect.stringMatching(/Start Redis there/),
    failure: { code: 'unreachable' },
  })
  const nowhere = await test({ host: 'no-such-host.invalid' })
  expect(step(nowhere, 'resolve')).toMatchObject({
    state: 'failed',
    detail: expect.stringMatching(/No host is named/),
  })
  const nonsense = await test({ url: 'http://cache' })
  expect(step(nonsense, 'resolve')).toMatchObject({ state: 'failed', failure: { code: 'bad_url' } })
  const silent = await test({ path: '/nowhere/redis.sock' })
  expect(states(silent)[0]).toBe('connect failed')
})

it('tells a wrong password from a missing one, and a missing database', async () => {
  await redis.client.call('ACL', 'SETUSER', 'ada', 'on', '>right', '~*', '&*', '+@all')
  const wrong = await test({ port: redis.port, username: 'ada', password: 'wrong' })
  expect(step(wrong, 'auth')).toMatchObject({ state: 'failed', failure: { code: 'wrong_password' } })
  const right = await test({ port: redis.port, username: 'ada', password: 'right' })
  expect(step(right, 'auth')).toMatchObject({ state: 'done', detail: expect.stringMatching(/as ada\./) })
  const noDatabase = await test({ port: redis.port, db: 99 })
  expect(step(noDatabase, 'auth')).toMatchObject({
    state: 'failed',
    detail: expect.stringMatching(/no database 99/),
  })
})

it('warns of commands that this user may not run', async () => {
  await redis.client.call('ACL', 'SETUSER', 'viewer', 'on', '>pw', '~*', '&*', '+@all', '-hdel', '-unlink')
  const tested = await test({ port: redis.port, username: 'viewer', password: 'pw' })
  expect(step(tested, 'permissions')).toMatchObject({
    state: 'warning',
    detail: expect.stringMatching(/may not run HDEL, UNLINK/),
  })
  expect(step(tested, 'version')).toMatchObject({ state: 'done' })
})

it('says that something else answers', async () => {
  const port = await listen(
    createServer((socket) => void socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n')),
  )
  expect(step(await test({ port }), 'auth')).toMatchObject({
    state: 'failed',
    failure: { code: 'not_redis' },
  })
})

describe.skipIf(noOpenssl)('over TLS', () => {
  it('shows the certificate, and warns of one that nothing vouches for', async () => {
    const authority = await createAuthority('Test authority')
    onEnd(authority.remove)
    const { certFile, keyFile } = await authority.issue('redis', 'DNS:localhost')
    const tlsPort = await freePort()
    const server = await startRedisProcess((await findRedisServer())?.path ?? 'redis-server', [
      ...['--tls-port', String(tlsPort), '--tls-auth-clients', 'no'],
      ...['--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', authority.certFile],
    ])
    onEnd(server.stop)
    const over = (tlsOptions: ConnectionTarget['tlsOptions']) =>
      test({ host: 'localhost', port: tlsPort, tls: true, tlsOptions })
    const trusted = await over({ ca: authority.cert })
    expect(states(trusted)).toContain('version done')
    expect(step(trusted, 'tls')).toMatchObject({
      state: 'done',
      detail: expect.stringMatching(
        /^TLSv1\.3\. Its certificate is for localhost, issued by Test authority, valid until \d{4}-\d\d-\d\d\.$/,
      ),
    })
    expect(step(await over({ acceptUntrusted: true }), 'tls')).toMatchObject({
      state: 'warning',
      detail: expect.stringMatching(/Nothing vouches for it/),
    })
    const refused = await over({})
    expect(step(refused, 'tls')).toMatchObject({ state: 'failed', failure: { code: 'tls_mismatch' } })
    expect(step(refused, 'auth')).toMatchObject({ state: 'skipped' })
  })
})

describe.skipIf(noSshd)('through a tunnel', () => {
  it('says what a person has to be asked about the host, and how it was logged in', async () => {
    const server = await startSshServer()
    onEnd(() => server.stop())
    const { text } = await server.addKey()
    const ssh = {
      host: '127.0.0.1',
      port: server.port,
      username: server.username,
      method: 'key' as const,
      privateKey: text,
    }
    const { fingerprint } = server.hostKey
    const unknown = await test({ port: redis.port, ssh })
    expect(states(unknown).slice(0, 3)).toEqual(['resolve done', 'tunnel failed', 'connect skipped'])
    expect(step(unknown, 'tunnel')?.failure).toEqual({
      code: 'unknown_host',
      details: { host: '127.0.0.1', port: server.port, keyType: 'ssh-ed25519', fingerprint },
    })
    const tested = await test({ port: redis.port, ssh: { ...ssh, hostKey: fingerprint } })
    expect(states(tested)).toContain('version done')
    expect(step(tested, 'tunnel')?.detail).toMatch(/Logged in at .* by its key\..*was accepted/)
  })
})

it('asks the Sentinels where the master is', async () => {
  const group = await startSentinelGroup()
  onEnd(() => group.stop())
  const [first, ...nodes] = group.sentinels
  const tested = await test({ deployment: 'sentinel', ...first, nodes })
  expect(states(tested)).toEqual([
    'resolve done',
    'sentinel done',
    'connect done',
    'auth done',
    'permissions done',
    'version done',
  ])
  expect(step(tested, 'sentinel')?.detail).toBe(
    `127.0.0.1:${first?.port} names 127.0.0.1:${group.nodes[0]?.port} as the master of mymaster; 2 others watch it too.`,
  )
  const unknown = await test({ deployment: 'sentinel', ...first, masterName: 'other' })
  expect(step(unknown, 'sentinel')).toMatchObject({
    state: 'failed',
    detail: expect.stringMatching(/It watches: mymaster/),
  })
  const replica = await test({ port: group.nodes[1]?.port ?? 0 })
  expect(step(replica, 'version')).toMatchObject({
    state: 'warning',
    detail: expect.stringMatching(/replica\. It takes no writes/),
  })
  const sentinel = await test(first ?? {})
  expect(step(sentinel, 'auth')).toMatchObject({
    state: 'failed',
    detail: expect.stringMatching(/is a Sentinel.*choose Sentinel/),
  })
}, 60_000)
