import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect as connectSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Cluster, Redis } from 'ioredis'
import ssh2, { type AuthContext, type ServerConfig } from 'ssh2'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createAuthority, noOpenssl } from '../../../test/certificates.ts'
import { useConnections } from '../../../test/connections.ts'
import { useRedis } from '../../../test/redis.ts'
import { startSentinelGroup } from '../../../test/sentinel-group.ts'
import { noSshd, type SshKey, type SshServer, startSshServer } from '../../../test/ssh-server.ts'
import { openKeyspaceFeed } from '../index/keyspace-feed.ts'
import { targetOptions } from './client.ts'
import { findRedisServer, freePort, startRedisProcess } from './redis-process.ts'
import { type ResolvedTarget, resolveTarget, type SshSettings } from './target.ts'

const run = promisify(execFile)
const redis = useRedis()
const { manager, onEnd, listen, relay } = useConnections()

/** A Redis as it is seen from the SSH server. */
function through(
  ssh: Partial<SshSettings> & { readonly port: number },
  rest: Partial<ResolvedTarget> = {},
): ResolvedTarget {
  const base = resolveTarget({
    port: redis.port,
    ssh: { host: '127.0.0.1', username: 'ada', method: 'password' },
  })
  if (base.ssh === null) throw new Error('it has a tunnel')
  return { ...base, ...rest, ssh: { ...base.ssh, knownHosts: [], ...ssh } }
}

const attempt = async (target: ResolvedTarget) => {
  const { made } = manager()
  await made.connect(target, false)
  return made
}

describe.skipIf(noSshd)(`through an OpenSSH server${noSshd === null ? '' : ` (skipped: ${noSshd})`}`, () => {
  let server: SshServer
  let key: SshKey
  let knownHosts: readonly string[]
  beforeAll(async () => {
    server = await startSshServer()
    key = await server.addKey()
    knownHosts = [await server.knownHosts(`[127.0.0.1]:${server.port} ${server.hostKey.publicKey}`)]
  })
  afterAll(() => server.stop())
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  const byKey = (rest: Partial<SshSettings> = {}) => ({
    port: server.port,
    username: server.username,
    method: 'key' as const,
    privateKey: key.text,
    knownHosts,
    ...rest,
  })

  it('logs in with a key and reaches the Redis that is seen from there', async () => {
    const made = await attempt(through(byKey()))
    expect(made.status).toMatchObject({
      state: 'connected',
      target: {
        address: `127.0.0.1:${redis.port}`,
        tunnel: `127.0.0.1:${server.port}`,
        tunnelUser: server.username,
      },
    })
    const { client } = made.require()
    // More than a window of SSH in both directions.
    const large = 'x'.repeat(5_000_000)
    await client.set('large', large)
    expect(await client.get('large')).toBe(large)
  })

  it('takes a key with a passphrase, and says when that is missing or wrong', async () => {
    const { text } = await server.addKey('open sesame')
    await attempt(through(byKey({ privateKey: text, passphrase: 'open sesame' })))
    const failing = (rest: Partial<SshSettings>) => attempt(through(byKey({ privateKey: text, ...rest })))
    await expect(failing({})).rejects.toMatchObject({
      code: 'tunnel_failed',
      message: expect.stringMatching(/has a passphrase. Enter it/),
    })
    await expect(failing({ passphrase: 'wrong' })).rejects.toMatchObject({
      message: expect.stringMatching(/passphrase .* is wrong/),
    })
    await expect(failing({ privateKey: 'hello' })).rejects.toMatchObject({
      message: expect.stringMatching(/cannot be read/),
    })
    await expect(failing({ privateKey: key.publicKey })).rejects.toMatchObject({
      message: expect.stringMatching(/is a public key/),
    })
  })

  it('says when the key is not let in, and what the server takes', async () => {
    const { text } = await server.strangeKey()
    await expect(attempt(through(byKey({ privateKey: text })))).rejects.toMatchObject({
      code: 'tunnel_failed',
      message: expect.stringMatching(/refused this key for .*authorized_keys.*It takes: keys\./),
    })
  })

  it('asks the agent, and says when there is none or none of its keys is let in', async () => {
    const byAgent = () => attempt(through(byKey({ method: 'agent', privateKey: null })))
    vi.stubEnv('SSH_AUTH_SOCK', '')
    if (process.platform !== 'win32') {
      await expect(byAgent()).rejects.toMatchObject({
        code: 'tunnel_failed',
        message: expect.stringMatching(/SSH_AUTH_SOCK is not set/),
      })
    }
    const { socket, stop } = await startAgent()
    onEnd(stop)
    vi.stubEnv('SSH_AUTH_SOCK', socket)
    await expect(byAgent()).rejects.toMatchObject({
      message: expect.stringMatching(/took no key of the agent/),
    })
    await run('ssh-add', ['-q', key.file], { env: { ...process.env, SSH_AUTH_SOCK: socket } })
    expect((await byAgent()).status).toMatchObject({ state: 'connected' })
    await stop()
    await expect(byAgent()).rejects.toMatchObject({ message: expect.stringMatching(/agent does not answer/) })
  })

  it('refuses a host that is not known with what there is to ask, and takes it once that was accepted', async () => {
    const { fingerprint } = server.hostKey
    await expect(attempt(through(byKey({ knownHosts: [] })))).rejects.toMatchObject({
      code: 'unknown_host',
      details: { host: '127.0.0.1', port: server.port, keyType: 'ssh-ed25519', fingerprint },
      message: expect.stringContaining(fingerprint),
    })
    await attempt(through(byKey({ knownHosts: [], hostKey: fingerprint })))
  })

  it('refuses a key that has changed, whatever was accepted', async () => {
    const { publicKey } = await server.strangeKey()
    const file = await server.knownHosts(`[127.0.0.1]:${server.port} ${publicKey}`)
    const { fingerprint } = server.hostKey
    for (const hostKey of [null, fingerprint]) {
      await expect(attempt(through(byKey({ knownHosts: [file], hostKey })))).rejects.toMatchObject({
        code: 'host_key_changed',
        message: expect.stringMatching(/ssh-keygen -R '\[127\.0\.0\.1\]:\d+'/),
      })
    }
    await expect(attempt(through(byKey({ knownHosts: [], hostKey: 'SHA256:other' })))).rejects.toMatchObject({
      code: 'host_key_changed',
      message: expect.stringMatching(/than the one that was accepted/),
    })
    const revoked = await server.knownHosts(`@revoked * ${server.hostKey.publicKey}`)
    await expect(
      attempt(through(byKey({ knownHosts: [...knownHosts, revoked], hostKey: fingerprint }))),
    ).rejects.toMatchObject({ code: 'host_key_changed', message: expect.stringMatching(/was revoked/) })
  })

  it('knows a host whose name is hashed by ssh-keygen', async () => {
    const file = await server.knownHosts(`[127.0.0.1]:${server.port} ${server.hostKey.publicKey}`)
    await run('ssh-keygen', ['-q', '-H', '-f', file])
    expect((await attempt(through(byKey({ knownHosts: [file] })))).status.state).toBe('connected')
  })

  it('says when nothing listens behind the tunnel, and when the server forwards nothing', async () => {
    const closed = await freePort()
    await expect(attempt(through(byKey(), { port: closed }))).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/SSH server .* cannot reach 127\.0\.0\.1:\d+ \(.*refused/i),
    })
    const closedServer = await startSshServer(['AllowTcpForwarding no'])
    onEnd(() => closedServer.stop())
    const { text } = await closedServer.addKey()
    const { fingerprint } = closedServer.hostKey
    await expect(
      attempt(through(byKey({ port: closedServer.port, privateKey: text, hostKey: fingerprint }))),
    ).rejects.toMatchObject({
      code: 'tunnel_failed',
      message: expect.stringMatching(/does not forward connections.*AllowTcpForwarding/),
    })
  })

  it('follows the master that Sentinels name behind it', async () => {
    const group = await startSentinelGroup()
    onEnd(() => group.stop())
    const [first] = group.sentinels
    const gate = await relay(server.port)
    const made = await attempt(
      through(byKey({ port: gate.port, hostKey: server.hostKey.fingerprint }), {
        deployment: 'sentinel',
        ...first,
      }),
    )
    expect(gate.open()).toBe(1)
    // What a person has to be asked comes as it is, however many Sentinels are behind it.
    const [, ...nodes] = group.sentinels
    await expect(
      attempt(through(byKey({ knownHosts: [] }), { deployment: 'sentinel', ...first, nodes })),
    ).rejects.toMatchObject({ code: 'unknown_host', message: expect.stringMatching(/^The SSH server/) })
    const next = await group.failover()
    const address = `127.0.0.1:${next.port}`
    await vi.waitFor(
      () => expect(made.status).toMatchObject({ state: 'connected', target: { address } }),
      5000,
    )
    made.disconnect()
    await vi.waitFor(() => expect(gate.open()).toBe(0))
  }, 60_000)

  it.skipIf(noOpenssl)('makes TLS with the Redis behind it', async () => {
    const authority = await createAuthority('Test authority')
    onEnd(authority.remove)
    const { certFile, keyFile } = await authority.issue('redis', 'DNS:localhost')
    const tlsPort = await freePort()
    const behind = await startRedisProcess((await findRedisServer())?.path ?? 'redis-server', [
      ...['--tls-port', String(tlsPort), '--tls-auth-clients', 'no'],
      ...['--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', authority.certFile],
    ])
    onEnd(behind.stop)
    const { tls } = resolveTarget({ tls: true, tlsOptions: { ca: authority.cert } })
    const made = await attempt(through(byKey(), { host: 'localhost', port: tlsPort, tls }))
    const large = 'x'.repeat(3_000_000)
    await made.require().client.set('large', large)
    expect(await made.require().client.get('large')).toBe(large)
    await expect(attempt(through(byKey(), { host: '127.0.0.1', port: tlsPort, tls }))).rejects.toMatchObject({
      message: expect.stringMatching(/issued for localhost, not for 127/),
    })
  })

  it('reaches a Unix socket of its machine', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'socket-'))
    onEnd(() => rm(directory, { recursive: true }))
    const path = join(directory, 'redis.sock')
    const behind = await startRedisProcess((await findRedisServer())?.path ?? 'redis-server', [
      '--unixsocket',
      path,
    ])
    onEnd(behind.stop)
    const made = await attempt(through(byKey(), { path }))
    expect(made.status).toMatchObject({ state: 'connected', target: { address: path } })
  })

  it('is one SSH connection for all clients, which ends with the last', async () => {
    const gate = await relay(server.port)
    const target = through(byKey({ port: gate.port, hostKey: server.hostKey.fingerprint }))
    const { made: first } = manager()
    const { made: second } = manager()
    await first.connect(target, false)
    await second.connect(target, false)
    expect(gate.open()).toBe(1)
    first.disconnect()
    expect(await second.require().client.ping()).toBe('PONG')
    expect(gate.open()).toBe(1)
    second.disconnect()
    await vi.waitFor(() => expect(gate.open()).toBe(0))
  })

  it('brings the notifications too, also after it was cut', async () => {
    await redis.client.config('SET', 'notify-keyspace-events', 'KA')
    const gate = await relay(server.port)
    const target = through(byKey({ port: gate.port, hostKey: server.hostKey.fingerprint }))
    const health: boolean[] = []
    const feed = await openKeyspaceFeed(
      target,
      (healthy) => health.push(healthy),
      () => {},
    )
    onEnd(() => feed.stop())
    const told: string[] = []
    await feed.subscribe('session:', (id) => told.push(id))
    await redis.client.set('session:a', '1')
    await vi.waitFor(() => expect(told).toContain('a'))
    gate.cut()
    await vi.waitFor(() => expect(health).toEqual([false, true]), 5000)
    await vi.waitFor(async () => {
      await redis.client.set('session:b', '1')
      expect(told).toContain('b')
    })
    feed.stop()
    await vi.waitFor(() => expect(gate.open()).toBe(0))
    await redis.client.config('SET', 'notify-keyspace-events', '')
  })

  it('serves the clients of a cluster', async () => {
    const node = await startRedisProcess((await findRedisServer())?.path ?? 'redis-server', [
      ...['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'],
    ])
    onEnd(node.stop)
    const own = new Redis({ host: node.host, port: node.port })
    onEnd(() => own.disconnect())
    await own.cluster('ADDSLOTSRANGE', 0, 16_383)
    await vi.waitFor(async () => expect(await own.cluster('INFO')).toMatch(/cluster_state:ok/), 10_000)
    const gate = await relay(server.port)
    const ssh = byKey({ port: gate.port, hostKey: server.hostKey.fingerprint })
    const target = through(ssh, { deployment: 'cluster', port: node.port })
    const cluster = new Cluster([{ host: target.host, port: target.port }], {
      redisOptions: targetOptions(target),
      lazyConnect: true,
    })
    onEnd(() => cluster.disconnect())
    await cluster.connect()
    await cluster.set('key', 'value')
    expect(await own.get('key')).toBe('value')
    expect(gate.open()).toBe(1)
    cluster.disconnect()
    await vi.waitFor(() => expect(gate.open()).toBe(0))
  })

  it('leaves no SSH connection open where connecting fails', async () => {
    const gate = await relay(server.port)
    const ssh = byKey({ port: gate.port, hostKey: server.hostKey.fingerprint })
    await expect(attempt(through(ssh, { db: 99 }))).rejects.toMatchObject({ code: 'redis_error' })
    await vi.waitFor(() => expect(gate.open()).toBe(0))
  })

  it('notices at once that the tunnel was cut, and opens it anew', async () => {
    const gate = await relay(server.port)
    const made = await attempt(through(byKey({ port: gate.port, hostKey: server.hostKey.fingerprint })))
    gate.cut()
    await vi.waitFor(() => expect(made.status.state).toBe('lost'))
    await vi.waitFor(() => expect(made.status.state).toBe('connected'), 5000)
    expect(await made.require().client.ping()).toBe('PONG')
  })

  it('comes back from a tunnel that has gone silent', async () => {
    const gate = await relay(server.port)
    const made = await attempt(through(byKey({ port: gate.port, hostKey: server.hostKey.fingerprint })))
    gate.freeze()
    await vi.waitFor(() => expect(made.status.state).toBe('lost'), { timeout: 9000, interval: 50 })
    await vi.waitFor(() => expect(made.status.state).toBe('connected'), { timeout: 15_000, interval: 50 })
  }, 30_000)
})

describe('an SSH server that takes passwords', () => {
  // Not ssh2's own keys: now and then it cannot read an ed25519 key that it has made.
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
  /** Forwards as sshd does, and lets in whom `judge` lets in. */
  const passwordServer = (judge: (context: AuthContext) => void, config: Partial<ServerConfig> = {}) => {
    const server = new ssh2.Server({ hostKeys: [privateKey], ...config }, (client) => {
      client.on('error', () => {})
      client.on('authentication', judge)
      client.on('ready', () => {
        client.on('tcpip', (accept, reject, { destIP, destPort }) => {
          const upstream = connectSocket(destPort, destIP)
          upstream.once('error', () => reject())
          upstream.once('connect', () => {
            const channel = accept()
            channel.pipe(upstream).pipe(channel)
          })
        })
      })
    })
    return listen(server as never)
  }
  const fingerprintOf = async (port: number): Promise<string> => {
    const failure = await attempt(through({ port, password: 'right' })).catch((error) => error)
    return failure.details.fingerprint
  }
  const isRight = (context: AuthContext) =>
    context.method === 'password' && context.username === 'ada' && context.password === 'right'

  it('is logged in to by password, but told none before its key is known', async () => {
    const methods: string[] = []
    const port = await passwordServer((context) => {
      methods.push(context.method)
      if (isRight(context)) context.accept()
      else context.reject(['password'])
    })
    const hostKey = await fingerprintOf(port)
    expect(methods).toEqual([])
    expect((await attempt(through({ port, password: 'right', hostKey }))).status.state).toBe('connected')
    expect(methods).toEqual(['password'])
    await expect(attempt(through({ port, password: 'wrong', hostKey }))).rejects.toMatchObject({
      code: 'tunnel_failed',
      message: expect.stringMatching(/refused the password of ada\. Check both\. It takes: password\./),
    })
  })

  it('may ask for the password in its own words', async () => {
    const port = await passwordServer((context) => {
      if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive'])
      context.prompt([{ prompt: 'Password: ', echo: false }], (answers) => {
        if (answers[0] === 'right') context.accept()
        else context.reject()
      })
    })
    const hostKey = await fingerprintOf(port)
    expect((await attempt(through({ port, password: 'right', hostKey }))).status.state).toBe('connected')
  })

  it.each([
    ['nothing listens there', freePort, 'unreachable', /Nothing listens at the SSH server/],
    ['it is no SSH server', async () => redis.port, 'tunnel_failed', /does not speak SSH/],
  ])(
    'says so when %s',
    async (_, port, code, message) => {
      await expect(port().then((at) => attempt(through({ port: at, password: 'x' })))).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message),
      })
    },
    30_000,
  )
})

async function startAgent(): Promise<{ readonly socket: string; readonly stop: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'agent-'))
  const socket = join(directory, 'agent.sock')
  const child: ChildProcess = spawn('ssh-agent', ['-D', '-a', socket], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout ?? child, 'data')
  return {
    socket,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill()
        await once(child, 'exit')
      }
      await rm(directory, { recursive: true, force: true })
    },
  }
}
