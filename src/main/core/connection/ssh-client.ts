import ssh2, {
  type AnyAuthMethod,
  type AuthenticationType,
  type Client,
  type ServerHostKeyAlgorithm,
} from 'ssh2'
import { AppError } from '#shared/errors.ts'
import { fingerprintOf, type HostKey, KnownHosts, parseHostKey } from './known-hosts.ts'
import { openSocket, socketFailure } from './link-socket.ts'
import { checkPrivateKey } from './private-key.ts'
import { authFailure, hostRefusal, noAgent, sshFailure } from './ssh-errors.ts'
import { addressLabel, type SshSettings } from './target.ts'

export const SSH_DEFAULTS = {
  /** Milliseconds until what answers counts as no SSH server. */
  handshakeTimeout: 5000,
  /** Milliseconds for handshake and login; an agent may ask its person first. */
  readyTimeout: 20_000,
  /** Milliseconds between signs of life, and how many may stay without an answer. */
  keepaliveInterval: 2000,
  keepaliveCountMax: 2,
} as const

/** An SSH connection that is logged in. */
export interface SshConnection {
  readonly client: Client
  readonly hostKey: { readonly type: string; readonly fingerprint: string }
  /** Who vouches for the host's key: the files of known hosts, or the person who accepted it. */
  readonly vouched: 'known_hosts' | 'accepted'
}

/**
 * Connects to an SSH server, checks its key before anything is told to it, and logs in.
 * @throws AppError `unknown_host` with host, port, keyType and fingerprint; `host_key_changed`; `tunnel_failed`;
 * `unreachable`; the reason of an aborted signal
 */
export async function openSsh(settings: SshSettings, signal: AbortSignal): Promise<SshConnection> {
  const where = addressLabel(settings)
  checkPrivateKey(settings)
  const agent = agentOf(settings)
  const known = await KnownHosts.read(settings.knownHosts)
  const socket = await openSocket(settings, signal).catch((error) => {
    signal.throwIfAborted()
    throw socketFailure(error, settings, { where: `the SSH server ${where}`, server: 'it' })
  })
  const client = new ssh2.Client()
  let shown: SshConnection | null = null
  let refusal: AppError | null = null
  /** What the server said that it takes. */
  let takes: readonly string[] = []

  const judge = (blob: Buffer): boolean => {
    const key = parseHostKey(blob)
    const fingerprint = fingerprintOf(blob)
    const verdict = judgeHost(settings, known, key)
    if (verdict instanceof AppError) {
      refusal = verdict
      return false
    }
    shown = { client, hostKey: { type: key.type, fingerprint }, vouched: verdict }
    return true
  }
  return new Promise((resolve, reject) => {
    const settle = () => {
      clearTimeout(silence)
      signal.removeEventListener('abort', onAbort)
    }
    const fail = (error: unknown) => {
      settle()
      // Whatever else it says while it ends.
      client.removeAllListeners().on('error', () => {})
      client.end()
      socket.destroy()
      reject(error)
    }
    const onAbort = () => fail(signal.reason)
    signal.addEventListener('abort', onAbort)
    const silence = setTimeout(
      () => fail(sshFailure(settings, new Error('no handshake'))),
      SSH_DEFAULTS.handshakeTimeout,
    )
    client.on('handshake', () => clearTimeout(silence))
    client.on('error', (error: Error & { level?: string; code?: string }) =>
      fail(
        refusal ??
          (error.level === 'client-authentication'
            ? authFailure(settings, takes, error)
            : sshFailure(settings, error)),
      ),
    )
    client.on('close', () => fail(refusal ?? sshFailure(settings, new Error('closed'))))
    client.on('ready', () => {
      settle()
      client.removeAllListeners('error').removeAllListeners('close')
      client.on('error', () => {})
      if (shown === null) fail(sshFailure(settings, new Error('no host key')))
      else resolve(shown)
    })
    const { username } = settings
    const { readyTimeout, keepaliveInterval, keepaliveCountMax } = SSH_DEFAULTS
    const methods = authMethods(settings, agent)
    try {
      client.connect({
        sock: socket,
        username,
        readyTimeout,
        keepaliveInterval,
        keepaliveCountMax,
        hostVerifier: judge,
        algorithms: { serverHostKey: algorithmsFor(known.typesOf(settings)) },
        authHandler: (left: AuthenticationType[] | null, _partial, next) => {
          if (left !== null) takes = left
          // False, for no more ways, is missing from the types.
          next((methods.shift() ?? false) as AuthenticationType)
        },
      })
    } catch (error) {
      fail(sshFailure(settings, error instanceof Error ? error : new Error(String(error))))
    }
  })
}

/** Who vouches for the key that a host shows, or why it is refused. */
function judgeHost(
  settings: SshSettings,
  known: KnownHosts,
  key: HostKey,
): SshConnection['vouched'] | AppError {
  const fingerprint = fingerprintOf(key.blob)
  const found = known.check(settings, key)
  if (found.state === 'known') return 'known_hosts'
  if (found.state === 'changed' || found.state === 'revoked') {
    return hostRefusal(settings, key.type, fingerprint, found)
  }
  if (settings.hostKey === fingerprint) return 'accepted'
  return hostRefusal(settings, key.type, fingerprint, {
    state: settings.hostKey === null ? 'unknown' : 'other',
  })
}

function authMethods(settings: SshSettings, agent: string | null): (AuthenticationType | AnyAuthMethod)[] {
  const { username, method, privateKey, passphrase } = settings
  if (method === 'agent') return agent === null ? [] : [{ type: 'agent', username, agent }]
  if (method === 'key') {
    const key = { key: privateKey ?? '', ...(passphrase === null ? {} : { passphrase }) }
    return [{ type: 'publickey', username, ...key }]
  }
  const password = settings.password ?? ''
  return [
    { type: 'password', username, password },
    // Many servers ask for the password in this way alone.
    {
      type: 'keyboard-interactive',
      username,
      prompt: (_name, _instructions, _language, prompts, finish) => finish(prompts.map(() => password)),
    },
  ]
}

/** The agent's socket, or Pageant. @throws AppError where the settings want one and there is none */
function agentOf({ method }: SshSettings): string | null {
  if (method !== 'agent') return null
  const agent = process.env.SSH_AUTH_SOCK || (process.platform === 'win32' ? 'pageant' : null)
  if (agent === null) throw noAgent()
  return agent
}

/** What ssh2 takes, the best first. */
const ALGORITHMS: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
]

function algorithmsFor(types: readonly string[]): ServerHostKeyAlgorithm[] {
  const isKnown = (algorithm: string) => types.includes(algorithm.startsWith('rsa') ? 'ssh-rsa' : algorithm)
  return [...ALGORITHMS.filter(isKnown), ...ALGORITHMS.filter((algorithm) => !isKnown(algorithm))]
}
