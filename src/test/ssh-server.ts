import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../main/core/connection/redis-process.ts'
import { startProcess } from './processes.ts'
import { waitFor } from './wait.ts'

const run = promisify(execFile)
const SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/opt/homebrew/sbin/sshd'].find((file) =>
  existsSync(file),
)

/** Why tests with an OpenSSH server are skipped; null where there is one. */
export const noSshd: string | null =
  SSHD === undefined
    ? 'there is no sshd (apt install openssh-server)'
    : await run('ssh-keygen', ['-?']).then(
        () => null,
        (error: { code?: unknown }) => (error.code === 'ENOENT' ? 'there is no ssh-keygen' : null),
      )

export interface SshKey {
  readonly file: string
  /** The text of the private key, in OpenSSH's format. */
  readonly text: string
  /** `ssh-ed25519 AAAA…` */
  readonly publicKey: string
  /** `SHA256:…`, as ssh-keygen says. */
  readonly fingerprint: string
}

export interface SshServer {
  readonly port: number
  readonly hostKey: SshKey
  /** Who can log in: the one who runs the test. */
  readonly username: string
  /** A key that is let in. @param passphrase '' for none */
  addKey(passphrase?: string): Promise<SshKey>
  /** A key that is not. */
  strangeKey(): Promise<SshKey>
  /** A known_hosts file. */
  knownHosts(...lines: readonly string[]): Promise<string>
  stop(): Promise<void>
}

/** A real OpenSSH server on a free port of 127.0.0.1, which lets in the one who runs the test by key. */
export async function startSshServer(settings: readonly string[] = []): Promise<SshServer> {
  if (SSHD === undefined) throw new Error('there is no sshd')
  const directory = await mkdtemp(join(tmpdir(), 'sshd-'))
  let made = 0
  const createKey = async (passphrase = '', type = 'ed25519'): Promise<SshKey> => {
    made += 1
    const file = join(directory, `key-${made}`)
    await run('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', 'test', '-f', file])
    const { stdout } = await run('ssh-keygen', ['-l', '-f', `${file}.pub`])
    return {
      file,
      text: await readFile(file, 'utf8'),
      publicKey: (await readFile(`${file}.pub`, 'utf8')).trim(),
      fingerprint: /SHA256:\S+/.exec(stdout)?.[0] ?? '',
    }
  }
  const hostKey = await createKey()
  const authorized = join(directory, 'authorized_keys')
  await writeFile(authorized, '')
  const port = await freePort()
  const config = join(directory, 'sshd_config')
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${hostKey.file}`,
    `AuthorizedKeysFile ${authorized}`,
    'PidFile none',
    'UsePAM no',
    'StrictModes no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'LogLevel VERBOSE',
  ]
  // sshd takes the first of two settings alike.
  await writeFile(config, `${[...settings, ...lines].join('\n')}\n`)
  // Where it runs as root it wants a folder that a service would have made.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 })
  const server = startProcess(SSHD, ['-D', '-e', '-f', config])
  await waitFor(async () => {
    if (server.child.exitCode !== null) throw new Error(`sshd does not start: ${server.output()}`)
    await answers(port)
  }, 10_000)
  return {
    port,
    hostKey,
    username: userInfo().username,
    async addKey(passphrase) {
      const key = await createKey(passphrase)
      await writeFile(authorized, `${key.publicKey}\n`, { flag: 'a' })
      return key
    },
    strangeKey: () => createKey(),
    async knownHosts(...entries) {
      made += 1
      const file = join(directory, `known_hosts-${made}`)
      await writeFile(file, `${entries.join('\n')}\n`)
      return file
    },
    async stop() {
      await server.stop()
      await rm(directory, { recursive: true })
    },
  }
}

const answers = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', reject)
    socket.once('data', () => {
      socket.destroy()
      resolve()
    })
  })
