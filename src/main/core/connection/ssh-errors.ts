import { AppError } from '#shared/errors.ts'
import { type Place, placeLabel } from './link-socket.ts'
import { addressLabel, type SshSettings } from './target.ts'

export const tunnelFailure = (message: string, cause?: unknown): AppError =>
  new AppError('tunnel_failed', message, undefined, { cause })

export const noAgent = (): AppError =>
  tunnelFailure(
    'No SSH agent runs here: SSH_AUTH_SOCK is not set. Start one (ssh-agent) and add your key to it (ssh-add), or use a key or a password.',
  )

/** @param takes the methods that the server said it takes */
export function authFailure(settings: SshSettings, takes: readonly string[], cause: Error): AppError {
  const { method, username } = settings
  const server = `The SSH server ${addressLabel(settings)}`
  const other =
    takes.length === 0
      ? ''
      : ` It takes: ${takes.map((each) => each.replace('publickey', 'keys')).join(', ')}.`
  if (method === 'agent')
    return tunnelFailure(
      `${server} took no key of the agent for ${username}. Look at its keys (ssh-add -l), add the right one (ssh-add), or check the user.${other}`,
      cause,
    )
  if (method === 'key')
    return tunnelFailure(
      `${server} refused this key for ${username}. Add its public key to authorized_keys there, or check the user.${other}`,
      cause,
    )
  return tunnelFailure(`${server} refused the password of ${username}. Check both.${other}`, cause)
}

/** What an SSH connection failed with before it was logged in. */
export function sshFailure(
  settings: SshSettings,
  error: Error & { level?: string; code?: string },
): AppError {
  const where = addressLabel(settings)
  const { message, level } = error
  if (level === 'agent')
    return tunnelFailure(
      `The SSH agent does not answer (${message}). Start it (ssh-agent) and set SSH_AUTH_SOCK, or use a key or a password.`,
      error,
    )
  if (level === 'client-timeout')
    return tunnelFailure(
      `The SSH server ${where} did not finish the login in time. It may be busy, or the agent may wait for its person; try again.`,
      error,
    )
  if (/no matching/i.test(message))
    return tunnelFailure(
      `The SSH server ${where} offers only algorithms that are too old to be safe (${message}). Update it.`,
      error,
    )
  if (/ECONNRESET|EPIPE/.test(error.code ?? '') || message === 'closed')
    return tunnelFailure(
      `The SSH server ${where} hung up before the login. It may be busy or not let this machine in; its log says why.`,
      error,
    )
  return tunnelFailure(
    `What answers at ${where} does not speak SSH (${message}). Check host and port.`,
    error,
  )
}

/** RFC 4254, 5.1. */
const ADMINISTRATIVELY_PROHIBITED = 1

/** Why the server behind the tunnel cannot be reached. */
export function forwardFailure(
  settings: SshSettings,
  to: Place,
  error: Error & { reason?: unknown },
): AppError {
  const server = `The SSH server ${addressLabel(settings)}`
  const target = placeLabel(to)
  if (error.reason === ADMINISTRATIVELY_PROHIBITED)
    return tunnelFailure(
      `${server} does not forward connections to ${target}. Allow it in its sshd_config (AllowTcpForwarding, PermitOpen), or take another server.`,
      error,
    )
  const said = error.message.replace(/^\(SSH\) Channel open failure: /, '')
  return new AppError(
    'unreachable',
    `${server} cannot reach ${target} (${said}). Check host and port as that server sees them, and that Redis runs there.`,
    undefined,
    { cause: error },
  )
}

type Refused =
  | { readonly state: 'unknown' | 'other' }
  | { readonly state: 'changed' | 'revoked'; readonly line: string }

/** Why a host's key is not accepted. */
export function hostRefusal(
  settings: SshSettings,
  keyType: string,
  fingerprint: string,
  refused: Refused,
): AppError {
  const { host, port } = settings
  const where = addressLabel(settings)
  const details = { host, port, keyType, fingerprint }
  const name = port === 22 ? host : `[${host}]:${port}`
  switch (refused.state) {
    case 'unknown':
      return new AppError(
        'unknown_host',
        `The SSH server ${where} is not known yet. Its ${keyType} key is ${fingerprint}: accept it only if the server’s owner names the same.`,
        details,
      )
    case 'revoked':
      return new AppError(
        'host_key_changed',
        `The key that the SSH server ${where} shows was revoked (${refused.line}). Somebody may be posing as it; ask its owner.`,
        details,
      )
    case 'changed':
      return new AppError(
        'host_key_changed',
        `The SSH server ${where} shows another ${keyType} key (${fingerprint}) than the one that is known (${refused.line}). Somebody may be posing as it. If it was set up anew, remove the old key with ssh-keygen -R '${name}'.`,
        details,
      )
    case 'other':
      return new AppError(
        'host_key_changed',
        `The SSH server ${where} shows another key (${keyType} ${fingerprint}) than the one that was accepted (${settings.hostKey}). Somebody may be posing as it. If it was set up anew, add its new key with ssh-keyscan, or remove the accepted one from this connection.`,
        details,
      )
  }
}
