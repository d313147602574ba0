import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Target } from '#shared/target.ts'
import {
  findRedisServer,
  freePort,
  type RedisProcess,
  startRedisProcess,
} from '../main/core/connection/redis-process.ts'
import { publicTarget, resolveTarget } from '../main/core/connection/target.ts'
import { cliPrefix, tunnelLine } from '../renderer/src/features/detail/redis-cli.ts'
import { createAuthority, noOpenssl, type TestAuthority, type TestCertificate } from './certificates.ts'
import { startProcess } from './processes.ts'
import { noSshd, startSshServer } from './ssh-server.ts'
import { waitFor } from './wait.ts'

const run = promisify(execFile)
const noRedisCli = await run('redis-cli', ['--version']).then(
  () => null,
  () => 'there is no redis-cli',
)

describe.skipIf(noRedisCli ?? noOpenssl)('a copied line for redis-cli', () => {
  let directory = ''
  let authority: TestAuthority
  let client: TestCertificate
  let server: RedisProcess
  let tlsPort = 0
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cli-'))
    authority = await createAuthority('Test authority')
    client = await authority.issue('client')
    const { certFile, keyFile } = await authority.issue('redis', 'DNS:localhost')
    tlsPort = await freePort()
    server = await startRedisProcess((await findRedisServer())?.path ?? 'redis-server', [
      ...[
        '--tls-port',
        String(tlsPort),
        '--tls-auth-clients',
        'yes',
        '--unixsocket',
        join(directory, 'a b.sock'),
      ],
      ...['--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', authority.certFile],
    ])
    // As the screen says that they have to be called.
    await writeFile(join(directory, 'ca.pem'), authority.cert)
    await writeFile(join(directory, 'client.pem'), client.cert)
    await writeFile(join(directory, 'client.key'), client.key)
  })
  afterAll(async () => {
    await server.stop()
    await authority.remove()
    await rm(directory, { recursive: true })
  })

  const lineFor = (target: Target) => `${cliPrefix(publicTarget(resolveTarget(target), false))} PING`
  const paste = async (line: string) => {
    const { stdout, stderr } = await run('bash', ['-c', line], { cwd: directory })
    expect(stderr).toBe('')
    return stdout.trim()
  }

  it('reaches a Unix socket', async () => {
    expect(await paste(lineFor({ path: join(directory, 'a b.sock') }))).toBe('PONG')
  })

  it('reaches a server over TLS, with certificates from files', async () => {
    const { cert, key } = client
    const target = { host: 'localhost', port: tlsPort, tls: true }
    const ca = authority.cert
    expect(await paste(lineFor({ ...target, tlsOptions: { ca, cert, key } }))).toBe('PONG')
    expect(
      await paste(
        lineFor({ ...target, tlsOptions: { cert, key, acceptUntrusted: true, servername: 'other' } }),
      ),
    ).toBe('PONG')
  })

  it.skipIf(noSshd)('goes through the tunnel of the line above it', async () => {
    const ssh = await startSshServer()
    try {
      const key = await ssh.addKey()
      const target = publicTarget(
        resolveTarget({
          port: server.port,
          ssh: { host: '127.0.0.1', port: ssh.port, username: ssh.username, method: 'key' },
        }),
        false,
      )
      const known = await ssh.knownHosts(`[127.0.0.1]:${ssh.port} ${ssh.hostKey.publicKey}`)
      // The line itself, with what the person's own ssh would have in its files.
      const line = tunnelLine(target)?.replace(
        /^ssh /,
        `exec ssh -i ${key.file} -o UserKnownHostsFile=${known} -o BatchMode=yes -o ExitOnForwardFailure=yes `,
      )
      const tunnel = startProcess('bash', ['-c', line ?? 'false'])
      try {
        const reply = await waitFor(() => paste(`${cliPrefix(target)} PING`), 10_000)
        expect(reply, tunnel.output()).toBe('PONG')
      } finally {
        await tunnel.stop()
      }
    } finally {
      await ssh.stop()
    }
  })
})
