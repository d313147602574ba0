import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Target } from '#shared/target.ts'
import {
  createAuthority,
  noOpenssl,
  type TestAuthority,
  type TestCertificate,
} from '../../../test/certificates.ts'
import { useConnections } from '../../../test/connections.ts'
import { findRedisServer, freePort, type RedisProcess, startRedisProcess } from './redis-process.ts'
import { resolveTarget } from './target.ts'

/** A Redis that listens with TLS too. */
interface TlsRedis extends RedisProcess {
  readonly tlsPort: number
}

describe.skipIf(noOpenssl)(`TLS${noOpenssl === null ? '' : ` (skipped: ${noOpenssl})`}`, () => {
  const { manager } = useConnections()
  const ended: (() => Promise<unknown>)[] = []
  let authority: TestAuthority
  let stranger: TestAuthority
  let client: TestCertificate
  /** Certificates are wanted by one of them. */
  let plain: TlsRedis
  let strict: TlsRedis

  const startTls = async (
    certificate: TestCertificate,
    clients: 'yes' | 'no' | 'optional',
  ): Promise<TlsRedis> => {
    const tlsPort = await freePort()
    const binary = (await findRedisServer())?.path ?? 'redis-server'
    const started = await startRedisProcess(binary, [
      ...['--tls-port', String(tlsPort), '--tls-auth-clients', clients],
      ...['--tls-cert-file', certificate.certFile, '--tls-key-file', certificate.keyFile],
      ...['--tls-ca-cert-file', authority.certFile],
    ])
    ended.push(started.stop)
    return { ...started, tlsPort }
  }

  beforeAll(async () => {
    authority = await createAuthority('Test authority')
    stranger = await createAuthority('Nobody knows us')
    ended.push(authority.remove, stranger.remove)
    client = await authority.issue('client')
    const server = await authority.issue('redis', 'DNS:localhost,DNS:cache.example,IP:127.0.0.1')
    plain = await startTls(server, 'no')
    strict = await startTls(server, 'yes')
  })
  afterAll(async () => {
    for (const end of ended.reverse()) await end()
  })

  const connect = (port: number, tlsOptions: Target['tlsOptions'] = {}, rest: Target = {}) => {
    const { made } = manager()
    return made
      .connect(resolveTarget({ host: 'localhost', port, tls: true, tlsOptions, ...rest }), false)
      .then(() => made)
  }
  const refusal = (message: RegExp) => ({ code: 'tls_mismatch', message: expect.stringMatching(message) })

  it('connects where the own authority vouches for the server, by name and by address', async () => {
    for (const host of ['localhost', '127.0.0.1']) {
      const made = await connect(plain.tlsPort, { ca: authority.cert }, { host })
      expect(made.status).toMatchObject({
        state: 'connected',
        target: { tls: true, untrusted: false, tlsFiles: ['ca'], address: `${host}:${plain.tlsPort}` },
      })
      expect(await made.require().client.ping()).toBe('PONG')
    }
  })

  it('refuses a server that no authority vouches for, and names who issued its certificate', async () => {
    await expect(connect(plain.tlsPort)).rejects.toMatchObject(refusal(/issued by Test authority.*not among/))
    await expect(connect(plain.tlsPort, { ca: stranger.cert })).rejects.toMatchObject(
      refusal(/Test authority/),
    )
  })

  it('takes an untrusted one where that is wanted, and shows it', async () => {
    const made = await connect(plain.tlsPort, { acceptUntrusted: true })
    expect(made.status).toMatchObject({ state: 'connected', target: { untrusted: true } })
  })

  it('compares the name, and says which names there are', async () => {
    const elsewhere = await startTls(
      await authority.issue('x', 'DNS:cache.example,DNS:*.cache.example'),
      'no',
    )
    const ca = authority.cert
    await expect(connect(elsewhere.tlsPort, { ca })).rejects.toMatchObject(
      refusal(/issued for cache\.example, \*\.cache\.example, not for localhost/),
    )
    const made = await connect(elsewhere.tlsPort, { ca, servername: 'a.cache.example' })
    expect(made.status).toMatchObject({ state: 'connected', target: { servername: 'a.cache.example' } })
  })

  it('says when a certificate has expired, and that a self-signed one is that', async () => {
    const expired = await startTls(await authority.issue('x', 'DNS:localhost', -1), 'no')
    await expect(connect(expired.tlsPort, { ca: authority.cert })).rejects.toMatchObject(
      refusal(/expired on \d{4}-\d\d-\d\d\. Renew it/),
    )
    const selfSigned = await startTls(stranger, 'no')
    await expect(connect(selfSigned.tlsPort)).rejects.toMatchObject(refusal(/is self-signed/))
  })

  it('shows the client’s certificate, also with a key that has a passphrase', async () => {
    const ca = authority.cert
    const made = await connect(strict.tlsPort, { ca, cert: client.cert, key: client.key })
    expect(made.status).toMatchObject({ state: 'connected', target: { tlsFiles: ['ca', 'cert', 'key'] } })
    const key = await authority.encryptKey(client, 'open sesame')
    const encrypted = { ca, cert: client.cert, key }
    await connect(strict.tlsPort, { ...encrypted, keyPassphrase: 'open sesame' })
    await expect(connect(strict.tlsPort, encrypted)).rejects.toMatchObject(
      refusal(/has a passphrase. Enter it/),
    )
    await expect(connect(strict.tlsPort, { ...encrypted, keyPassphrase: 'wrong' })).rejects.toMatchObject(
      refusal(/passphrase.* is wrong/),
    )
  })

  it('says when the server asks for a certificate of the client, and when it refuses the one it got', async () => {
    const ca = authority.cert
    await expect(connect(strict.tlsPort, { ca })).rejects.toMatchObject(
      refusal(/asks? for a certificate of the client/),
    )
    const unknown = await stranger.issue('client')
    await expect(connect(strict.tlsPort, { ca, cert: unknown.cert, key: unknown.key })).rejects.toMatchObject(
      refusal(/refused the client's certificate/),
    )
    const expired = await authority.issue('client', undefined, -1)
    await expect(connect(strict.tlsPort, { ca, cert: expired.cert, key: expired.key })).rejects.toMatchObject(
      refusal(/refused the client's certificate.*expired/),
    )
  })

  it.each([
    ['text that is no certificate', () => ({ ca: 'hello' }), /of the authority is no PEM/],
    ['a certificate without its key', () => ({ cert: client.cert }), /needs its private key/],
    ['a key without its certificate', () => ({ key: client.key }), /needs the certificate/],
    ['a key of another certificate', () => ({ cert: client.cert, key: stranger.key }), /does not belong/],
    ['text that is no key', () => ({ cert: client.cert, key: 'hello' }), /is no PEM key/],
  ])('says what is wrong with %s', async (_, options, message) => {
    await expect(connect(plain.tlsPort, options())).rejects.toMatchObject(refusal(message))
  })

  it('says that a server without TLS has none, and that one with TLS wants it', async () => {
    await expect(connect(plain.port)).rejects.toMatchObject(refusal(/switch TLS off/))
    const { made } = manager()
    await expect(made.connect(resolveTarget({ port: plain.tlsPort }), false)).rejects.toMatchObject(
      refusal(/may ask for TLS/),
    )
  }, 15_000)

  it('comes back over TLS when the connection was cut', async () => {
    const made = await connect(plain.tlsPort, { ca: authority.cert })
    await made
      .require()
      .client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'no')
      .catch(() => {})
    await expect.poll(() => made.status.state).toBe('lost')
    await expect.poll(() => made.status.state, { timeout: 5000 }).toBe('connected')
  })
})
